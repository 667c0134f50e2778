/** An outbox on a real (fake-indexeddb) database, and what a test needs to see of both. */
import "fake-indexeddb/auto";
import { openDB } from "idb";
import { ApiError, type Schemas } from "../../src/api/client";
import type { EditorInstance, Gesture } from "../../src/editor/types";
import type { Entry } from "../../src/sync/entries";
import { Outbox, type OutboxSetup } from "../../src/sync/outbox";
import { BrowserStorage } from "../../src/sync/storage";

type Save = (body: Schemas["SaveIn"]) => Promise<Schemas["SaveOut"]>;

let databases = 0;

export const newDatabase = (): string => `test-${String(databases++)}`;

export function instance(x: number, more: Partial<EditorInstance> = {}): EditorInstance {
  return {
    id: "a", media: 1, frame: 2, category: "person", track: null, points: Float64Array.of(x, 5, 2, 0, 0, 0),
    scores: null, keyed: null, box: null, mask: null, confidence: null, area: null, crowd: false, attributes: {}, revision: 3, deleted: false, ...more,
  };
}

export function gesture(before: EditorInstance | null, after: EditorInstance, routes: Gesture["routes"] = []): Gesture {
  return { title: "move", media: 1, frame: 2, diffs: [{ instance: after.id, before, after }], routes };
}

/** A move of instance `id` from 1 to `x`. */
export const move = (id: string, x = 2): Gesture => gesture(instance(1, { id }), instance(x, { id }));

export const answer = (body: Schemas["SaveIn"], revision: number): Schemas["SaveOut"] => ({
  request: body.request,
  instances: (body.changes ?? []).map((change) => ({
    id: change.instance, media: 1, frame: 2, category: "person", track: null, points: [9, 5, 2, 0, 0, 0], scores: null,
    keyed: null, box: null, mask: null, confidence: null, area: null, crowd: false, attributes: {}, revision, deleted: false,
  })),
});

export function outbox(name: string, send: Save, more: Partial<OutboxSetup> = {}): Outbox {
  const nothing = () => undefined;
  const storage = new BrowserStorage(name);
  return new Outbox({ labelSet: 1, storage, tab: "this", send, onSaved: nothing, onChosen: nothing, patience: 0, ...more });
}

/** What a page would find that is opened now. */
export async function kept(name: string): Promise<Entry[]> {
  // Opening would make it.
  if (!(await indexedDB.databases()).some((database) => database.name === name)) return [];
  const database = await openDB(name);
  const entries = await database.getAll("entries");
  database.close();
  return entries as Entry[];
}

export const offline = new TypeError("fetch failed");

export function refusal(status: number, message: string, where = "", details: Record<string, unknown> = {}): ApiError {
  return new ApiError(status, "code", message, where, "", details);
}

export const ids = (body: Schemas["SaveIn"] | undefined): string[] => (body?.changes ?? []).map((change) => change.instance);
