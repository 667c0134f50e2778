import { describe, expect, it } from "vitest";
import { outlines } from "../../src/geometry/outline";
import { rasterise } from "../../src/geometry/rasterise";
import {
  combineSpans, countsOfSpans, packCounts, spansArea, spansBounds, spansContain, spansOfCounts, unpackCounts,
} from "../../src/geometry/rle";
import type { Spans } from "../../src/geometry/rle";
import { strokeSpans } from "../../src/geometry/strokes";
import vectors from "../../../tests/vectors/rle.json";
import { random } from "../editor/scene";

const cases = [...vectors.polygons, ...vectors.masks];

function pixelsOf(spans: Spans, pixels: number): boolean[] {
  return Array.from({ length: pixels }, (_, at) => spansContain(spans, at));
}

function spansOf(pixels: readonly boolean[]): Spans {
  const ends: number[] = [];
  pixels.forEach((covered, at) => {
    if (covered !== (pixels[at - 1] ?? false)) ends.push(at);
  });
  if (pixels.at(-1)) ends.push(pixels.length);
  return Float64Array.from(ends);
}

const area = ([height = 0, width = 0]: readonly number[]): number => height * width;

describe("run lengths, as pycocotools has them", () => {
  it.each(cases)("packs and unpacks $text", ({ text, counts, size, area: covered, bounds }) => {
    expect(unpackCounts(text)).toEqual(counts);
    expect(packCounts(counts)).toBe(text);
    const spans = spansOfCounts(counts, area(size));
    expect(countsOfSpans(spans, area(size))).toEqual(counts);
    expect(spansArea(spans)).toBe(covered);
    expect(spansBounds(spans, size[0] ?? 0)).toEqual(bounds);
  });

  it("lengths that 32 bits do not hold", () => {
    const counts = [2 ** 40, 5, 2 ** 33, 1, 7];
    expect(unpackCounts(packCounts(counts))).toEqual(counts);
  });

  it.each(["a b", "~", "P", "o".repeat(20) + "0"])("refuses %s", (text) => {
    expect(() => unpackCounts(text)).toThrow(RangeError);
  });

  it.each([[[1, 2]], [[5, -1]], [[1.5, 2.5]], [[9]]])("refuses runs %j for four pixels", (counts) => {
    expect(() => spansOfCounts(counts, 4)).toThrow(RangeError);
  });

  it("runs of no length are no runs", () => {
    expect([...spansOfCounts([0, 2, 0, 3, 5], 10)]).toEqual([0, 5]);
  });
});

describe("polygons", () => {
  it.each(vectors.polygons)("has the pixels of pycocotools: $polygon", ({ polygon, counts, size: [height = 0, width = 0] }) => {
    expect(countsOfSpans(rasterise(polygon, width, height), width * height)).toEqual(counts);
  });
});

describe("spans", () => {
  it("adds and cuts as pixels do", () => {
    const next = random(4);
    for (let round = 0; round < 300; round++) {
      const share = next();
      const a = Array.from({ length: 60 }, () => next() < share);
      const from = Math.floor(next() * 60);
      const b = a.map((_, at) => at >= from && at < from + 12 && next() < 0.7);
      const [one, two] = [spansOf(a), spansOf(b)];
      expect([...combineSpans(one, two, "add")]).toEqual([...spansOf(a.map((covered, at) => covered || !!b[at]))]);
      expect([...combineSpans(one, two, "cut")]).toEqual([...spansOf(a.map((covered, at) => covered && !b[at]))]);
    }
  });

  it("a stroke covers the pixels whose middle is near enough to its line", () => {
    const next = random(9);
    const size = { width: 24, height: 18 };
    for (let round = 0; round < 60; round++) {
      const place = () => ({ x: next() * 30 - 3, y: next() * 24 - 3 });
      const a = place();
      const to = round % 5 ? place() : a;
      const radius = 0.4 + next() * 6;
      const wanted = Array.from({ length: area([size.height, size.width]) }, (_, at) => {
        const x = Math.floor(at / size.height) + 0.5;
        const y = (at % size.height) + 0.5;
        const length = (to.x - a.x) ** 2 + (to.y - a.y) ** 2;
        const t = length ? Math.min(1, Math.max(0, ((x - a.x) * (to.x - a.x) + (y - a.y) * (to.y - a.y)) / length)) : 0;
        return Math.hypot(x - a.x - t * (to.x - a.x), y - a.y - t * (to.y - a.y)) <= radius;
      });
      expect([...strokeSpans(a, to, radius, size)]).toEqual([...spansOf(wanted)]);
    }
  });

  it("the outline filled is the mask again", () => {
    const next = random(21);
    const [width, height] = [9, 7];
    for (let round = 0; round < 300; round++) {
      const share = next();
      const spans = spansOf(Array.from({ length: width * height }, () => next() < share));
      const loops = outlines(spans, height);
      let again: Spans = new Float64Array(0);
      // Around the object and around holes by turns: what an even number of loops holds is outside.
      for (const loop of loops) {
        const filled = rasterise(loop, width, height);
        again = combineSpans(combineSpans(again, filled, "cut"), combineSpans(filled, again, "cut"), "add");
      }
      expect([...again]).toEqual([...spans]);
    }
  });

  it("pixels at a corner have outlines of their own, a hole goes the other way around", () => {
    expect(outlines(spansOf([true, false, false, true]), 2)).toEqual([
      [0, 0, 1, 0, 1, 1, 0, 1],
      [1, 1, 2, 1, 2, 2, 1, 2],
    ]);
    const ring = outlines(spansOf([true, true, true, true, false, true, true, true, true]), 3);
    expect(ring).toHaveLength(2);
    expect(pixelsOf(rasterise(ring[0] ?? [], 3, 3), 9).filter(Boolean)).toHaveLength(9);
  });
});
