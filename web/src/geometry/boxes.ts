/** Boxes are x, y, width, height; sides are never negative. */
import type { Box, XY } from "./types";

/** The eight grips of a box: which sides they move (-1 near side, 0 none, 1 far side). */
export const HANDLES = {
  nw: [-1, -1],
  n: [0, -1],
  ne: [1, -1],
  e: [1, 0],
  se: [1, 1],
  s: [0, 1],
  sw: [-1, 1],
  w: [-1, 0],
} as const satisfies Record<string, readonly [number, number]>;

export type Handle = keyof typeof HANDLES;

export const HANDLE_NAMES = Object.keys(HANDLES) as Handle[];

/** The box that two opposite corners span. */
export function boxOfCorners(a: XY, b: XY): Box {
  return [Math.min(a.x, b.x), Math.min(a.y, b.y), Math.abs(a.x - b.x), Math.abs(a.y - b.y)];
}

export function handlePosition(box: Box, handle: Handle): XY {
  const [sx, sy] = HANDLES[handle];
  return { x: box[0] + (box[2] * (sx + 1)) / 2, y: box[1] + (box[3] * (sy + 1)) / 2 };
}

/** Move one grip by (dx, dy); dragging it past the opposite side turns the box over. */
export function resizeBox(box: Box, handle: Handle, dx: number, dy: number): Box {
  const [sx, sy] = HANDLES[handle];
  const a = { x: box[0] + (sx < 0 ? dx : 0), y: box[1] + (sy < 0 ? dy : 0) };
  const b = { x: box[0] + box[2] + (sx > 0 ? dx : 0), y: box[1] + box[3] + (sy > 0 ? dy : 0) };
  return boxOfCorners(a, b);
}

export function moveBox(box: Box, dx: number, dy: number): Box {
  return [box[0] + dx, box[1] + dy, box[2], box[3]];
}

export function boxContains(box: Box, x: number, y: number): boolean {
  return x >= box[0] && y >= box[1] && x <= box[0] + box[2] && y <= box[1] + box[3];
}

/** Distance from (x, y) to the outline, 0 on it; inside and outside count alike. */
export function outlineDistance(box: Box, x: number, y: number): number {
  const dx = Math.max(box[0] - x, 0, x - box[0] - box[2]);
  const dy = Math.max(box[1] - y, 0, y - box[1] - box[3]);
  if (dx > 0 || dy > 0) return Math.hypot(dx, dy);
  return Math.min(x - box[0], box[0] + box[2] - x, y - box[1], box[1] + box[3] - y);
}

/** The part of a box inside a picture of this size; null when nothing is left. */
export function clipBox(box: Box, width: number, height: number): Box | null {
  const x = Math.max(0, box[0]);
  const y = Math.max(0, box[1]);
  const right = Math.min(width, box[0] + box[2]);
  const bottom = Math.min(height, box[1] + box[3]);
  return right > x && bottom > y ? [x, y, right - x, bottom - y] : null;
}

export function unionBox(a: Box | null, b: Box | null): Box | null {
  if (!a || !b) return a ?? b;
  const x = Math.min(a[0], b[0]);
  const y = Math.min(a[1], b[1]);
  return [x, y, Math.max(a[0] + a[2], b[0] + b[2]) - x, Math.max(a[1] + a[3], b[1] + b[3]) - y];
}
