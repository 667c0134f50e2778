/**
 * The history of undo, kept in the browser so that a reload does not end it. A history is one tab's: the tab that comes
 * after it, by a reload or because it was closed, goes on with it. Where the browser keeps nothing, undo lasts as long
 * as the page, and nothing here ever rejects.
 */
import type { DBSchema } from "idb";
import { newId } from "../editor/ids";
import type { Keeper, Past } from "../editor/history";
import { Database } from "./database";
import type { Alive } from "./tab";

/** How many gestures of a history are kept. */
const LIMIT = 500;
/** Histories that nobody went on with for so long (ms) are dropped. */
const OLDEST = 30 * 24 * 3600 * 1000;

interface Owned {
  readonly id: string;
  readonly labelSet: number;
  readonly tab: string;
  /** When it was last written (ms since 1970). */
  readonly at: number;
}

interface Schema extends DBSchema {
  histories: { key: string; value: Owned };
  gestures: { key: [string, number]; value: Past & { readonly history: string } };
}

/** Where a tab remembers, over a reload, which history is its own. */
export type Memory = Pick<globalThis.Storage, "getItem" | "setItem">;

export interface PastSetup {
  readonly labelSet: number;
  readonly tab: string;
  readonly others: () => Promise<Alive>;
  readonly memory?: Memory | undefined;
  readonly name?: string;
}

export class PastGestures {
  readonly #database;
  #history = newId();
  #changed = new Map<number, Past | null>();
  #writing: Promise<void> = Promise.resolve();
  #queued = false;
  #newest = 0;

  constructor(private readonly setup: PastSetup) {
    this.#database = new Database<Schema>(setup.name ?? "vitruvian-history", (database) => {
      database.createObjectStore("histories", { keyPath: "id" });
      database.createObjectStore("gestures", { keyPath: ["history", "order"] });
    });
  }

  /** What this tab did before it was loaded again, or else what the tab did that was closed last; oldest first. */
  async recall(): Promise<Past[]> {
    try {
      const own = await this.#adopt();
      this.#history = own?.id ?? this.#history;
      this.#remember();
      const past = own ? await this.#read(own.id) : [];
      this.#newest = past.at(-1)?.order ?? 0;
      return past;
    } catch {
      return [];
    }
  }

  readonly keep: Keeper = (changed, gone) => {
    for (const order of gone) this.#changed.set(order, null);
    for (const past of changed) this.#changed.set(past.order, past);
    if (this.#queued) return;
    this.#queued = true;
    this.#writing = this.#writing.then(() => {
      this.#queued = false;
      return this.#write();
    });
  };

  /** Done when all that was given to keep is written, or refused. */
  get written(): Promise<void> {
    return this.#writing;
  }

  async #write(): Promise<void> {
    const changed = this.#changed;
    this.#changed = new Map();
    const id = this.#history;
    const { labelSet, tab } = this.setup;
    for (const order of changed.keys()) this.#newest = Math.max(this.#newest, order);
    const beyond = IDBKeyRange.bound([id, -Infinity], [id, this.#newest - LIMIT]);
    const work = this.#database.within(async (database) => {
      const both = database.transaction(["histories", "gestures"], "readwrite");
      const [histories, gestures] = [both.objectStore("histories"), both.objectStore("gestures")];
      const known = await histories.get(id);
      // A tab that slept while another one went on with its history must not write into it.
      if (known && known.tab !== tab) return;
      await Promise.all([
        histories.put({ id, labelSet, tab, at: Date.now() }),
        ...[...changed].map(([order, past]) => (past ? gestures.put({ ...past, history: id }) : gestures.delete([id, order]))),
        gestures.delete(beyond),
        both.done,
      ]);
    });
    await work.catch(() => undefined);
  }

  async #adopt(): Promise<Owned | null> {
    const { labelSet, tab, others } = this.setup;
    const remembered = this.#remembered;
    return this.#database.within(async (database) => {
      // Owners are read before asking who is open: what a tab adopts that opens meanwhile has another owner then.
      const seen = new Map((await database.getAll("histories")).map((one) => [one.id, one.tab]));
      const alive = await others();
      const both = database.transaction(["histories", "gestures"], "readwrite");
      const [histories, gestures] = [both.objectStore("histories"), both.objectStore("gestures")];
      const all = await histories.getAll();
      const free = all.filter((one) => one.tab === tab || (seen.get(one.id) === one.tab && !alive(one.tab)));
      const [stale, fresh] = [free.filter(isStale), free.filter((one) => !isStale(one) && one.labelSet === labelSet)];
      const newest = fresh.reduce<Owned | null>((best, one) => (best && best.at > one.at ? best : one), null);
      const own = fresh.find((one) => one.tab === tab) ?? fresh.find(({ id }) => id === remembered) ?? newest;
      await Promise.all([
        ...stale.flatMap(({ id }) => [histories.delete(id), gestures.delete(wholeOf(id))]),
        own && histories.put({ ...own, tab }),
        both.done,
      ]);
      return own;
    });
  }

  async #read(id: string): Promise<Past[]> {
    const found = await this.#database.within((database) => database.getAll("gestures", wholeOf(id)));
    return found.map(({ order, gesture, undone }) => ({ order, gesture, undone }));
  }

  get #place(): string {
    return `vitruvian-history-${String(this.setup.labelSet)}`;
  }

  get #remembered(): string | null {
    try {
      return this.setup.memory?.getItem(this.#place) ?? null;
    } catch {
      return null;
    }
  }

  #remember(): void {
    try {
      this.setup.memory?.setItem(this.#place, this.#history);
    } catch {
      // Then the tab that was closed last is gone on with.
    }
  }
}

function isStale({ at }: Owned): boolean {
  return at < Date.now() - OLDEST;
}

function wholeOf(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id, -Infinity], [id, Infinity]);
}
