import { describe, expect, it } from "vitest";
import { run } from "../../src/editor/commands";
import { squash } from "../../src/editor/diff";
import { point, setPoint } from "../../src/editor/instance";
import { categoriesOf } from "../../src/editor/ontology";
import type { Diff, EditorInstance, Gesture } from "../../src/editor/types";
import { changeCategory } from "../../src/editor/verbs/category";
import { toChange } from "../../src/sync/wire";
import { createEditor } from "../../src/tools";
import { NAMES, person, VIDEO } from "./scene";

const BUST = ["left_wrist", "chin", "nose"];

function scene(instances: readonly EditorInstance[]) {
  const gestures: Gesture[] = [];
  const messages: string[] = [];
  const skeleton = (names: readonly string[]) => ({ keypoints: names.map((name) => ({ name })) });
  const editor = createEditor(
    categoriesOf({ categories: [{ name: "person", skeleton: skeleton(NAMES) }, { name: "bust", skeleton: skeleton(BUST) }, { name: "mug" }] }),
    { onCommit: (gesture) => gestures.push(gesture), onMessage: (text) => messages.push(text) },
  );
  editor.open(VIDEO);
  editor.load(instances);
  return { editor, gestures, messages };
}

const places = (instance: EditorInstance | null): number[][] =>
  Array.from({ length: (instance?.points.length ?? 0) / 3 }, (_, k) => [...(instance?.points.slice(3 * k, 3 * k + 3) ?? [])]);

describe("another category", () => {
  it("takes points over by name, tells what is lost, and one undo brings it back", () => {
    const scores = new Float32Array([0.1, 0.2, 0.3, 0.4, 0.5]);
    const before = person("a", 0, 200, 200, { track: null, scores, box: [1, 2, 3, 4], attributes: { age: 3 } });
    const { editor, gestures, messages } = scene([before]);
    editor.select("a", 1);
    changeCategory(editor, "bust");
    const now = editor.store.get("a");
    expect(places(now)).toEqual([[160, 260, 2], [0, 0, 0], [200, 200, 2]]);
    expect([now?.category, now?.box, now?.attributes]).toEqual(["bust", [1, 2, 3, 4], { age: 3 }]);
    expect([...(now?.scores ?? [])].map((one) => Math.round(10 * one))).toEqual([2, NaN, 1]);
    expect(editor.selection.value).toMatchObject({ instance: "a", keypoint: 0 });
    expect(messages).toEqual(["A bust has no right wrist, left ankle, right ankle: these points are gone; undo brings them back"]);
    run(editor, "history.undo");
    expect(editor.store.get("a")).toEqual(before);
    run(editor, "history.redo");
    expect(places(editor.store.get("a"))).toEqual(places(now));
    expect(gestures.map(({ title }) => title)).toEqual([
      "Make person a bust", "Undo: Make person a bust", "Redo: Make person a bust",
    ]);
  });

  it("is said to the server with every point, also together with what was done before", () => {
    const before = person("a", 0, 200, 200, { track: null });
    const { editor, gestures } = scene([before]);
    // The left wrist goes; under its number in the other skeleton stands nothing in the old one either.
    editor.change("Remove", [setPoint(before, 1, { x: 0, y: 0, v: 0 })]);
    editor.select("a");
    changeCategory(editor, "bust");
    const [first, second] = gestures.map(({ diffs }) => diffs[0] as Diff);
    const both = first && second && squash(first, second);
    expect(both && toChange(both, 1)).toMatchObject({
      category: "bust",
      points: { "0": [0, 0, 0], "1": [0, 0, 0], "2": [200, 200, 2] },
    });
  });

  it("changes all of a track at once, keys and what is computed between them", () => {
    const keyed = new Uint8Array([1, 1, 1, 1, 1]);
    const rows = [0, 10].map((frame) => person(`a@${String(frame)}`, frame, 200 + 10 * frame, 200, { keyed }));
    const { editor, gestures } = scene(rows);
    editor.goTo(5);
    const between = editor.instances.value[0];
    editor.select(between?.id ?? null, 0);
    changeCategory(editor, "bust");
    expect(gestures[0]?.diffs).toHaveLength(2);
    const now = editor.instances.value[0] ?? rows[0];
    expect(now?.category).toBe("bust");
    expect(now && point(now, 2)).toMatchObject({ x: expect.closeTo(250, 6), y: 200, v: 2 });
    expect(now && point(now, 1).v).toBe(0);
    run(editor, "history.undo");
    expect(editor.instances.value[0]?.category).toBe("person");
    expect(places(editor.instances.value[0] ?? null)).toEqual(places(between ?? null));
  });

  it("goes round by key, to one without keypoints too", () => {
    const { editor, messages } = scene([person("a", 0, 200, 200, { track: null })]);
    editor.select("a");
    expect(run(editor, "instance.category")).toBe(true);
    run(editor, "instance.category");
    expect(editor.store.get("a")).toMatchObject({ category: "mug", points: new Float64Array(0) });
    run(editor, "instance.category");
    expect(places(editor.store.get("a"))).toEqual(NAMES.map(() => [0, 0, 0]));
    expect(messages).toHaveLength(2);
    run(editor, "history.undo");
    run(editor, "history.undo");
    run(editor, "history.undo");
    expect(places(editor.store.get("a"))).toEqual(places(person("a", 0, 200, 200)));
  });
});
