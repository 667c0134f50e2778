/**
 * Positions between keys: straight lines, or a monotone cubic (PCHIP). `vitruvian.geometry.interpolation` is the same
 * on the server and names the sources; tests/vectors/interpolation.json holds the two together.
 */
import { clamp } from "./points";

export type Interpolation = "linear" | "pchip";

/**
 * The value at `at` from those at ascending `keys`; before the first and after the last key it stands still. Two keys
 * on either side say all: more change nothing.
 */
export function interpolate(
  kind: Interpolation,
  keys: ArrayLike<number>,
  values: ArrayLike<number>,
  at: number,
): number {
  const count = keys.length;
  const x = (i: number): number => keys[i] ?? NaN;
  const y = (i: number): number => values[i] ?? NaN;
  if (count === 1) return y(0);
  const t = clamp(at, x(0), x(count - 1));
  let i = 0;
  while (i < count - 2 && x(i + 1) <= t) i++;
  const h = x(i + 1) - x(i);
  const rise = (y(i + 1) - y(i)) / h;
  const s = t - x(i);
  if (kind === "linear" || count === 2) return y(i) + s * rise;
  const one = slope(x, y, i, count);
  const two = slope(x, y, i + 1, count);
  const square = (3 * rise - 2 * one - two) / h;
  const cube = (one + two - 2 * rise) / (h * h);
  return y(i) + s * (one + s * (square + s * cube));
}

type Column = (i: number) => number;

function slope(x: Column, y: Column, i: number, count: number): number {
  const step = (j: number): number => x(j + 1) - x(j);
  const rise = (j: number): number => (y(j + 1) - y(j)) / step(j);
  if (i === 0) return endSlope(step(0), step(1), rise(0), rise(1));
  if (i === count - 1) return endSlope(step(i - 1), step(i - 2), rise(i - 1), rise(i - 2));
  const before = rise(i - 1);
  const after = rise(i);
  if (before * after <= 0) return 0;
  const w1 = 2 * step(i) + step(i - 1);
  const w2 = step(i) + 2 * step(i - 1);
  return (w1 + w2) / (w1 / before + w2 / after);
}

function endSlope(h0: number, h1: number, d0: number, d1: number): number {
  const slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1);
  if (Math.sign(slope) !== Math.sign(d0)) return 0;
  return Math.sign(d0) !== Math.sign(d1) && Math.abs(slope) > 3 * Math.abs(d0) ? 3 * d0 : slope;
}
