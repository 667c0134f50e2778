/** Undo and redo on what others did since, and of what the page has not got. */
import { describe, expect, it } from "vitest";
import { run } from "../../src/editor/commands";
import { setBox, setPoint, setPoints } from "../../src/editor/instance";
import type { EditorInstance, Gesture } from "../../src/editor/types";
import { person, stage } from "./scene";

const xy = (instance: EditorInstance | null, k: number): number[] => [...(instance?.points.subarray(3 * k, 3 * k + 2) ?? [])];
const later = (instance: EditorInstance | null): EditorInstance => {
  if (!instance) throw new Error("nothing there");
  return { ...instance, revision: instance.revision + 1 };
};

describe("what somebody else changed since", () => {
  const moved = (): ReturnType<typeof stage> => {
    const made = stage([person("a", 0, 200, 200)]);
    const a = person("a", 0, 200, 200);
    made.editor.change("Move", [setPoints(a, [[0, { x: 10, y: 10, v: 2 }], [1, { x: 20, y: 20, v: 2 }]])]);
    return made;
  };

  it("stays, and the rest is taken back and done again", () => {
    const { editor, messages } = moved();
    editor.load([setPoint(later(editor.store.row("a")), 1, { x: 77, y: 78, v: 2 })]);
    run(editor, "history.undo");
    expect([xy(editor.store.get("a"), 0), xy(editor.store.get("a"), 1)]).toEqual([[200, 200], [77, 78]]);
    expect(messages).toEqual(["Somebody else changed left wrist of this person since: that stays"]);
    run(editor, "history.redo");
    expect([xy(editor.store.get("a"), 0), xy(editor.store.get("a"), 1)]).toEqual([[10, 10], [77, 78]]);
  });

  it("is no matter where it is another point, or the very state that undo leads to", () => {
    const { editor, messages } = moved();
    editor.load([setPoints(later(editor.store.row("a")), [[3, { x: 5, y: 5, v: 1 }], [0, { x: 200, y: 200, v: 2 }]])]);
    run(editor, "history.undo");
    expect([0, 1, 3].map((k) => xy(editor.store.get("a"), k))).toEqual([[200, 200], [160, 260], [5, 5]]);
    expect(messages).toEqual([]);
  });

  it("keeps a box, too, and sends nothing when nothing is left to do", () => {
    const { editor, messages, gestures } = stage([person("a", 0, 200, 200)]);
    editor.change("Box", [setBox(person("a", 0, 200, 200), [1, 2, 3, 4])]);
    editor.load([setBox(later(editor.store.row("a")), [5, 6, 7, 8])]);
    run(editor, "history.undo");
    expect(editor.store.get("a")?.box).toEqual([5, 6, 7, 8]);
    expect(messages).toEqual(["Somebody else changed box of this person since: that stays"]);
    expect(gestures).toHaveLength(1);
  });

  it("holds an instance that undo would take away with somebody's work on it", () => {
    const { editor, messages } = stage();
    editor.change("New", [person("n", 0, 300, 300, { revision: 0 })]);
    editor.load([setPoint(later(editor.store.row("n")), 2, { x: 1, y: 1, v: 2 })]);
    run(editor, "history.undo");
    expect(editor.store.get("n")?.deleted).toBe(false);
    expect(messages).toEqual(["Somebody else worked on this person since: it stays"]);
  });

  it("does not bring points into an instance that they deleted", () => {
    const { editor, messages, gestures } = moved();
    editor.load([{ ...later(editor.store.row("a")), deleted: true }]);
    run(editor, "history.undo");
    expect(messages).toEqual(["Somebody else deleted this person since"]);
    expect(gestures).toHaveLength(1);
  });
});

describe("what an earlier page did", () => {
  const before = person("a", 0, 200, 200);
  const move = (x: number, from: number): Gesture => ({
    title: "Move", media: 1, frame: 0, routes: [],
    diffs: [{ instance: "a", before: setPoint(before, 0, { x: from, y: 200, v: 2 }), after: setPoint(before, 0, { x, y: 200, v: 2 }) }],
  });
  const past = [move(210, 200), move(220, 210), move(230, 220)].map((gesture, n) => ({ order: n + 1, gesture, undone: false }));

  it("is asked for as it is now, and presses meanwhile wait their turn", async () => {
    const asked: (readonly string[])[] = [];
    const { editor } = stage([], {
      onMissing: async (ids) => {
        asked.push(ids);
        await new Promise((done) => setTimeout(done, 5));
        editor.load([{ ...setPoint(before, 0, { x: 230, y: 200, v: 2 }), revision: 9 }]);
      },
    });
    editor.history.restore(past);
    run(editor, "history.undo");
    run(editor, "history.undo");
    run(editor, "history.undo");
    run(editor, "history.redo");
    expect(editor.store.get("a")).toBeNull();
    await expect.poll(() => editor.history.canRedo.value).toBe(past[1]?.gesture);
    expect(xy(editor.store.get("a"), 0)).toEqual([210, 200]);
    expect(editor.store.get("a")?.revision).toBe(9);
    expect(asked).toEqual([["a"]]);
  });

  it("stays undoable when the server does not answer", async () => {
    const messages: string[] = [];
    const onMissing = () => Promise.reject(new Error("The server cannot be reached"));
    const { editor } = stage([], { onMissing, onMessage: (text) => messages.push(text) });
    editor.history.restore(past);
    run(editor, "history.undo");
    await expect.poll(() => messages).toEqual(["Not undone or redone: The server cannot be reached"]);
    expect(editor.history.canUndo.value).toBe(past[2]?.gesture);
  });

  it("is made anew when it was taken back before the server heard of it", async () => {
    const made: Gesture = { title: "New", media: 1, frame: 0, routes: [], diffs: [{ instance: "a", before: null, after: before }] };
    const gestures: Gesture[] = [];
    const { editor } = stage([], { onMissing: () => Promise.resolve(), onCommit: (gesture) => gestures.push(gesture) });
    editor.history.restore([{ order: 1, gesture: made, undone: true }]);
    run(editor, "history.redo");
    await expect.poll(() => xy(editor.store.get("a"), 0)).toEqual([200, 200]);
    expect(gestures[0]?.diffs[0]).toMatchObject({ before: null, after: { revision: 0 } });
  });
});
