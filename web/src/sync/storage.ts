/** Where the outbox keeps what the server has not acknowledged: IndexedDB, so that a closed page loses nothing. */
import { openDB } from "idb";
import type { DBSchema, IDBPDatabase } from "idb";
import type { Diff, RouteDiff } from "../editor/types";

export interface Entry {
  /** Given by the database; the order of the gestures. */
  key?: number;
  readonly labelSet: number;
  /** The tab that made it. */
  readonly tab: string;
  readonly diffs: readonly Diff[];
  readonly routes: readonly RouteDiff[];
  /** Set once it was part of a request: sending again must say the same. */
  request: string | null;
}

interface Schema extends DBSchema {
  entries: { key: number; value: Entry; indexes: { labelSet: number } };
}

export type Storage = IDBPDatabase<Schema>;

export function openStorage(name = "vitruvian-outbox"): Promise<Storage> {
  return openDB<Schema>(name, 1, {
    upgrade(database) {
      const entries = database.createObjectStore("entries", { keyPath: "key", autoIncrement: true });
      entries.createIndex("labelSet", "labelSet");
    },
  });
}
