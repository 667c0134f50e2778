/** Where the outbox keeps what the server has not acknowledged: IndexedDB, so that a closed page loses nothing. */
import { openDB } from "idb";
import type { DBSchema, IDBPDatabase } from "idb";
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

/** Some browsers' databases neither open nor fail. */
const PATIENCE = 3000;

export class BrowserStorage implements Storage {
  #opening: Promise<IDBPDatabase<Schema>> | null = null;

  constructor(
    private readonly name = "vitruvian-outbox",
    private readonly patience = PATIENCE,
  ) {}

  keep(entries: readonly Entry[], gone: readonly Key[]): Promise<Key[]> {
    return this.#within(async (database) => {
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
    return this.#within(async (database) => {
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

  async #within<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, failed) => {
      timer = setTimeout(() => failed(new DOMException("The browser's storage does not answer", "TimeoutError")), this.patience);
    });
    try {
      return await Promise.race([this.#open().then(work), late]);
    } catch (error) {
      // A connection that was closed under us stays closed: the next try opens a new one.
      if ((error as Error).name === "InvalidStateError") this.#opening = null;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #open(): Promise<IDBPDatabase<Schema>> {
    const forget = () => (this.#opening = null);
    this.#opening ??= openDB<Schema>(this.name, 1, {
      upgrade(database) {
        const entries = database.createObjectStore("entries", { keyPath: "key", autoIncrement: true });
        entries.createIndex("labelSet", "labelSet");
      },
      terminated: forget,
      // Who deletes or renews the database must not wait for this tab.
      blocking: (_now, _next, event) => {
        forget();
        (event.target as IDBDatabase).close();
      },
    });
    try {
      return await this.#opening;
    } catch (error) {
      forget();
      throw error;
    }
  }
}
