import { describe, expect, it } from "vitest";
import { setPoints } from "../../src/editor/instance";
import type { EditorInstance } from "../../src/editor/types";
import { person, route, stage } from "./scene";

const without = (instance: EditorInstance, ...keypoints: number[]): EditorInstance =>
  setPoints(instance, keypoints.map((k) => [k, { x: 0, y: 0, v: 0 }] as const));

describe("the next keypoint without a label", () => {
  it("is looked for in the instance in hand, then in the others from left to right, going round", () => {
    const { editor, key } = stage([without(person("b", 0, 600, 300), 0), without(person("a", 0, 200, 200), 1, 3), person("c", 0, 400, 300)]);
    const seen = (chord: string): unknown => {
      key(chord);
      return [editor.placing.value?.instance, editor.placing.value?.keypoint];
    };
    expect(["U", "U", "U", "U"].map(seen)).toEqual([["a", 1], ["a", 3], ["b", 0], ["a", 1]]);
    expect(["Shift+U", "Shift+U"].map(seen)).toEqual([["b", 0], ["a", 3]]);
    key("Escape");
    editor.select("a", 2);
    expect(seen("U")).toEqual(["a", 3]);
    key("Escape");
    editor.select("a", 2);
    expect(seen("Shift+U")).toEqual(["a", 1]);
  });

  it("is the one that a click sets, and then the next is in hand", () => {
    const { editor, key, click } = stage([without(person("a", 0, 200, 200), 1, 3)]);
    key("U");
    click([150, 250]);
    expect(editor.placing.value?.keypoint).toBe(3);
    click([180, 350]);
    expect(editor.store.get("a")?.points[11]).toBe(2);
    expect(editor.placing.value).toBeNull();
  });

  it("goes through the skeleton before the first click, and says when nothing is missing", () => {
    const { editor, key, messages } = stage([person("a", 0, 200, 200)]);
    key("U");
    expect(messages).toEqual(["Every keypoint in this frame has a label"]);
    key("N");
    key("U");
    expect(editor.placing.value).toMatchObject({ instance: null, keypoint: 1 });
    key("Shift+U");
    key("Shift+U");
    expect(editor.placing.value?.keypoint).toBe(4);
  });
});

describe("doubtful points from anywhere", () => {
  it("are those after and before the frame on the screen", () => {
    const frames = [0, 3, 6, 9];
    const scene = stage(frames.map((frame) => person(`a@${String(frame)}`, frame, 200, 200)));
    const { editor, key } = scene;
    editor.routes.set(frames.map((frame, i) => route(i + 1, `a@${String(frame)}`, 1, frame)));
    editor.goTo(4);
    key("Y");
    expect([editor.tool.value.id, editor.frame.value, editor.selection.value.keypoint]).toEqual(["tour", 6, 1]);
    key("Y");
    expect(editor.frame.value).toBe(9);
    key("Escape");
    editor.goTo(4);
    key("Shift+Y");
    expect([editor.tool.value.id, editor.frame.value]).toEqual(["tour", 3]);
    key("Shift+Y");
    expect(editor.frame.value).toBe(0);
  });
});
