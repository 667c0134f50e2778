import { beforeEach, expect, test, vi } from "vitest";
import type { ApiError, Schemas } from "../../src/api/client";
import type { EditorInstance } from "../../src/editor/types";
import { answer, gesture, ids, instance, kept, move, newDatabase, offline, outbox, refusal } from "./boxes";

let name: string;
let sent: Schemas["SaveIn"][];

beforeEach(() => {
  name = newDatabase();
  sent = [];
});

/** Answers with the given outcomes, one a request, and with success from then on. */
function server(...outcomes: (Error | "ok")[]) {
  return (body: Schemas["SaveIn"]): Promise<Schemas["SaveOut"]> => {
    sent.push(body);
    const outcome = outcomes[sent.length - 1] ?? "ok";
    return outcome === "ok" ? Promise.resolve(answer(body, 3 + sent.length)) : Promise.reject(outcome);
  };
}

test("gestures on one instance go out as one change of what differs, on its revision", async () => {
  const box = outbox(name, server());
  box.add(gesture(instance(1), instance(2)));
  box.add(gesture(instance(2), instance(3), [{ route: 7, before: "open", after: "fixed" }]));
  expect(box.state.value).toBe("saving");
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(sent).toHaveLength(1);
  expect(sent[0]?.changes).toEqual([{ instance: "a", base: 3, points: { "0": [3, 5, 2] } }]);
  expect(sent[0]?.routes).toEqual([{ id: 7, state: "fixed" }]);
  await vi.waitFor(async () => expect(await kept(name)).toEqual([]));
});

test("a new instance says where it is and has base 0", async () => {
  const box = outbox(name, server());
  box.add(gesture(null, instance(1, { revision: 0 })));
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(sent[0]?.changes).toEqual([
    { instance: "a", base: 0, media: 1, frame: 2, category: "person", points: { "0": [1, 5, 2] } },
  ]);
});

test("without a server gestures stay, and the same request goes out again", async () => {
  const box = outbox(name, server(offline));
  box.add(move("a"));
  await vi.waitFor(() => expect(box.state.value).toBe("offline"));
  const [entry] = await kept(name);
  expect(entry?.request).toBe(sent[0]?.request);
  box.flush();
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(sent[1]).toEqual(sent[0]);
});

test("a gesture made while a save is on its way goes out on the acknowledged revision, after a crash too", async () => {
  let release: (value: Schemas["SaveOut"]) => void = () => undefined;
  const box = outbox(name, (body) => {
    sent.push(body);
    return sent.length === 1 ? new Promise((done) => (release = done)) : Promise.reject(offline);
  });
  box.add(gesture(instance(1), instance(2)));
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  box.add(gesture(instance(2), instance(3)));
  if (sent[0]) release(answer(sent[0], 4));
  await vi.waitFor(() => expect(box.state.value).toBe("offline"));
  expect(sent[1]?.changes?.[0]?.base).toBe(4);
  box.close();
  sent = [];
  const next = outbox(name, server());
  await next.recover(() => Promise.resolve(() => false));
  await vi.waitFor(() => expect(next.state.value).toBe("saved"));
  expect(sent[0]?.changes?.[0]?.base).toBe(4);
});

test("what a closed page left is sent by the next one, and an open one's is left alone", async () => {
  for (const tab of ["closed", "open"]) {
    const gone = outbox(name, () => Promise.reject(offline), { tab });
    gone.add(move(tab));
    await vi.waitFor(() => expect(gone.state.value).toBe("offline"));
    gone.close();
  }
  const next = outbox(name, server());
  await next.recover(() => Promise.resolve((tab) => tab === "open"));
  expect(next.pending.map((diff) => diff.instance)).toEqual(["closed"]);
  await vi.waitFor(() => expect(next.state.value).toBe("saved"));
  expect(sent.flatMap(ids)).toEqual(["closed"]);
  await vi.waitFor(async () => expect((await kept(name)).map(({ tab }) => tab)).toEqual(["open"]));
});

test("an editor that is closed sends what it has", async () => {
  const box = outbox(name, server(), { patience: 10_000 });
  box.add(move("a"));
  box.close();
  await vi.waitFor(() => expect(sent).toHaveLength(1));
});

function conflict(more: Record<string, unknown> = {}): ApiError {
  const theirs = answer({ request: "", changes: [{ instance: "a", base: 3 }] }, 8).instances[0];
  return refusal(409, "Somebody else changed it", "a", { conflicts: [{ instance: "a", fields: ["points.0"], theirs, ...more }] });
}

test.each([
  ["mine", [["a", 8]]],
  ["theirs", []],
] as const)("a conflict waits for a person, who keeps %s; the rest is saved", async (keep, wanted) => {
  const chosen: EditorInstance[] = [];
  const box = outbox(name, server(conflict()), { onChosen: (instances) => chosen.push(...instances) });
  box.add(move("a"));
  box.add(move("b"));
  await vi.waitFor(() => expect(box.state.value).toBe("conflict"));
  await new Promise((done) => setTimeout(done, 20));
  expect(sent).toHaveLength(1);
  await box.resolve("a", keep);
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(sent[1]?.changes?.map(({ instance, base }) => [instance, base])).toEqual([...wanted, ["b", 3]]);
  expect(sent[1]?.request).not.toBe(sent[0]?.request);
  expect(chosen.map(({ revision }) => revision)).toEqual([8]);
});

test("whoever keeps their own brings back what somebody else deleted", async () => {
  const theirs = answer({ request: "", changes: [{ instance: "a", base: 3 }] }, 8).instances[0];
  const box = outbox(name, server(conflict({ theirs: { ...theirs, deleted: true }, fields: ["deleted", "points.0"] })));
  box.add(move("a"));
  await vi.waitFor(() => expect(box.state.value).toBe("conflict"));
  await box.resolve("a", "mine");
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(sent[1]?.changes).toEqual([{ instance: "a", base: 8, points: { "0": [2, 5, 2] }, deleted: false }]);
});

test("theirs may be older than what was known: the database was restored", async () => {
  const theirs = answer({ request: "", changes: [{ instance: "a", base: 3 }] }, 1).instances[0];
  const box = outbox(name, server(conflict({ theirs })));
  box.add(move("a"));
  await vi.waitFor(() => expect(box.state.value).toBe("conflict"));
  await box.resolve("a", "mine");
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(sent[1]?.changes?.[0]?.base).toBe(1);
});

test.each([
  ["no details", refusal(409, "Somebody else changed it")],
  ["null", refusal(409, "Somebody else changed it", "", { conflicts: null })],
  ["nothing in it", refusal(409, "Somebody else changed it", "", { conflicts: [] })],
  ["odd ones", refusal(409, "Somebody else changed it", "", { conflicts: [null, 3, {}, { instance: "a" }] })],
  ["without theirs", conflict({ theirs: null })],
  ["of something that was not sent", conflict({ instance: "z" })],
])("a conflict with %s is an error that a person can try again or give up", async (_, error) => {
  const box = outbox(name, server(error, error));
  box.add(move("a"));
  await vi.waitFor(() => expect(box.state.value).toBe("error"));
  expect(box.message.value).toContain("Somebody else changed it");
  expect(await kept(name)).toHaveLength(1);
  box.retry();
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  await vi.waitFor(() => expect(box.state.value).toBe("error"));
  await box.discard();
  expect(box.state.value).toBe("saved");
  expect(await kept(name)).toEqual([]);
});

test.each([401, 403])("a person who is not signed in any more (%i) keeps the work; it goes out after signing in", async (status) => {
  const no = refusal(status, "You are not signed in");
  const box = outbox(name, server(no, no));
  box.add(move("a"));
  await vi.waitFor(() => expect(box.state.value).toBe("waiting"));
  expect(box.message.value).toBe("You are not signed in");
  box.add(move("b"));
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  expect(box.state.value).toBe("waiting");
  expect(await kept(name)).toHaveLength(2);
  box.retry();
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(sent.flatMap(ids)).toEqual(["a", "a", "a", "b"]);
  expect(new Set(sent.slice(0, 3).map(({ request }) => request)).size).toBe(1);
});

test("a full server disk is said, and the same request goes out again by itself", async () => {
  const box = outbox(name, server(refusal(507, "The disk is full")));
  box.add(move("a"));
  await vi.waitFor(() => expect(box.state.value).toBe("waiting"));
  expect(box.message.value).toBe("The disk is full");
  await vi.waitFor(() => expect(box.state.value).toBe("saved"), 3000);
  expect(sent[1]).toEqual(sent[0]);
});

test("an answer that is no answer does not lose the work", async () => {
  const box = outbox(name, (body) => {
    sent.push(body);
    return Promise.resolve((sent.length === 1 ? "<html>" : answer(body, 4)) as Schemas["SaveOut"]);
  });
  box.add(move("a"));
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  expect(await kept(name)).toHaveLength(1);
  await vi.waitFor(() => expect(box.state.value).toBe("saved"), 3000);
  expect(sent[1]?.request).toBe(sent[0]?.request);
});

test("made, taken back and made again before the server heard of it is one new instance", async () => {
  const box = outbox(name, server());
  const made = instance(1, { revision: 0 });
  const gone = { ...made, deleted: true };
  box.add(gesture(null, made));
  box.add(gesture(made, gone));
  box.add(gesture(gone, made));
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(sent[0]?.changes).toEqual([
    { instance: "a", base: 0, media: 1, frame: 2, category: "person", points: { "0": [1, 5, 2] } },
  ]);
});

test("made and taken back is not sent at all; made again later it is new, and can be taken back and made once more", async () => {
  const box = outbox(name, server());
  const made = instance(1, { revision: 0 });
  const gone = { ...made, deleted: true };
  for (const again of [null, gone]) {
    box.add(gesture(again, made));
    box.add(gesture(made, gone));
    await vi.waitFor(() => expect(box.state.value).toBe("saved"));
    expect(sent).toEqual([]);
  }
  box.add(gesture(gone, made));
  box.add(gesture(made, instance(2, { revision: 0 })));
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(sent[0]?.changes).toMatchObject([{ media: 1, frame: 2, category: "person", points: { "0": [2, 5, 2] } }]);
});
