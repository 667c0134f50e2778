import { describe, expect, it } from "vitest";
import { placeNames } from "../../src/canvas/names";
import type { PlacedName, PointName } from "../../src/canvas/names";

const VIEW = { width: 400, height: 300 };
const width = (text: string): number => 7 * text.length;
const at = (order: number, x: number, y: number): PointName => ({ order, name: "left shoulder", x, y });

function overlapping(names: readonly PlacedName[]): number {
  let count = 0;
  names.forEach((a, i) => {
    for (const b of names.slice(i + 1)) if (Math.abs(a.y - b.y) < 12 && a.x < b.x + b.width && b.x < a.x + a.width) count++;
  });
  return count;
}

describe("names of points", () => {
  it("stand to the right of their points, and to the left at the right border", () => {
    const [first, second] = placeNames([at(1, 100, 100), at(2, 380, 200)], VIEW, width);
    expect(first).toMatchObject({ text: "1 left shoulder", x: 108, y: 100 });
    expect((second?.x ?? 0) + (second?.width ?? 0)).toBe(372);
  });

  it("give way to each other, then to their numbers, and never lie over each other", () => {
    const crowd = Array.from({ length: 60 }, (_, k) => at(k + 1, 130 + (k % 10) * 14, 110 + Math.floor(k / 10) * 14));
    const placed = placeNames(crowd, VIEW, width);
    expect(overlapping(placed)).toBe(0);
    expect(placed.filter(({ text }) => text.includes("left shoulder")).length).toBeGreaterThan(3);
    expect(placed.some(({ text }) => /^\d+$/.test(text))).toBe(true);
    expect(placed.length).toBeLessThan(60);
  });

  it("none is written outside of the view", () => {
    expect(placeNames([at(1, -50, 100), at(2, 100, 500)], VIEW, width)).toEqual([]);
  });
});
