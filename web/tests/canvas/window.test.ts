import { describe, expect, it } from "vitest";
import { chooseWindow, handWindow, selectedWindow } from "../../src/canvas/window";
import { movingPoints, stillInstance } from "../../src/canvas/moving";
import { setPoint } from "../../src/editor/instance";
import { toScreen } from "../../src/geometry/camera";
import { person, stage } from "../editor/scene";

const VIEW = { width: 1000, height: 800 };

describe("the windows of the upper layers", () => {
  it("holds what is drawn, on a grid, inside the view", () => {
    expect(chooseWindow([300, 300, 50, 50], [0, 0, 0, 0], VIEW, 1)).toEqual([256, 256, 128, 128]);
    expect(chooseWindow([-50, 700, 90, 400], [0, 0, 0, 0], VIEW, 1)).toEqual([0, 640, 64, 160]);
    expect(chooseWindow([2000, 20, 5, 5], [0, 0, 0, 0], VIEW, 1)[2]).toBeGreaterThan(0);
  });

  it("stays while it holds, and shrinks when far too large or outside a smaller view", () => {
    const now = [128, 128, 384, 256] as const;
    expect(chooseWindow([200, 200, 250, 150], now, VIEW, 1)).toBe(now);
    expect(chooseWindow([200, 200, 20, 20], now, VIEW, 1)).toEqual([192, 192, 64, 64]);
    expect(chooseWindow([200, 200, 250, 150], now, { width: 400, height: 300 }, 1)).not.toBe(now);
  });

  it("covers the selected instance, and everything while placing", () => {
    const { editor, key } = stage([person("a", 0, 300, 300)]);
    editor.select("a");
    const [x, y, width, height] = selectedWindow(editor, editor.selected.value);
    const nose = toScreen(editor.camera.value, { x: 300, y: 300 });
    expect(x < nose.x && y < nose.y && x + width > nose.x && y + height > nose.y).toBe(true);
    expect(width).toBeLessThan(400);
    expect(handWindow(editor)).toEqual([0, 0, 1, 1]);
    key("N");
    expect(handWindow(editor)).toEqual([0, 0, 1016, 816]);
  });

  it("covers only the point in hand and its neighbours during a drag", () => {
    const { editor } = stage([person("a", 0, 300, 300)]);
    editor.select("a", 1);
    const selected = editor.selected.value;
    if (!selected) throw new Error("nothing selected");
    editor.edits.begin("Move", selected.media, selected.frame);
    expect(movingPoints(editor)?.size).toBe(0);
    editor.edits.preview(setPoint(selected, 1, { x: 260, y: 260, v: 2 }));
    expect([...(movingPoints(editor) ?? [])]).toEqual([1]);
    expect(stillInstance(editor)).toBe(selected);
    const hand = handWindow(editor);
    const whole = selectedWindow(editor, editor.selected.value);
    expect(hand[2] * hand[3]).toBeLessThan(whole[2] * whole[3]);
    editor.edits.preview({ ...selected, box: [1, 1, 5, 5] });
    expect(movingPoints(editor)).toBeNull();
    editor.edits.commit();
    expect(movingPoints(editor)?.size).toBe(0);
  });
});
