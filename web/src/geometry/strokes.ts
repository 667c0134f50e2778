/** What a round brush covers between two places: the pixels whose middles lie within its radius of the line. */
import { NOTHING } from "./rle";
import type { Spans } from "./rle";
import type { Size, XY } from "./types";

export function strokeSpans(from: XY, to: XY, radius: number, { width, height }: Size): Spans {
  const ends: number[] = [];
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - radius));
  const right = Math.min(width - 1, Math.ceil(Math.max(from.x, to.x) + radius));
  const quad = sides(from, to, radius);
  for (let x = left; x <= right; x++) {
    const [low, high] = chord(x + 0.5, from, to, radius, quad);
    const top = Math.max(0, Math.ceil(low - 0.5));
    const bottom = Math.min(height, Math.floor(high - 0.5) + 1);
    if (!(bottom > top)) continue;
    const start = x * height + top;
    if (ends.at(-1) === start) ends.pop();
    else ends.push(start);
    ends.push(x * height + bottom);
  }
  return ends.length ? Float64Array.from(ends) : NOTHING;
}

/** The corners of the straight part of the stroke, going round. */
function sides(from: XY, to: XY, radius: number): readonly XY[] {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length === 0) return [];
  const dx = ((to.x - from.x) / length) * radius;
  const dy = ((to.y - from.y) / length) * radius;
  return [
    { x: from.x - dy, y: from.y + dx },
    { x: to.x - dy, y: to.y + dx },
    { x: to.x + dy, y: to.y - dx },
    { x: from.x + dy, y: from.y - dx },
  ];
}

/** Where the upright line at `x` lies within the stroke. Discs and straight part are one convex shape: one stretch. */
function chord(x: number, from: XY, to: XY, radius: number, quad: readonly XY[]): readonly [number, number] {
  let low = Infinity;
  let high = -Infinity;
  const reach = (y: number): void => {
    low = Math.min(low, y);
    high = Math.max(high, y);
  };
  for (const end of [from, to]) {
    const half = radius * radius - (x - end.x) ** 2;
    if (half < 0) continue;
    reach(end.y - Math.sqrt(half));
    reach(end.y + Math.sqrt(half));
  }
  quad.forEach((a, i) => {
    const b = quad[(i + 1) % quad.length] ?? a;
    if (a.x === b.x || x < Math.min(a.x, b.x) || x > Math.max(a.x, b.x)) return;
    reach(a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x));
  });
  return [low, high];
}
