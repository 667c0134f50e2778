/** A database of the browser that may refuse at any time: a full disk, a private window, data that the person cleared. */
import { openDB } from "idb";
import type { DBSchema, IDBPDatabase } from "idb";

/** Some browsers' databases neither open nor fail (ms). */
const PATIENCE = 3000;

export class Database<Schema extends DBSchema> {
  #opening: Promise<IDBPDatabase<Schema>> | null = null;

  constructor(
    private readonly name: string,
    private readonly make: (database: IDBPDatabase<Schema>) => void,
    private readonly patience = PATIENCE,
  ) {}

  /** Do some work, opening the database first where that is still to do. Rejects when it refuses or does not answer. */
  async within<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
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
      upgrade: this.make,
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
