/**
 * The pixels of a polygon, by the rule of pycocotools (rleFrPoly), to the pixel: the outline is drawn on a grid five
 * times as fine, and a column of pixels is entered or left where the outline crosses the line through its middle. A
 * mask made here is therefore the one that every tool built on COCO's makes of the same polygon.
 */
import type { Polygon } from "./polygons";
import { NOTHING } from "./rle";
import type { Spans } from "./rle";

const FINE = 5;
/** Column x of the picture is crossed between fine columns 5 x + 2 and 5 x + 3. */
const MIDDLE = 2;

export function rasterise(polygon: Polygon, width: number, height: number): Spans {
  const count = Math.floor(polygon.length / 2);
  if (count < 3) return NOTHING;
  const fine = polygon.map((value) => Math.trunc(FINE * value + 0.5));
  const crossings: number[] = [];
  const cross = (u: number, v: number): void => {
    const x = (u - MIDDLE) / FINE;
    if (!Number.isInteger(x) || x < 0 || x >= width) return;
    const y = Math.min(Math.max((v + 0.5) / FINE - 0.5, 0), height);
    crossings.push(x * height + Math.ceil(y));
  };
  for (let i = 0; i < count; i++) {
    const j = (i + 1) % count;
    walk(fine[2 * i] ?? 0, fine[2 * i + 1] ?? 0, fine[2 * j] ?? 0, fine[2 * j + 1] ?? 0, cross);
  }
  return turns(crossings, width * height);
}

/** Follow one side over the fine grid and tell, for each step across columns, its left column and its upper row. */
function walk(xa: number, ya: number, xb: number, yb: number, cross: (u: number, v: number) => void): void {
  const across = Math.abs(xb - xa);
  const down = Math.abs(yb - ya);
  const flat = across >= down;
  const turned = flat ? xa > xb : ya > yb;
  const [xs, ys, xe, ye] = turned ? [xb, yb, xa, ya] : [xa, ya, xb, yb];
  if (flat) {
    const slope = (ye - ys) / across;
    const row = (t: number): number => Math.trunc(ys + slope * t + 0.5);
    const first = Math.max(MIDDLE, xs + ((((MIDDLE - xs) % FINE) + FINE) % FINE));
    for (let u = first; u < xe; u += FINE) cross(u, Math.min(row(u - xs), row(u - xs + 1)));
  } else {
    const slope = (xe - xs) / down;
    let last = Math.trunc(xs + 0.5);
    for (let t = 1; t <= down; t++) {
      const now = Math.trunc(xs + slope * t + 0.5);
      if (now !== last) cross(Math.min(now, last), ys + t - 1);
      last = now;
    }
  }
}

/** Inside and outside by turns; two crossings in one place undo each other. */
function turns(crossings: number[], pixels: number): Spans {
  const sorted = Float64Array.from(crossings).sort();
  const kept: number[] = [];
  for (const at of sorted) {
    if (kept.at(-1) === at) kept.pop();
    else kept.push(at);
  }
  if (kept.length % 2) kept.push(pixels);
  while (kept.length && (kept.at(-2) ?? 0) >= pixels) kept.splice(-2);
  return Float64Array.from(kept);
}
