import { describe, expect, it } from "vitest";
import { chosenPoints } from "../../src/editor/chosen";
import { run } from "../../src/editor/commands";
import { point } from "../../src/editor/instance";
import { person, stage } from "../editor/scene";
import type { Stage } from "../editor/scene";

/** Draw a loop through these corners. */
function loop({ move, down, up }: Stage, corners: readonly (readonly [number, number])[], keys = {}): void {
  const [first = [0, 0] as const, ...others] = corners;
  move(first);
  down(first, keys);
  for (const corner of others) move(corner);
  up(corners.at(-1) ?? first);
}

const BOTH_WRISTS = [[130, 240], [270, 240], [270, 290], [130, 290]] as const;
const BOTH_ANKLES = [[130, 320], [270, 320], [270, 380], [130, 380]] as const;

const chosen = ({ editor }: Stage): number[] => [...chosenPoints(editor.selection.value)].sort((a, b) => a - b);
const at = ({ editor }: Stage, id: string, k: number) => point(editor.store.get(id) ?? person("", 0, 0, 0), k);

describe("several points at once", () => {
  it("are taken by a loop around them: of the instance that has most inside, later of the selected one", () => {
    const scene = stage([person("a", 0, 200, 200), person("b", 0, 300, 205)]);
    loop(scene, BOTH_WRISTS);
    expect(scene.editor.selection.value.instance).toBe("a");
    expect(chosen(scene)).toEqual([1, 2]);
    expect(scene.gestures).toEqual([]);
    loop(scene, BOTH_ANKLES, { shiftKey: true });
    expect(chosen(scene)).toEqual([1, 2, 3, 4]);
    loop(scene, BOTH_WRISTS, { altKey: true });
    expect(chosen(scene)).toEqual([3, 4]);
    loop(scene, BOTH_WRISTS);
    expect(chosen(scene)).toEqual([1, 2]);
    loop(scene, [[10, 10], [30, 10], [30, 30]]);
    expect(scene.editor.selection.value.instance).toBeNull();
  });

  it("are taken of another instance when the loop holds none of the selected one, but never added to its choice", () => {
    const scene = stage([person("a", 0, 200, 200), person("b", 0, 600, 200)]);
    scene.click([160, 260]);
    loop(scene, [[540, 240], [660, 240], [660, 290], [540, 290]], { shiftKey: true });
    expect(scene.editor.selection.value).toMatchObject({ instance: "a", keypoint: 1, also: [] });
    loop(scene, [[540, 240], [660, 240], [660, 290], [540, 290]]);
    expect(scene.editor.selection.value.instance).toBe("b");
    expect(chosen(scene)).toEqual([1, 2]);
  });

  it("the grips step aside while a loop is drawn, and the hint says what letting go does", () => {
    const scene = stage([person("a", 0, 200, 200)]);
    const { editor, move, down, up, key } = scene;
    editor.select("a");
    expect(editor.transform.value).not.toBeNull();
    move([20, 20]);
    down([20, 20]);
    move([60, 60]);
    expect(editor.transform.value).toBeNull();
    expect(editor.tool.value.hint()).toMatch(/let go/);
    key("Escape");
    up([60, 60]);
    expect(editor.lasso.value).toBeNull();
    expect(editor.transform.value).not.toBeNull();
  });

  it("nudge by a tenth of a pixel where the camera is so far in that a pixel is a leap", () => {
    const scene = stage([person("a", 0, 200, 200)]);
    const { editor, key } = scene;
    editor.select("a", 0);
    editor.setCamera({ scale: 7.9, x: 0, y: 0 });
    key("ArrowRight");
    expect(at(scene, "a", 0).x).toBeCloseTo(201, 9);
    editor.setCamera({ scale: 8, x: 0, y: 0 });
    key("ArrowRight");
    key("Shift+ArrowRight");
    key("Alt+ArrowRight");
    expect(at(scene, "a", 0).x).toBeCloseTo(202.2, 9);
  });

  it("are added and taken out by Shift and a press, and move together in one gesture", () => {
    const scene = stage([person("a", 0, 200, 200)]);
    const { click, drag, gestures, editor } = scene;
    click([160, 260]);
    click([240, 260], { shiftKey: true });
    click([200, 200], { shiftKey: true });
    expect(chosen(scene)).toEqual([0, 1, 2]);
    click([200, 200], { shiftKey: true });
    expect(chosen(scene)).toEqual([1, 2]);
    drag([162, 261], [172, 281]);
    expect(gestures.map(({ title }) => title)).toEqual(["Move 2 points"]);
    expect(at(scene, "a", 1)).toMatchObject({ x: expect.closeTo(170, 9), y: expect.closeTo(280, 9) });
    expect(at(scene, "a", 2)).toMatchObject({ x: expect.closeTo(250, 9), y: expect.closeTo(280, 9) });
    expect(at(scene, "a", 0)).toMatchObject({ x: 200, y: 200 });
    expect(chosen(scene)).toEqual([1, 2]);
    click([170, 280]);
    expect(chosen(scene)).toEqual([1]);
    run(editor, "history.undo");
    expect(at(scene, "a", 2)).toMatchObject({ x: 240, y: 260 });
  });

  it("taking a point out by Shift and dragging on moves nothing", () => {
    const scene = stage([person("a", 0, 200, 200)]);
    scene.click([160, 260]);
    scene.click([240, 260], { shiftKey: true });
    scene.drag([240, 260], [300, 300], { shiftKey: true });
    expect(scene.gestures).toEqual([]);
    expect(chosen(scene)).toEqual([1]);
  });

  it("are judged, nudged, swapped and removed by one key, and come back by one undo", () => {
    const scene = stage([person("a", 0, 200, 200)]);
    const { editor, key, gestures } = scene;
    loop(scene, BOTH_WRISTS);
    key("1");
    expect([1, 2].map((k) => at(scene, "a", k).v)).toEqual([1, 1]);
    key("Shift+ArrowRight");
    key("ArrowRight");
    key("Alt+ArrowRight");
    expect([1, 2].map((k) => at(scene, "a", k).x)).toEqual([expect.closeTo(171.1, 9), expect.closeTo(251.1, 9)]);
    key("Alt+X");
    expect([1, 2].map((k) => at(scene, "a", k).x)).toEqual([expect.closeTo(251.1, 9), expect.closeTo(171.1, 9)]);
    key("Delete");
    expect([1, 2].map((k) => at(scene, "a", k).v)).toEqual([0, 0]);
    expect(at(scene, "a", 0).v).toBe(2);
    const distinct = gestures.length;
    for (let i = 0; i < 4; i++) key("Mod+Z");
    expect([1, 2].map((k) => at(scene, "a", k))).toEqual([{ x: 160, y: 260, v: 2 }, { x: 240, y: 260, v: 2 }]);
    expect(gestures.length).toBe(distinct + 4);
    expect(editor.history.canUndo.value).toBeNull();
    expect(chosen(scene)).toEqual([1, 2]);
  });

  it("a limb is swapped as a whole", () => {
    const scene = stage([person("a", 0, 200, 200)]);
    scene.click([160, 260]);
    scene.key("Shift+X");
    expect([1, 2, 3].map((k) => at(scene, "a", k).x)).toEqual([240, 160, 180]);
  });

  it("Control and drag on a point takes along what hangs on it", () => {
    const scene = stage([person("a", 0, 200, 200)]);
    scene.drag([200, 200], [210, 205], { ctrlKey: true });
    expect([0, 1, 4].map((k) => at(scene, "a", k).x)).toEqual([expect.closeTo(210, 9), expect.closeTo(170, 9), expect.closeTo(230, 9)]);
    scene.drag([170, 265], [150, 265], { ctrlKey: true });
    expect([0, 1].map((k) => at(scene, "a", k).x)).toEqual([expect.closeTo(210, 9), expect.closeTo(150, 9)]);
  });

  it("Escape leaves the loop and what was chosen before it", () => {
    const scene = stage([person("a", 0, 200, 200)]);
    loop(scene, BOTH_WRISTS);
    scene.down([130, 320]);
    scene.move([270, 320]);
    scene.move([270, 380]);
    expect(scene.editor.lasso.value).not.toBeNull();
    scene.key("Escape");
    expect(scene.editor.lasso.value).toBeNull();
    scene.up([130, 380]);
    expect(chosen(scene)).toEqual([1, 2]);
  });

  it("all of an instance's points are chosen by Control and A", () => {
    const scene = stage([person("a", 0, 200, 200)]);
    scene.editor.select("a");
    scene.key("Mod+A");
    expect(chosen(scene)).toEqual([0, 1, 2, 3, 4]);
  });
});
