/** Where the outbox keeps what the server has not acknowledged: IndexedDB, so that a closed page loses nothing. */
import type { DBSchema } from "idb";
import { Database } from "./database";
import type { Entry, Key } from "./entries";
import type { Alive } from "./tab";

interface Schema extends DBSchema {
  entries: { key: Key; value: Entry; indexes: { labelSet: number } };
}

/** May refuse at any time: a full disk, a private window, data that the person cleared. */
export interface Storage {
  /** Write and delete, all or nothing. Returns the keys of entries that another tab has taken over: not written. */
  keep(entries: readonly Entry[], gone: readonly Key[]): Promise<Key[]>;
  /** Make what closed tabs left this tab's, and return it, oldest first. */
  adopt(labelSet: number, tab: string, others: () => Promise<Alive>): Promise<Entry[]>;
}

export class BrowserStorage implements Storage {
  readonly #database;

  constructor(name = "vitruvian-outbox", patience?: number) {
    this.#database = new Database<Schema>(
      name,
      (database) => database.createObjectStore("entries", { keyPath: "key", autoIncrement: true }).createIndex("labelSet", "labelSet"),
      patience,
    );
  }

  keep(entries: readonly Entry[], gone: readonly Key[]): Promise<Key[]> {
    return this.#database.within(async (database) => {
      const { store, done } = database.transaction("entries", "readwrite");
      const write = async (entry: Entry): Promise<Key[]> => {
        const known = await store.get(entry.key);
        if (known && known.tab !== entry.tab) return [entry.key];
        await store.put(entry);
        return [];
      };
      const taken = await Promise.all([...entries.map(write), ...gone.map((key) => store.delete(key)), done]);
      return taken.flatMap((keys) => keys ?? []);
    });
  }

  adopt(labelSet: number, tab: string, others: () => Promise<Alive>): Promise<Entry[]> {
    return this.#database.within(async (database) => {
      // Names are read before asking who is open: a tab that opens meanwhile and adopts has a name that is not among
      // them, so nobody takes the same entries twice.
      const seen = new Set((await database.getAllFromIndex("entries", "labelSet", labelSet)).map((entry) => entry.tab));
      const alive = await others();
      const { store, done } = database.transaction("entries", "readwrite");
      const left = await store.index("labelSet").getAll(labelSet);
      const mine = left.filter((entry) => entry.tab === tab || (seen.has(entry.tab) && !alive(entry.tab)));
      const adopted = mine.map((entry) => ({ ...entry, tab }));
      await Promise.all([...adopted.map((entry) => store.put(entry)), done]);
      return adopted;
    });
  }
}
