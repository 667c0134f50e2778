import { describe, expect, it } from "vitest";
import { fitBox, MAX_SCALE, toImage, toScreen, zoomAt } from "../../src/geometry/camera";
import { boxOfCorners, clipBox, outlineDistance, resizeBox } from "../../src/geometry/boxes";
import { segmentDistance } from "../../src/geometry/points";
import { random } from "../editor/scene";

describe("the camera", () => {
  it("maps there and back without rounding", () => {
    const draw = random(1);
    for (let i = 0; i < 500; i++) {
      const camera = { scale: 0.05 + draw() * 40, x: draw() * 4000 - 2000, y: draw() * 4000 - 2000 };
      const at = { x: draw() * 1920, y: draw() * 1080 };
      const back = toImage(camera, toScreen(camera, at));
      expect(back.x).toBeCloseTo(at.x, 8);
      expect(back.y).toBeCloseTo(at.y, 8);
    }
  });

  it("zooms about the cursor: what is under it stays under it", () => {
    const draw = random(2);
    let camera = { scale: 1, x: 0, y: 0 };
    for (let i = 0; i < 500; i++) {
      const at = { x: draw() * 1920, y: draw() * 1080 };
      const under = toImage(camera, at);
      camera = zoomAt(camera, at, draw() < 0.5 ? 1.3 : 1 / 1.3);
      const after = toImage(camera, at);
      expect(after.x).toBeCloseTo(under.x, 5);
      expect(after.y).toBeCloseTo(under.y, 5);
    }
    expect(zoomAt(camera, { x: 0, y: 0 }, 1e9).scale).toBe(MAX_SCALE);
  });

  it("fits a box whole and centred", () => {
    const camera = fitBox([10, 20, 100, 50], { width: 400, height: 400 }, 20);
    expect(camera.scale).toBeCloseTo(3.6);
    expect(toScreen(camera, { x: 60, y: 45 })).toEqual({ x: 200, y: 200 });
  });
});

describe("boxes and lines", () => {
  it("turn over rather than shrink below nothing", () => {
    expect(resizeBox([10, 10, 20, 20], "e", -30, 5)).toEqual([0, 10, 10, 20]);
    expect(resizeBox([10, 10, 20, 20], "nw", 5, 6)).toEqual([15, 16, 15, 14]);
    expect(boxOfCorners({ x: 5, y: 9 }, { x: 1, y: 2 })).toEqual([1, 2, 4, 7]);
  });

  it("are cut at the picture", () => {
    expect(clipBox([-5, -5, 20, 20], 10, 8)).toEqual([0, 0, 10, 8]);
    expect(clipBox([20, 0, 5, 5], 10, 8)).toBeNull();
  });

  it("measure distance to what is drawn", () => {
    expect(outlineDistance([0, 0, 10, 10], 5, 4)).toBe(4);
    expect(outlineDistance([0, 0, 10, 10], 13, 14)).toBe(5);
    expect(segmentDistance(5, 3, { x: 0, y: 0 }, { x: 10, y: 0 })).toBe(3);
    expect(segmentDistance(3, 4, { x: 0, y: 0 }, { x: 0, y: 0 })).toBe(5);
  });
});
