/** The outbox's entries in memory and, as far as the browser lets, in its storage. Nothing here ever rejects. */
import { signal } from "@preact/signals-core";
import type { Entry, Key } from "./entries";
import type { Storage } from "./storage";
import type { Alive } from "./tab";

export class Shelf {
  /** How many entries would be lost with this page, because the browser refused to keep them. */
  readonly onlyHere = signal(0);
  #list: readonly Entry[] = [];
  /** What the storage does not have as it is here. */
  readonly #unwritten = new Set<Key>();
  #writing: Promise<void> = Promise.resolve();
  #queued: Promise<void> | null = null;

  constructor(private readonly storage: Storage) {}

  /** Oldest first. */
  get list(): readonly Entry[] {
    return this.#list;
  }

  /** Take up what closed tabs left behind. */
  async recover(labelSet: number, tab: string, others: () => Promise<Alive>): Promise<void> {
    const left = await this.storage.adopt(labelSet, tab, others).catch(() => []);
    const known = new Set(this.#list.map(({ key }) => key));
    this.#list = [...left.filter(({ key }) => !known.has(key)), ...this.#list];
  }

  /** Replace the entries; done when they are written, or refused. */
  set(list: readonly Entry[]): Promise<void> {
    const old = new Map(this.#list.map((entry) => [entry.key, entry]));
    for (const entry of list) {
      if (old.get(entry.key) !== entry) this.#unwritten.add(entry.key);
      old.delete(entry.key);
    }
    for (const key of old.keys()) this.#unwritten.add(key);
    this.#list = list;
    this.#queued ??= this.#writing = this.#writing.then(() => {
      this.#queued = null;
      return this.#write();
    });
    return this.#queued;
  }

  async #write(): Promise<void> {
    try {
      await this.#try();
    } catch (error) {
      const { name } = error as Error;
      if (name !== "QuotaExceededError" && name !== "TimeoutError") {
        // The database may be a new, empty one from here on.
        for (const { key } of this.#list) this.#unwritten.add(key);
        if (await this.#try().then(() => true, () => false)) return;
      }
      this.onlyHere.value = this.#list.filter(({ key }) => this.#unwritten.has(key)).length;
    }
  }

  async #try(): Promise<void> {
    const keys = [...this.#unwritten];
    const entries = new Map(this.#list.map((entry) => [entry.key, entry]));
    const taken = await this.storage.keep(
      keys.flatMap((key) => entries.get(key) ?? []),
      keys.filter((key) => !entries.has(key)),
    );
    this.#list = this.#list.filter(({ key }) => !taken.includes(key));
    const now = new Map(this.#list.map((entry) => [entry.key, entry]));
    // What changed while it was written is written again.
    for (const key of keys) if (taken.includes(key) || now.get(key) === entries.get(key)) this.#unwritten.delete(key);
    this.onlyHere.value = 0;
  }
}
