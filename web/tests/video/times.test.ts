import { describe, expect, test } from "vitest";
import { agreement, lastBefore, rank, tolerance } from "../../src/video/times";

const steady = (fps: number, count: number): number[] => Array.from({ length: count }, (_, n) => n / fps);
/** As VideoFrame.timestamp has it. */
const micro = (time: number): number => Math.round(time * 1e6) / 1e6;

describe("rank", () => {
  test.each([24, 30000 / 1001, 60, 240, 480, 600, 1000, 4000])("finds each frame at %f frames a second", (fps) => {
    const times = steady(fps, 500);
    expect(times.map((time) => rank(times, micro(time)))).toEqual(times.map((_, n) => n));
  });

  test("takes the nearest of times that lie close together", () => {
    const times = [0, 0.033, 0.0335, 0.034, 0.1];
    expect(times.map((time) => rank(times, micro(time)))).toEqual([0, 1, 2, 3, 4]);
    expect(rank(times, 0.0336)).toBe(2);
  });

  test("bears what containers round away", () => {
    const times = steady(30, 100);
    expect(times.map((time) => rank(times, Math.round(time * 1000) / 1000))).toEqual(times.map((_, n) => n));
  });

  test("says nothing of times at which no frame is shown", () => {
    expect(rank(steady(30, 10), -1 / 30)).toBeNull();
    expect(rank(steady(30, 10), 0.05)).toBeNull();
    expect(rank(steady(30, 10), 10 / 30)).toBeNull();
    expect(rank(steady(1000, 10), -0.001)).toBeNull();
    expect(rank(steady(1000, 10), 0.01)).toBeNull();
    expect(rank([], 0)).toBeNull();
  });

  test("two frames of the very same time are one: the other is the server's to show", () => {
    expect(rank([0, 0.04, 0.04, 0.08], 0.04)).toBe(1);
  });
});

test("the tolerance is at most half of the way to a neighbour", () => {
  expect(tolerance(steady(30, 9), 4)).toBe(0.002);
  expect(tolerance(steady(1000, 9), 0)).toBeCloseTo(0.0005, 9);
  expect(tolerance([0, 0.1, 0.1004], 1)).toBeCloseTo(0.0002, 9);
  expect(tolerance([0], 0)).toBe(0.002);
});

describe("agreement", () => {
  const times = steady(25, 50);

  test("container in the order of decoding, shifted as a whole", () => {
    expect(agreement([...times].reverse(), times)).toBe(0);
    expect(agreement(times.map((time) => time + 0.08), times)).toBeCloseTo(0.08, 9);
  });

  test("frames that an edit list hides are not counted", () => {
    expect(agreement([-0.08, -0.04, ...times], times)).toBe(0);
  });

  test("frames before 0 that the table has are counted", () => {
    expect(agreement([-0.08, -0.04, ...times], [-0.08, -0.04, ...times])).toBe(0);
  });

  test("other frames are no agreement", () => {
    expect(agreement(times.slice(1), times)).toBeNull();
    expect(agreement(times.map((time, n) => (n === 7 ? time + 0.01 : time)), times)).toBeNull();
    expect(agreement([], [])).toBeNull();
  });

  test("1000 frames a second, one of them elsewhere by its own length: no agreement", () => {
    const quick = steady(1000, 50);
    const other = quick.map((time, n) => (n === 49 ? time + 0.001 : time));
    expect(agreement(quick, quick)).toBe(0);
    expect(agreement(other, quick)).toBeNull();
    // A hidden frame one step before 0 is not within reach of frame 0.
    expect(agreement([-0.001, ...quick], quick)).toBe(0);
  });
});

test("the last key frame that is not after a time", () => {
  expect([-1, 0, 1.9, 2, 9].map((at) => lastBefore([0, 2, 4], at))).toEqual([-Infinity, 0, 0, 2, 4]);
});
