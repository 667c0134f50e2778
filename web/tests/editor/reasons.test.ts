import { describe, expect, it } from "vitest";
import { run } from "../../src/editor/commands";
import { point } from "../../src/editor/instance";
import { reasonOf, statedReason } from "../../src/editor/reasons";
import type { EditorInstance } from "../../src/editor/types";
import { person, stage } from "./scene";
import type { Stage } from "./scene";

const now = ({ editor }: Stage, id = "a"): EditorInstance => editor.store.get(id) ?? person("", 0, 0, 0);
const because = (scene: Stage, id = "a"): unknown => now(scene, id).attributes["hidden_because"];
const WRIST: [number, number] = [160, 260];

describe("visibility by the left hand's keys", () => {
  it("means the point under the cursor before the selected one, until another is chosen by key", () => {
    const scene = stage([person("a", 0, 200, 200)]);
    const { editor, key, move } = scene;
    editor.select("a", 0);
    move(WRIST);
    key("1");
    expect(point(now(scene), 1).v).toBe(1);
    expect(point(now(scene), 0).v).toBe(2);
    key("Tab");
    expect(editor.selection.value.keypoint).toBe(1);
    key("Tab");
    key("1");
    expect(point(now(scene), 2).v).toBe(1);
    key("3");
    expect(point(now(scene), 2)).toEqual({ x: 0, y: 0, v: 0 });
  });

  it("means all points that were chosen together, wherever the cursor is", () => {
    const scene = stage([person("a", 0, 200, 200), person("b", 0, 500, 200)]);
    const { editor, key, move, gestures } = scene;
    editor.select("a", 1, [2, 3]);
    move([500, 200]);
    key("Shift+3");
    expect([0, 1, 2, 3, 4].map((k) => point(now(scene), k).v)).toEqual([2, 1, 1, 1, 2]);
    expect(because(scene)).toEqual({ left_wrist: "blur", right_wrist: "blur", left_ankle: "blur" });
    expect(gestures.map(({ title }) => title)).toEqual(["Mark 3 points hidden, blur"]);
    expect(point(now(scene, "b"), 0).v).toBe(2);
  });
});

describe("reasons for hidden", () => {
  it("are stated by one key each, beside other attributes, and undone with the visibility", () => {
    const scene = stage([person("a", 0, 200, 200, { attributes: { age: 7 } })]);
    const { editor, key, gestures } = scene;
    editor.select("a", 1);
    ["other_object", "self", "blur", "out_of_frame"].forEach((reason, i) => {
      key(`Shift+${String(i + 1)}`);
      expect(now(scene).attributes).toEqual({ age: 7, hidden_because: { left_wrist: reason } });
    });
    expect(gestures).toHaveLength(4);
    for (let i = 0; i < 4; i++) run(editor, "history.undo");
    expect(now(scene).attributes).toEqual({ age: 7 });
    expect(point(now(scene), 1).v).toBe(2);
  });

  it("go when the point is visible again, moved away or not labelled", () => {
    const scene = stage([person("a", 0, 200, 200)]);
    const { editor, key, click } = scene;
    editor.select("a", 1, [2]);
    key("Shift+1");
    editor.select("a", 1);
    key("2");
    expect(because(scene)).toEqual({ right_wrist: "other_object" });
    click([240, 260], { button: 2 });
    expect(point(now(scene), 2).v).toBe(2);
    expect(because(scene)).toBeUndefined();
    editor.select("a", 3);
    key("Shift+2");
    key("3");
    expect(now(scene).attributes).toEqual({});
  });

  it("go with their points to the other side", () => {
    const scene = stage([person("a", 0, 200, 200)]);
    scene.editor.select("a", 1);
    scene.key("Shift+1");
    scene.key("X");
    expect(because(scene)).toEqual({ right_wrist: "other_object" });
    expect(point(now(scene), 2).v).toBe(1);
    expect(point(now(scene), 1).v).toBe(2);
  });

  it("can be said before the click that places the point", () => {
    const scene = stage();
    const { key, click, editor } = scene;
    key("N");
    key("Shift+4");
    click([100, 100]);
    click([120, 150]);
    const id = editor.placing.value?.instance ?? "";
    expect(point(now(scene, id), 0).v).toBe(1);
    expect(because(scene, id)).toEqual({ nose: "out_of_frame" });
    expect(point(now(scene, id), 1).v).toBe(2);
  });

  it("hold on a track from the key that states them, and are not said again by rows after it", () => {
    const keyed = new Uint8Array([1, 1, 1, 1, 1]);
    const scene = stage([person("a", 0, 200, 200, { keyed, track: "t" }), person("b", 10, 300, 200, { keyed, track: "t" })]);
    const { editor, key } = scene;
    const skeleton = editor.skeleton(now(scene));
    editor.select("a", 1);
    key("Shift+3");
    editor.goTo(5);
    const between = editor.instances.value[0] ?? person("", 0, 0, 0);
    expect(point(between, 1).v).toBe(1);
    expect(reasonOf(editor.tracks, between, skeleton, 1)).toBe("blur");
    editor.select(between.id, 0);
    key("ArrowRight");
    const row = editor.store.row(between.id);
    expect(row?.attributes).toEqual({});
    expect(reasonOf(editor.tracks, editor.instances.value[0] ?? between, skeleton, 1)).toBe("blur");
    editor.goTo(10);
    expect(reasonOf(editor.tracks, editor.instances.value[0] ?? between, skeleton, 1)).toBeNull();
  });

  it("of a file are read whatever they say", () => {
    const skeleton = stage().editor.categories.get("person")?.skeleton ?? null;
    const odd = (attributes: Record<string, unknown>): string | null => {
      const hidden = person("a", 0, 0, 0, { attributes, points: new Float64Array([5, 5, 1, 6, 6, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0]) });
      return statedReason(hidden, skeleton, 0);
    };
    expect(odd({ hidden_because: { nose: "a hat" } })).toBe("a hat");
    expect(odd({ hidden_because: { left_wrist: "blur" } })).toBeNull();
    expect(odd({ hidden_because: ["blur"] })).toBeNull();
    expect(odd({ hidden_because: { nose: 3 } })).toBeNull();
  });
});
