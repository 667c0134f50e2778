import { describe, expect, it } from "vitest";
import { chooseWindow, neededWindow } from "../../src/canvas/window";
import { toScreen } from "../../src/geometry/camera";
import { person, stage } from "../editor/scene";

const VIEW = { width: 1000, height: 800 };

describe("the window of the top layer", () => {
  it("holds what is drawn, on a grid, inside the view", () => {
    expect(chooseWindow([300, 300, 50, 50], [0, 0, 0, 0], VIEW, 1)).toEqual([256, 256, 128, 128]);
    expect(chooseWindow([-50, 700, 90, 400], [0, 0, 0, 0], VIEW, 1)).toEqual([0, 640, 128, 160]);
    expect(chooseWindow([2000, 20, 5, 5], [0, 0, 0, 0], VIEW, 1)[2]).toBeGreaterThan(0);
  });

  it("stays while it holds, and shrinks when far too large or outside a smaller view", () => {
    const now = [128, 128, 384, 256] as const;
    expect(chooseWindow([200, 200, 250, 150], now, VIEW, 1)).toBe(now);
    expect(chooseWindow([200, 200, 20, 20], now, VIEW, 1)).toEqual([128, 128, 128, 128]);
    expect(chooseWindow([200, 200, 250, 150], now, { width: 400, height: 300 }, 1)).not.toBe(now);
  });

  it("covers the selected instance, and everything while placing", () => {
    const { editor, key } = stage([person("a", 0, 300, 300)]);
    editor.select("a");
    const [x, y, width, height] = neededWindow(editor);
    const nose = toScreen(editor.camera.value, { x: 300, y: 300 });
    expect(x < nose.x && y < nose.y && x + width > nose.x && y + height > nose.y).toBe(true);
    expect(width).toBeLessThan(400);
    key("N");
    expect(neededWindow(editor)).toEqual([0, 0, 1016, 816]);
  });
});
