/**
 * Masks as COCO's run lengths: background and object by turns, counted down the columns of the picture. To work with
 * them they are spans: where each stretch of the object starts and where it ends, so that a brush touches only what
 * lies under it and no picture-sized bitmap is ever made.
 */
import type { Box } from "./types";

/** start, end, start, end ... of the object, ascending and never touching: pixel (x, y) is at x * height + y. */
export type Spans = Float64Array;

export const NOTHING: Spans = new Float64Array(0);

/** Run lengths as spans. Throws where they do not fill `pixels` exactly. */
export function spansOfCounts(counts: readonly number[], pixels: number): Spans {
  const ends: number[] = [];
  let at = 0;
  for (const [i, count] of counts.entries()) {
    if (!Number.isInteger(count) || count < 0) throw new RangeError(`${count} is no run length`);
    const start = at;
    at += count;
    if (i % 2 === 0 || count === 0) continue;
    if (ends.length && ends.at(-1) === start) ends.pop();
    else ends.push(start);
    ends.push(at);
  }
  if (at !== pixels) throw new RangeError(`The runs fill ${at} pixels of ${pixels}`);
  return Float64Array.from(ends);
}

/** Spans as run lengths; the first is of background and may be 0. */
export function countsOfSpans(spans: Spans, pixels: number): number[] {
  const counts: number[] = [];
  let last = 0;
  for (const end of spans) {
    counts.push(end - last);
    last = end;
  }
  if (last < pixels || !counts.length) counts.push(pixels - last);
  return counts;
}

/**
 * Run lengths as COCO's text: of each from the fourth on the difference to the one two before, in groups of five bits
 * from the lowest, a sixth bit saying that more follow, each as a character from "0" (pycocotools, rleToString).
 */
export function packCounts(counts: readonly number[]): string {
  const codes: number[] = [];
  for (let i = 0; i < counts.length; i++) {
    let rest = i > 2 ? (counts[i] ?? 0) - (counts[i - 2] ?? 0) : (counts[i] ?? 0);
    for (let more = true; more; ) {
      // Not by bit operators: a run of a large picture may need more than their 32 bits.
      const next = Math.floor(rest / 32);
      const bits = rest - 32 * next;
      more = bits & 16 ? next !== -1 : next !== 0;
      codes.push(48 + bits + (more ? 32 : 0));
      rest = next;
    }
  }
  return new TextDecoder().decode(Uint8Array.from(codes));
}

/** COCO's text as run lengths. Throws where it is none. */
export function unpackCounts(text: string): number[] {
  const counts: number[] = [];
  let value = 0;
  let place = 1;
  for (let i = 0; i < text.length; i++) {
    const bits = text.charCodeAt(i) - 48;
    if (!(bits >= 0 && bits < 64) || place > 2 ** 50) throw new RangeError("This is no packed COCO mask");
    value += (bits & 31) * place;
    place *= 32;
    if (bits & 32) continue;
    if (bits & 16) value -= place;
    if (counts.length > 2) value += counts.at(-2) ?? 0;
    counts.push(value);
    value = 0;
    place = 1;
  }
  if (place > 1) throw new RangeError("This packed COCO mask ends in the middle of a number");
  return counts;
}

/** How many pixels are covered. */
export function spansArea(spans: Spans): number {
  let area = 0;
  for (let i = 0; i < spans.length; i += 2) area += (spans[i + 1] ?? 0) - (spans[i] ?? 0);
  return area;
}

/** The smallest box around the covered pixels; null where there are none. */
export function spansBounds(spans: Spans, height: number): Box | null {
  const first = spans[0];
  const last = spans.at(-1);
  if (first === undefined || last === undefined) return null;
  let top = height;
  let bottom = 0;
  for (let i = 0; i < spans.length; i += 2) {
    const start = spans[i] ?? 0;
    const end = (spans[i + 1] ?? 0) - 1;
    // One that goes on into the next column covers the bottom of its own and the top of that one.
    const wraps = Math.floor(start / height) !== Math.floor(end / height);
    top = Math.min(top, wraps ? 0 : start % height);
    bottom = Math.max(bottom, wraps ? height : (end % height) + 1);
  }
  const left = Math.floor(first / height);
  const right = Math.floor((last - 1) / height) + 1;
  return [left, top, right - left, bottom - top];
}

/** Whether the pixel at this place of the count is covered. */
export function spansContain(spans: Spans, at: number): boolean {
  return countUpTo(spans, at) % 2 === 1;
}

/** How many starts and ends lie at or before `at`. */
function countUpTo(spans: Spans, at: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * `spans` with `other` added, or cut out of it. Only what lies between the first and the last pixel of `other` is
 * looked at; the rest is copied as it is.
 */
export function combineSpans(spans: Spans, other: Spans, how: "add" | "cut"): Spans {
  const first = other[0];
  const last = other.at(-1);
  if (first === undefined || last === undefined) return spans;
  const from = countUpTo(spans, first - 1) & ~1;
  const upTo = Math.min(spans.length, (countUpTo(spans, last) + 1) & ~1);
  const middle = merge(spans.subarray(from, upTo), other, how);
  const result = new Float64Array(from + middle.length + spans.length - upTo);
  result.set(spans.subarray(0, from));
  result.set(middle, from);
  result.set(spans.subarray(upTo), from + middle.length);
  return result;
}

/** Walk along both and note where the answer turns. */
function merge(a: Spans, b: Spans, how: "add" | "cut"): number[] {
  const turns: number[] = [];
  let i = 0;
  let j = 0;
  let inside = false;
  while (i < a.length || j < b.length) {
    const at = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    if (a[i] === at) i++;
    if (b[j] === at) j++;
    const inA = i % 2 === 1;
    const inB = j % 2 === 1;
    const now = how === "add" ? inA || inB : inA && !inB;
    if (now !== inside) turns.push(at);
    inside = now;
  }
  return turns;
}
