import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import { History } from "../../src/editor/history";
import type { Gesture } from "../../src/editor/types";
import { PastGestures, type PastSetup } from "../../src/sync/past";
import { gesture, instance, newDatabase } from "./boxes";

const nobody = () => Promise.resolve(() => false);
const titled = (title: string): Gesture => ({ ...gesture(instance(1), instance(2)), title });

async function opened(setup: Partial<PastSetup> & { name: string }): Promise<{ history: History; past: PastGestures }> {
  const past = new PastGestures({ labelSet: 1, tab: "this", others: nobody, ...setup });
  const history = new History();
  history.restore(await past.recall());
  history.keeper = past.keep;
  return { history, past };
}

/** Titles in the order in which undo would take them back. */
function undoable(history: History): string[] {
  const titles: string[] = [];
  for (let next = history.undo(); next; next = history.undo()) titles.push(next.title);
  return titles;
}

function memory(): Pick<Storage, "getItem" | "setItem"> {
  const kept = new Map<string, string>();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
}

async function work(setup: Partial<PastSetup> & { name: string }, ...titles: string[]): Promise<void> {
  const { history, past } = await opened(setup);
  for (const title of titles) history.push(titled(title));
  await past.written;
}

describe("the history after a reload", () => {
  test("is the same one, with what was taken back at its place", async () => {
    const name = newDatabase();
    const { history, past } = await opened({ name });
    for (const title of ["one", "two", "three", "four"]) history.push(titled(title));
    history.undo();
    history.undo();
    await past.written;
    const { history: again } = await opened({ name, tab: "next" });
    expect([again.canUndo.value?.title, again.canRedo.value?.title]).toEqual(["two", "three"]);
    again.redo();
    expect(again.canRedo.value?.title).toBe("four");
    expect(undoable(again)).toEqual(["three", "two", "one"]);
  });

  test("keeps points as numbers, and forgets what a new gesture put an end to", async () => {
    const name = newDatabase();
    const { history, past } = await opened({ name });
    history.push(titled("one"));
    history.push(titled("gone"));
    history.undo();
    history.push(gesture(instance(1), instance(7.125)));
    await past.written;
    const { history: again } = await opened({ name, tab: "next" });
    expect(again.canRedo.value).toBeNull();
    expect(again.undo()?.diffs[0]?.after.points).toEqual(Float64Array.of(7.125, 5, 2, 0, 0, 0));
    expect(undoable(again)).toEqual(["one"]);
  });

  test("holds key presses of one kind as the one step that they were", async () => {
    const name = newDatabase();
    const { history, past } = await opened({ name });
    history.push(gesture(instance(1), instance(2)), "nudge", 0);
    history.push(gesture(instance(2), instance(3)), "nudge", 10);
    await past.written;
    const { history: again } = await opened({ name, tab: "next" });
    const step = again.undo();
    expect([step?.diffs[0]?.before?.points[0], step?.diffs[0]?.after.points[0]]).toEqual([1, 3]);
    expect(again.undo()).toBeNull();
  });

  test("leaves out the instances whose other version was taken", async () => {
    const name = newDatabase();
    const { history, past } = await opened({ name });
    history.push(titled("one"));
    history.push(gesture(instance(1, { id: "b" }), instance(2, { id: "b" })));
    history.forget("b");
    await past.written;
    expect(undoable((await opened({ name, tab: "next" })).history)).toEqual(["one"]);
  });

  test("ends after the newest 500 steps", async () => {
    const name = newDatabase();
    await work({ name }, ...Array.from({ length: 620 }, (_, n) => String(n)));
    const titles = undoable((await opened({ name, tab: "next" })).history);
    expect([titles.length, titles[0], titles.at(-1)]).toEqual([500, "619", "120"]);
  });
});

describe("each history is one tab's", () => {
  test("an open tab's work is not another's to take back", async () => {
    const name = newDatabase();
    await work({ name, tab: "first" }, "first's");
    const others = () => Promise.resolve((tab: string) => tab === "first");
    const { history, past } = await opened({ name, tab: "second", others });
    expect(history.canUndo.value).toBeNull();
    history.push(titled("second's"));
    await past.written;
    expect(undoable((await opened({ name, tab: "first", others: nobody })).history)).toEqual(["first's"]);
  });

  test("of two that are loaded again, each goes on with its own", async () => {
    const name = newDatabase();
    const [left, right] = [memory(), memory()];
    await work({ name, tab: "1", memory: left }, "left");
    await work({ name, tab: "2", memory: right, others: () => Promise.resolve((tab) => tab === "1") }, "right");
    const alive = new Set(["2"]);
    const others = () => Promise.resolve((tab: string) => alive.has(tab));
    expect(undoable((await opened({ name, tab: "3", memory: left, others })).history)).toEqual(["left"]);
    alive.add("3").delete("2");
    expect(undoable((await opened({ name, tab: "4", memory: right, others })).history)).toEqual(["right"]);
  });

  test("tabs that open at once do not both take up what a closed one left", async () => {
    const name = newDatabase();
    await work({ name, tab: "dead" }, "left");
    const others = () => Promise.resolve((tab: string) => tab !== "dead");
    const tabs = await Promise.all(["a", "b", "c"].map((tab) => opened({ name, tab, others })));
    expect(tabs.filter(({ history }) => history.canUndo.value)).toHaveLength(1);
  });

  test("a tab that slept while another went on with its history writes into it no more", async () => {
    const name = newDatabase();
    const asleep = await opened({ name, tab: "asleep" });
    asleep.history.push(titled("before"));
    await asleep.past.written;
    await work({ name, tab: "awake" }, "after");
    asleep.history.push(titled("late"));
    await asleep.past.written;
    expect(undoable((await opened({ name, tab: "third" })).history)).toEqual(["after", "before"]);
  });

  test("another label set has its own", async () => {
    const name = newDatabase();
    await work({ name }, "here");
    expect((await opened({ name, labelSet: 2, tab: "next" })).history.canUndo.value).toBeNull();
    expect(undoable((await opened({ name, tab: "next" })).history)).toEqual(["here"]);
  });
});

test("a browser that keeps nothing leaves undo as long as the page lasts", async () => {
  const refusing = { getItem: () => { throw new DOMException("no", "SecurityError"); }, setItem: () => undefined };
  const past = new PastGestures({ labelSet: 1, tab: "this", others: () => Promise.reject(new Error("no")), memory: refusing, name: newDatabase() });
  const history = new History();
  history.restore(await past.recall());
  history.keeper = past.keep;
  history.push(titled("one"));
  await past.written;
  expect(undoable(history)).toEqual(["one"]);
});
