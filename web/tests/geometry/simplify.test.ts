import { describe, expect, it } from "vitest";
import { outlines } from "../../src/geometry/outline";
import { nearestSide, vertex, vertexCount } from "../../src/geometry/polygons";
import { rasterise } from "../../src/geometry/rasterise";
import { combineSpans, spansArea } from "../../src/geometry/rle";
import type { Spans } from "../../src/geometry/rle";
import { polygonsOf, simplify } from "../../src/geometry/simplify";
import { strokeSpans } from "../../src/geometry/strokes";
import { random } from "../editor/scene";

const SIZE = { width: 200, height: 160 };

function disc(x: number, y: number, radius: number): Spans {
  return strokeSpans({ x, y }, { x, y }, radius, SIZE);
}

function pixels(polygons: readonly (readonly number[])[]): Spans {
  return polygons.reduce<Spans>((all, polygon) => combineSpans(all, rasterise(polygon, SIZE.width, SIZE.height), "add"), new Float64Array(0));
}

describe("simplified outlines", () => {
  it("leave out only what lies within the tolerance", () => {
    const [loop = []] = outlines(disc(100, 80, 50), SIZE.height);
    for (const tolerance of [0, 0.5, 1, 3]) {
      const simple = simplify(loop, tolerance);
      const worst = Math.max(...Array.from({ length: vertexCount(loop) }, (_, i) => nearestSide(simple, vertex(loop, i)).distance));
      expect(worst).toBeLessThanOrEqual(tolerance + 1e-9);
    }
    expect(vertexCount(simplify(loop, 1))).toBeLessThan(vertexCount(loop) / 5);
  });

  it("without a tolerance the polygons have the mask's pixels, holes and holes beside holes too", () => {
    const next = random(2);
    for (let round = 0; round < 20; round++) {
      let mask = disc(100, 80, 60);
      for (let i = 0; i < 6; i++) mask = combineSpans(mask, disc(60 + 80 * next(), 50 + 60 * next(), 2 + 8 * next()), "cut");
      const polygons = polygonsOf(outlines(mask, SIZE.height), 0);
      expect([...pixels(polygons)]).toEqual([...mask]);
    }
  });

  it("two objects are two polygons", () => {
    const mask = combineSpans(disc(40, 40, 20), disc(140, 100, 25), "add");
    const polygons = polygonsOf(outlines(mask, SIZE.height), 1);
    expect(polygons).toHaveLength(2);
    expect(Math.abs(spansArea(pixels(polygons)) / spansArea(mask) - 1)).toBeLessThan(0.03);
  });
});
