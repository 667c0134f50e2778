import { expect, test } from "vitest";
import { drawLanes, firstFrom, frameAt, xOf } from "../../src/canvas/lanes";
import type { LaneLook } from "../../src/canvas/lanes";
import type { LaneRow } from "../../src/editor/timeline";

/** A context that counts what is drawn. */
function counted(): { context: CanvasRenderingContext2D; calls: () => number } {
  let calls = 0;
  const context = new Proxy({} as Record<string, unknown>, {
    get: (kept, name) => kept[name as string] ?? (() => void calls++),
    set: (kept, name, value) => ((kept[name as string] = value), true),
  });
  return { context: context as unknown as CanvasRenderingContext2D, calls: () => calls };
}

const frames = (count: number) => Array.from({ length: count }, (_, n) => n);

function look(rows: readonly LaneRow[], count: number): LaneLook {
  return {
    rows, offset: 0, width: 1000, height: 440, window: [0, count], carried: null, routed: () => [], isChosen: () => false,
    colors: { line: "#000", key: "#000", muted: "#000", doubt: "#000", chosen: "#000", ground: "#000" },
  };
}

const rowOf = (track: string, keys: readonly number[]): LaneRow => ({
  track, keypoint: null, name: track, point: null,
  lane: { track, category: "person", frames: keys, presence: [[0, keys.length - 1]], points: [] },
});

test("frames and places are each other's inverse", () => {
  const window = [120, 180] as const;
  for (const n of [120, 133, 179]) expect(frameAt(xOf(n, window, 977), window, 977)).toBe(n);
});

test("keys of a long film are drawn once for each pixel, so the work is bound by the width", () => {
  const short = counted();
  drawLanes(short.context, look([rowOf("a", frames(500))], 500));
  const long = counted();
  drawLanes(long.context, look([rowOf("a", frames(100_000))], 100_000));
  expect(short.calls()).toBeGreaterThan(500);
  expect(long.calls()).toBeLessThan(1100);
});

test("only what the window holds is drawn", () => {
  const drawn = counted();
  drawLanes(drawn.context, { ...look([rowOf("a", frames(10_000))], 10_000), window: [5000, 5020] });
  // Some 23 diamonds of seven calls each, the span and the ground.
  expect(drawn.calls()).toBeLessThan(200);
});

test("the first frame from somewhere on", () => {
  expect([-1, 0, 1, 4, 5, 9].map((n) => firstFrom([0, 4, 5, 8], n))).toEqual([0, 0, 1, 1, 2, 4]);
});
