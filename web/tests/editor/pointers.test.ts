import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { point } from "../../src/editor/instance";
import { Pointers } from "../../src/editor/pointers";
import type { HandPointer } from "../../src/editor/pointers";
import { person, stage } from "./scene";

type At = readonly [number, number];

function hands() {
  const scene = stage([person("a", 0, 200, 200)]);
  const pointers = new Pointers(scene.editor, scene.input);
  const { scale, x, y } = scene.editor.camera.value;
  const made = (pointerType: string) => (pointerId: number, at: At, button = 0): HandPointer => ({
    x: at[0] * scale + x, y: at[1] * scale + y, button, shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, pointerId, pointerType,
  });
  const nose = () => point(scene.editor.store.get("a") ?? person("", 0, 0, 0), 0);
  return { ...scene, pointers, nose, touch: made("touch"), pen: made("pen"), mouse: made("mouse") };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("fingers, pen and mouse", () => {
  it("one finger drags a point, taken from further away than by mouse", () => {
    const { pointers, touch, mouse, nose, gestures, editor } = hands();
    pointers.move(mouse(1, [216, 208]));
    expect(editor.hover.value).toBeNull();
    pointers.down(touch(2, [216, 208]));
    pointers.move(touch(2, [230, 220]));
    pointers.move(touch(2, [266, 258]));
    pointers.up(touch(2, [266, 258]));
    expect(nose()).toMatchObject({ x: expect.closeTo(250, 9), y: expect.closeTo(250, 9) });
    expect(gestures).toHaveLength(1);
  });

  it("two fingers move and zoom the picture and set no point, whichever comes first", () => {
    const { pointers, touch, editor, gestures, key } = hands();
    key("N");
    const { camera } = editor;
    pointers.down(touch(1, [300, 300]));
    pointers.down(touch(2, [500, 300]));
    const under = camera.value;
    pointers.move(touch(1, [200, 300]));
    pointers.move(touch(2, [600, 300]));
    expect(camera.value.scale / under.scale).toBeCloseTo(2, 6);
    pointers.up(touch(2, [600, 300]));
    pointers.move(touch(1, [250, 350]));
    pointers.up(touch(1, [250, 350]));
    expect(gestures).toEqual([]);
    expect(editor.store.at(1, 0)).toHaveLength(1);
    editor.tool.value.cancel();
  });

  it("a second finger during a drag puts the point back", () => {
    const { pointers, touch, nose, gestures } = hands();
    pointers.down(touch(1, [200, 200]));
    pointers.move(touch(1, [300, 300]));
    expect(nose().x).not.toBe(200);
    pointers.down(touch(2, [500, 500]));
    expect(nose()).toMatchObject({ x: 200, y: 200 });
    pointers.up(touch(1, [300, 300]));
    pointers.up(touch(2, [500, 500]));
    expect(gestures).toEqual([]);
  });

  it("a tap places, a long press is the right button", () => {
    const { pointers, touch, nose, gestures, key, editor } = hands();
    pointers.down(touch(1, [200, 200]));
    vi.advanceTimersByTime(700);
    expect(nose().v).toBe(1);
    pointers.up(touch(1, [200, 200]));
    expect(gestures).toHaveLength(1);
    key("N");
    pointers.down(touch(1, [600, 300]));
    pointers.up(touch(1, [601, 300]));
    expect(gestures).toHaveLength(2);
    expect(editor.store.at(1, 0)).toHaveLength(2);
  });

  it("a palm while the pen is down does nothing; a pen that comes after a palm wins", () => {
    const { pointers, touch, pen, nose, gestures, editor } = hands();
    const camera = editor.camera.value;
    pointers.down(touch(7, [700, 600]));
    pointers.move(pen(3, [200, 200]));
    pointers.down(pen(3, [200, 200]));
    pointers.down(touch(8, [720, 640]));
    pointers.move(touch(7, [400, 600]));
    pointers.move(pen(3, [240, 230]));
    pointers.up(touch(8, [720, 640]));
    pointers.up(touch(7, [400, 600]));
    pointers.move(pen(3, [260, 250]));
    pointers.up(pen(3, [260, 250]));
    expect(nose()).toMatchObject({ x: expect.closeTo(260, 9), y: expect.closeTo(250, 9) });
    expect(gestures).toHaveLength(1);
    expect(editor.camera.value).toBe(camera);
  });

  it("another pointer never ends the gesture of the first", () => {
    const { pointers, touch, mouse, nose, gestures, editor } = hands();
    pointers.down(mouse(1, [200, 200]));
    pointers.move(mouse(1, [220, 220]));
    pointers.down(touch(2, [500, 500]));
    pointers.up(touch(2, [500, 500]));
    expect(editor.edits.inHand.value).toBe("Move nose");
    pointers.move(mouse(1, [240, 240]));
    pointers.up(mouse(1, [240, 240]));
    expect(nose().x).toBeCloseTo(240, 9);
    expect(gestures).toHaveLength(1);
    pointers.down(touch(2, [240, 240]));
    pointers.move(touch(2, [280, 280]));
    pointers.up(mouse(1, [10, 10]));
    expect(editor.edits.inHand.value).toBe("Move nose");
    pointers.up(touch(2, [280, 280]));
    expect(gestures).toHaveLength(2);
  });

  it("a pointer that the system takes away, or a window that goes away, puts everything back", () => {
    const { pointers, touch, pen, nose, gestures } = hands();
    pointers.down(pen(1, [200, 200]));
    pointers.move(pen(1, [300, 300]));
    pointers.cancel(pen(1, [300, 300]));
    expect(nose().x).toBe(200);
    pointers.down(touch(2, [200, 200]));
    pointers.move(touch(2, [300, 300]));
    pointers.cancelAll();
    expect(nose().x).toBe(200);
    pointers.up(touch(2, [300, 300]));
    pointers.down(touch(3, [200, 200]));
    pointers.cancel(touch(3, [200, 200]));
    vi.advanceTimersByTime(700);
    expect(nose().v).toBe(2);
    expect(gestures).toEqual([]);
    pointers.dispose();
  });
});
