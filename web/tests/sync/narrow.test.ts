/** One change that the server will not have must not hold up the others. */
import { beforeEach, expect, test, vi } from "vitest";
import type { Schemas } from "../../src/api/client";
import type { Diff, EditorInstance, Gesture, RouteDiff } from "../../src/editor/types";
import { answer, gesture, ids, instance, kept, move, newDatabase, outbox, refusal } from "./boxes";

let name: string;
let saved: Map<string, number>;
let requests: number;

beforeEach(() => {
  name = newDatabase();
  saved = new Map();
  requests = 0;
});

/** All or nothing, as the server does it; counts how often each instance was saved. */
function server(no: (body: Schemas["SaveIn"]) => Error | null) {
  return (body: Schemas["SaveIn"]): Promise<Schemas["SaveOut"]> => {
    requests++;
    const error = no(body);
    if (error) return Promise.reject(error);
    for (const id of ids(body)) saved.set(id, (saved.get(id) ?? 0) + 1);
    for (const { id } of body.routes ?? []) saved.set(`route ${String(id)}`, 1);
    return Promise.resolve(answer(body, 4));
  };
}

const letters = ["a", "b", "c", "d", "e", "f", "g"];
const bad = (where: string) => (body: Schemas["SaveIn"]) => (ids(body).includes("d") ? refusal(422, "A side is negative", where) : null);

test.each([
  ["by its name", "instance d, keypoint 3", 3],
  ["by its place in the request", "$.changes[3].points[...]", 3],
  ["not at all", "people", 9],
])("the server tells which one %s: the rest is saved once each", async (_, where, most) => {
  const box = outbox(name, server(bad(where)));
  for (const id of letters) box.add(move(id));
  await vi.waitFor(() => expect(box.state.value).toBe("error"));
  expect([...saved.keys()].sort()).toEqual(letters.filter((id) => id !== "d"));
  expect(new Set(saved.values())).toEqual(new Set([1]));
  expect(requests).toBeLessThanOrEqual(most);
  expect(box.refused.value.map(({ unit, about, message }) => [unit, about?.frame, message])).toEqual([
    ["instance d", 2, "A side is negative"],
  ]);
  await vi.waitFor(async () => expect((await kept(name)).flatMap(({ diffs }) => diffs.map((d) => d.instance))).toEqual(["d"]));
  box.add(move("h"));
  await vi.waitFor(() => expect(saved.get("h")).toBe(1));
  expect(box.state.value).toBe("error");
});

test("one gesture over many instances is taken apart", async () => {
  const box = outbox(name, server(bad("people")));
  const diffs = letters.flatMap((id) => move(id).diffs);
  box.add({ title: "paste", media: 1, frame: 2, diffs, routes: [{ route: 7, before: "open", after: "fixed" }] });
  await vi.waitFor(() => expect(box.state.value).toBe("error"));
  expect([...saved.keys()].sort()).toEqual([...letters.filter((id) => id !== "d"), "route 7"]);
});

test("only the bad one is discarded; the editor gets its state from before, and its route is open again", async () => {
  const back: { instances: readonly EditorInstance[]; pending: readonly Diff[]; routes: readonly RouteDiff[] }[] = [];
  const onChosen = (instances: readonly EditorInstance[], pending: readonly Diff[], routes: readonly RouteDiff[]) =>
    void back.push({ instances, pending, routes });
  const box = outbox(name, server(bad("instance d")), { onChosen });
  const start = instance(1, { id: "d" });
  box.add(gesture(start, instance(2, { id: "d" }), [{ route: 7, before: "open", after: "fixed" }]));
  box.add(gesture(instance(2, { id: "d" }), instance(3, { id: "d" })));
  box.add(move("e"));
  await vi.waitFor(() => expect(box.state.value).toBe("error"));
  await box.discard("instance d");
  expect(box.state.value).toBe("saved");
  expect(back).toEqual([{ instances: [start], pending: [], routes: [{ route: 7, before: "fixed", after: "open" }] }]);
  expect(await kept(name)).toEqual([]);
  expect([...saved.keys()]).toEqual(["e"]);
});

test("whoever mends what was refused has it saved, and Try again tries it as it is", async () => {
  let broken = true;
  const box = outbox(name, server((body) => (broken && ids(body).includes("d") ? refusal(422, "No", "instance d") : null)));
  box.add(move("d"));
  await vi.waitFor(() => expect(box.refused.value).toHaveLength(1));
  box.retry();
  await vi.waitFor(() => expect(requests).toBe(2));
  await vi.waitFor(() => expect(box.refused.value).toHaveLength(1));
  broken = false;
  box.add(gesture(instance(2, { id: "d" }), instance(3, { id: "d" })));
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect(box.refused.value).toEqual([]);
  expect(saved.get("d")).toBe(1);
});

test("a route that is gone takes no labels with it", async () => {
  const gone = (body: Schemas["SaveIn"]) => (body.routes?.some(({ id }) => id === 7) ? refusal(404, "There is no route 7") : null);
  const box = outbox(name, server(gone));
  box.add({ ...move("a"), routes: [{ route: 7, before: "open", after: "fixed" }] });
  box.add(move("b"));
  await vi.waitFor(() => expect(box.state.value).toBe("error"));
  expect([...saved.keys()].sort()).toEqual(["a", "b"]);
  expect(box.refused.value.map(({ unit }) => unit)).toEqual(["route 7"]);
  await box.discard("route 7");
  expect(box.state.value).toBe("saved");
});

test.each([1, 2, 5])("a request that is too large is sent in parts; the server takes %i at a time", async (most) => {
  const box = outbox(name, server((body) => (ids(body).length > most ? refusal(413, "The request is too large") : null)));
  for (const id of letters.slice(0, 4)) box.add(move(id));
  box.add({ ...move("e"), diffs: letters.slice(4).flatMap((id) => move(id).diffs) });
  await vi.waitFor(() => expect(box.state.value).toBe("saved"));
  expect([...saved.keys()].sort()).toEqual(letters);
  expect(new Set(saved.values())).toEqual(new Set([1]));
});

test("one change that is too large alone is named; order within an instance stays", async () => {
  const points: unknown[] = [];
  const send = server((body) => (ids(body).includes("huge") ? refusal(413, "The request is too large") : null));
  const box = outbox(name, (body) => {
    const done = send(body);
    return done.then((out) => (points.push(...(body.changes ?? []).map((change) => change.points?.["0"]?.[0])), out));
  });
  const steps: Gesture[] = [1, 2, 3].map((x) => gesture(instance(x), instance(x + 1)));
  for (const step of steps.slice(0, 2)) box.add(step);
  box.add(move("huge"));
  for (const step of steps.slice(2)) box.add(step);
  await vi.waitFor(() => expect(box.state.value).toBe("error"));
  expect(box.refused.value.map(({ unit }) => unit)).toEqual(["instance huge"]);
  expect(points.at(-1)).toBe(4);
});

test("after a reload in the midst of it all is still there", async () => {
  let halt = false;
  const box = outbox(name, (body) => {
    if (halt) return new Promise(() => undefined);
    halt = requests >= 1;
    return server(bad("people"))(body);
  });
  for (const id of letters) box.add(move(id));
  await vi.waitFor(() => expect(halt).toBe(true));
  await new Promise((done) => setTimeout(done, 30));
  const next = outbox(name, server(bad("people")), { tab: "next" });
  await next.recover(() => Promise.resolve(() => false));
  await vi.waitFor(() => expect(next.state.value).toBe("error"));
  expect([...saved.keys()].sort()).toEqual(letters.filter((id) => id !== "d"));
});
