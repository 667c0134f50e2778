import { describe, expect, it } from "vitest";
import { announcement } from "../../src/editor/announce";
import { point } from "../../src/editor/instance";
import { stepSize } from "../../src/editor/verbs/steering";
import { NAMES, person, stage } from "../editor/scene";
import type { Stage } from "../editor/scene";

const cursor = ({ editor }: Stage): [number, number] => [editor.cursor.value?.x ?? NaN, editor.cursor.value?.y ?? NaN];
const first = ({ editor }: Stage) => editor.instances.value[0] ?? person("", 0, 0, 0);

describe("the cursor by key", () => {
  it("begins in the middle, moves by 1, 10 and 0.1 px, and places by Enter or Space", () => {
    const scene = stage();
    const { key, editor, gestures } = scene;
    key("N");
    key("ArrowRight");
    expect(cursor(scene)).toEqual([501, 400]);
    key("Shift+ArrowUp");
    key("Alt+ArrowLeft");
    expect(cursor(scene)).toEqual([expect.closeTo(500.9, 9), 390]);
    key("Enter");
    expect(point(first(scene), 0)).toEqual({ x: expect.closeTo(500.9, 9), y: 390, v: 2 });
    expect(editor.placing.value?.keypoint).toBe(1);
    key("ArrowDown");
    expect(key("Space")).toBe(true);
    expect(point(first(scene), 1)).toEqual({ x: expect.closeTo(500.9, 9), y: 391, v: 2 });
    expect(gestures.map(({ title }) => title)).toEqual(["Place nose", "Place left wrist"]);
  });

  it("labels a whole instance, hidden and skipped points too", () => {
    const scene = stage();
    const { key, editor } = scene;
    key("N");
    key("ArrowRight");
    key("Enter");
    key("Shift+3");
    key("Enter");
    key("S");
    key("ArrowRight");
    key("Enter");
    key("Enter");
    expect(editor.placing.value).toBeNull();
    expect(editor.steering.value).toBeNull();
    expect([0, 1, 2, 3, 4].map((k) => point(first(scene), k).v)).toEqual([2, 1, 0, 2, 2]);
    expect(first(scene).attributes).toEqual({ hidden_because: { left_wrist: "blur" } });
  });

  it("closes in on any place by halves", () => {
    const scene = stage();
    const { key } = scene;
    key("N");
    const wanted = [137, 613] as const;
    for (let presses = 0; presses < 9; presses++) {
      key(`Alt+Shift+Arrow${wanted[0] < cursor(scene)[0] || presses === 0 ? "Left" : "Right"}`);
      key(`Alt+Shift+Arrow${wanted[1] < cursor(scene)[1] ? "Up" : "Down"}`);
    }
    const [x, y] = cursor(scene);
    expect(Math.hypot(x - wanted[0], y - wanted[1])).toBeLessThan(3);
  });

  it("goes by what a press can be seen to move, however far the picture is away", () => {
    expect([8, 4, 1, 0.5, 0.3, 0.15, 0.01].map(stepSize)).toEqual([0.1, 1, 1, 2, 5, 10, 100]);
  });

  it("stays in the picture and in sight: the camera comes along", () => {
    const scene = stage();
    const { editor, key } = scene;
    editor.setCamera({ scale: 4, x: -1000, y: -1000 });
    key("N");
    for (let i = 0; i < 20; i++) key("Shift+ArrowRight");
    const { scale, x } = editor.camera.value;
    expect(cursor(scene)[0] * scale + x).toBeLessThanOrEqual(1016 - 24 + 1e-9);
    for (let i = 0; i < 100; i++) key("Shift+ArrowLeft");
    expect(cursor(scene)[0]).toBe(0);
  });

  it("is the pointer's again as soon as that moves, and not before", () => {
    const scene = stage();
    const { key, move, editor, click } = scene;
    move([100, 100]);
    key("N");
    key("ArrowRight");
    move([100, 100]);
    expect(cursor(scene)).toEqual([101, 100]);
    scene.input.leave();
    expect(cursor(scene)).toEqual([101, 100]);
    move([300, 300]);
    expect(cursor(scene)).toEqual([300, 300]);
    expect(editor.steering.value).toBeNull();
    click([310, 300]);
    key("Enter");
    expect(editor.placing.value).toBeNull();
    expect(point(first(scene), 1).v).toBe(0);
  });
});

describe("what is said aloud", () => {
  it("tells where a point was placed and what comes next", () => {
    const { editor, key } = stage();
    const said = announcement(editor);
    expect(said.value).toBe("");
    key("N");
    expect(said.value).toBe("next: nose, 1 of 5");
    key("ArrowRight");
    key("Enter");
    expect(said.value).toBe("nose placed at 501, 400; next: left wrist, 2 of 5");
    key("Shift+2");
    expect(said.value).toBe("nose placed at 501, 400; next: left wrist, hidden: own body, 2 of 5");
    key("Enter");
    expect(said.value).toBe("left wrist placed at 501, 400, hidden; next: right wrist, 3 of 5");
    NAMES.slice(2).forEach(() => key("Enter"));
    expect(said.value).toBe("person selected, 5 of 5 keypoints labelled");
    key("Tab");
    expect(said.value).toBe("nose, visible, at 501, 400");
    key("Tab");
    expect(said.value).toBe("left wrist, hidden: own body, at 501, 400");
  });

  it("rests while a point is dragged", () => {
    const { editor, move, down, up } = stage([person("a", 0, 200, 200)]);
    const said = announcement(editor);
    move([200, 200]);
    down([200, 200]);
    const before = said.value;
    for (let i = 1; i < 9; i++) move([200 + i, 200]);
    expect(said.value).toBe(before);
    up([208, 200]);
    expect(said.value).toBe("nose, visible, at 208, 200");
  });
});
