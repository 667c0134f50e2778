import { describe, expect, it } from "vitest";
import { point } from "../../src/editor/instance";
import { person, stage } from "../editor/scene";

describe("selecting and moving", () => {
  it("moves one point by exactly what the pointer moved, held off-centre or not", () => {
    const { editor, gestures, drag } = stage([person("a", 0, 200, 200)]);
    drag([203, 198], [253.25, 228.5]);
    const at = point(editor.store.get("a") ?? person("", 0, 0, 0), 0);
    expect(at.x).toBeCloseTo(250.25, 9);
    expect(at.y).toBeCloseTo(230.5, 9);
    expect(gestures).toHaveLength(1);
    expect(gestures[0]?.title).toBe("Move nose");
  });

  it("a click moves nothing", () => {
    const { editor, gestures, click } = stage([person("a", 0, 200, 200)]);
    click([202, 201]);
    expect(editor.selection.value).toMatchObject({ instance: "a", keypoint: 0 });
    expect(gestures).toEqual([]);
  });

  it("a near miss selects and does not move the instance; Control and drag does", () => {
    const { editor, gestures, drag } = stage([person("a", 0, 200, 200, { box: [140, 180, 120, 190] })]);
    drag([180, 230], [300, 300]);
    expect(gestures).toEqual([]);
    expect(editor.selection.value.instance).toBe("a");
    drag([180, 230], [190, 240], { ctrlKey: true });
    const now = editor.store.get("a") ?? person("", 0, 0, 0);
    expect(point(now, 4).x).toBeCloseTo(230, 9);
    expect(now.box?.[0]).toBeCloseTo(150, 9);
    expect(gestures).toHaveLength(1);
  });

  it("boxes never steal a press from a point", () => {
    const { editor, click } = stage([
      person("a", 0, 200, 200),
      person("b", 0, 600, 600, { box: [200, 200, 500, 500] }),
    ]);
    editor.select("b");
    click([201, 201]);
    expect(editor.selection.value).toMatchObject({ instance: "a", keypoint: 0 });
  });

  it("in overlaps the selected instance has its points first, and Alt or E reaches the others", () => {
    const { editor, click, key, move } = stage([person("a", 0, 200, 200), person("b", 0, 204, 200)]);
    editor.select("b");
    click([199, 200]);
    expect(editor.selection.value.instance).toBe("b");
    click([199, 200], { altKey: true });
    expect(editor.selection.value.instance).toBe("a");
    move([199, 200]);
    key("E");
    expect(editor.selection.value.instance).toBe("b");
  });

  it("Escape puts the point back; losing the pointer too", () => {
    const { editor, input, gestures, down, move, up, key } = stage([person("a", 0, 200, 200)]);
    down([200, 200]);
    move([400, 400]);
    key("Escape");
    move([410, 410]);
    up([410, 410]);
    expect(editor.store.get("a")?.points[0]).toBe(200);
    down([200, 200]);
    move([400, 400]);
    input.cancel();
    expect(editor.store.get("a")?.points[0]).toBe(200);
    expect(gestures).toEqual([]);
  });

  it("other keys wait while a point is held", () => {
    const { editor, down, move, up, key } = stage([person("a", 0, 200, 200)]);
    down([200, 200]);
    move([300, 300]);
    key("F");
    key("Delete");
    expect(editor.frame.value).toBe(0);
    up([300, 300]);
    expect(editor.store.get("a")?.points[0]).toBeCloseTo(300, 9);
  });

  it("right press turns hidden and visible", () => {
    const { editor, click } = stage([person("a", 0, 200, 200)]);
    click([200, 200], { button: 2 });
    expect(editor.store.get("a")?.points[2]).toBe(1);
    click([200, 200], { button: 2 });
    expect(editor.store.get("a")?.points[2]).toBe(2);
  });

  it("the middle button and Space move the picture with every tool; the wheel zooms to the cursor", () => {
    const { editor, input, drag, gestures, key } = stage([person("a", 0, 200, 200)]);
    const { x, scale } = editor.camera.value;
    drag([200, 200], [250, 200], { button: 1 });
    expect(editor.camera.value.x).toBeGreaterThan(x);
    key("P");
    input.spaceHeld.value = true;
    drag([300, 200], [320, 200]);
    input.spaceHeld.value = false;
    expect(gestures).toEqual([]);
    input.wheel({ x: 10, y: 10, button: 0, shiftKey: false, altKey: false, ctrlKey: false, metaKey: false }, 0, -100);
    expect(editor.camera.value.scale).toBeGreaterThan(scale);
    expect(editor.moving.value).toBe(true);
    input.dispose();
  });
});
