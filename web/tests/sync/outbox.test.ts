import "fake-indexeddb/auto";
import { beforeEach, expect, test, vi } from "vitest";
import { ApiError, type Schemas } from "../../src/api/client";
import type { Diff, EditorInstance, Gesture } from "../../src/editor/types";
import { Outbox } from "../../src/sync/outbox";
import { openStorage, type Storage } from "../../src/sync/storage";

let storage: Storage;
let databases = 0;

beforeEach(async () => {
  storage = await openStorage(`test-${String(databases++)}`);
});

function instance(x: number, more: Partial<EditorInstance> = {}): EditorInstance {
  return {
    id: "a", media: 1, frame: 2, category: "person", track: null, points: Float64Array.of(x, 5, 2, 0, 0, 0),
    scores: null, keyed: null, box: null, mask: null, attributes: {}, revision: 3, deleted: false, ...more,
  };
}

function gesture(before: EditorInstance | null, after: EditorInstance, routes: Gesture["routes"] = []): Gesture {
  return { title: "move", media: 1, frame: 2, diffs: [{ instance: after.id, before, after }], routes };
}

const answer = (body: Schemas["SaveIn"], revision: number): Schemas["SaveOut"] => ({
  request: body.request,
  instances: (body.changes ?? []).map((change) => ({
    id: change.instance, media: 1, frame: 2, category: "person", track: null, points: [9, 5, 2, 0, 0, 0], scores: null,
    keyed: null, box: null, mask: null, attributes: {}, revision, deleted: false,
  })),
});

function outbox(send: (body: Schemas["SaveIn"]) => Promise<Schemas["SaveOut"]>, onSaved: (i: readonly EditorInstance[], p: readonly Diff[]) => void = () => undefined): Outbox {
  return new Outbox({ labelSet: 1, storage, tab: "this", send, onSaved, patience: 0 });
}

const offline = new TypeError("fetch failed");

test("gestures on one instance go out as one change of what differs, on its revision", async () => {
  const sent: Schemas["SaveIn"][] = [];
  const box = outbox((body) => {
    sent.push(body);
    return Promise.resolve(answer(body, 4));
  });
  box.add(gesture(instance(1), instance(2)));
  box.add(gesture(instance(2), instance(3), [{ route: 7, before: "open", after: "fixed" }]));
  expect(box.state.value).toBe("saving");
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(sent).toHaveLength(1);
  expect(sent[0]?.changes).toEqual([{ instance: "a", base: 3, points: { "0": [3, 5, 2] } }]);
  expect(sent[0]?.routes).toEqual([{ id: 7, state: "fixed" }]);
  expect(await storage.count("entries")).toBe(0);
});

test("a new instance says where it is and has base 0", async () => {
  const sent: Schemas["SaveIn"][] = [];
  const box = outbox((body) => {
    sent.push(body);
    return Promise.resolve(answer(body, 1));
  });
  box.add(gesture(null, instance(1, { revision: 0 })));
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(sent[0]?.changes).toEqual([
    { instance: "a", base: 0, media: 1, frame: 2, category: "person", points: { "0": [1, 5, 2] } },
  ]);
});

test("without a server gestures stay, and the same request goes out again", async () => {
  const requests: string[] = [];
  let up = false;
  const box = outbox((body) => {
    requests.push(body.request);
    return up ? Promise.resolve(answer(body, 4)) : Promise.reject(offline);
  });
  box.add(gesture(instance(1), instance(2)));
  await vi.waitFor(() => expect(box.state.value).toBe("offline"));
  expect(await storage.count("entries")).toBe(1);
  up = true;
  box.flush();
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(new Set(requests).size).toBe(1);
});

test("a gesture made while a save is on its way goes out on the acknowledged revision", async () => {
  const sent: Schemas["SaveIn"][] = [];
  let release: (value: Schemas["SaveOut"]) => void = () => undefined;
  const box = outbox((body) => {
    sent.push(body);
    return sent.length === 1 ? new Promise((done) => (release = done)) : Promise.resolve(answer(body, 5));
  });
  box.add(gesture(instance(1), instance(2)));
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  box.add(gesture(instance(2), instance(3)));
  const [first] = sent;
  if (first) release(answer(first, 4));
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(sent[1]?.changes?.[0]?.base).toBe(4);
});

test("what a closed page left is sent by the next one, and an open one's is left alone", async () => {
  const gone = outbox(() => Promise.reject(offline));
  gone.add(gesture(instance(1), instance(2)));
  await vi.waitFor(() => expect(gone.state.value).toBe("offline"));
  gone.close();
  await storage.add("entries", { labelSet: 1, tab: "other", diffs: gesture(instance(1, { id: "b" }), instance(2, { id: "b" })).diffs, routes: [], request: null });
  const sent: string[] = [];
  const next = outbox((body) => {
    sent.push(...(body.changes ?? []).map((change) => change.instance));
    return Promise.resolve(answer(body, 4));
  });
  await next.recover((tab) => tab === "other");
  await vi.waitFor(() => expect(next.state.value).toBe("saved"));
  expect(sent).toEqual(["a"]);
  expect(await storage.count("entries")).toBe(1);
});

function conflict(): ApiError {
  const theirs = answer({ request: "", changes: [{ instance: "a", base: 3 }] }, 8).instances[0];
  return new ApiError(409, "conflict", "Somebody else changed it", "a", "", {
    conflicts: [{ instance: "a", base: 3, fields: ["points.0"], theirs }],
  });
}

test.each([
  ["mine", 8, ["a"]],
  ["theirs", undefined, []],
] as const)("a conflict waits for a person, who keeps %s", async (keep, base, instances) => {
  const sent: Schemas["SaveIn"][] = [];
  const box = outbox((body) => {
    sent.push(body);
    return sent.length === 1 ? Promise.reject(conflict()) : Promise.resolve(answer(body, 9));
  });
  box.add(gesture(instance(1), instance(2)));
  await vi.waitFor(() => expect(box.state.value).toBe("conflict"));
  await box.resolve("a", keep);
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(sent.at(-1)?.changes?.map((change) => change.instance)).toEqual(instances);
  expect(sent.at(-1)?.changes?.[0]?.base).toBe(base);
  expect(sent[1]?.request).not.toBe(sent[0]?.request);
});

test("what the server refuses is kept and its words are shown", async () => {
  const box = outbox(() => Promise.reject(new ApiError(422, "label", "Unknown category", "", "Reload the page", {})));
  box.add(gesture(instance(1), instance(2)));
  await vi.waitFor(() => expect(box.state.value).toBe("error"));
  expect(box.message.value).toBe("Unknown category. Reload the page");
  expect(await storage.count("entries")).toBe(1);
  await box.discard();
  expect(box.state.value).toBe("saved");
  expect(await storage.count("entries")).toBe(0);
});
