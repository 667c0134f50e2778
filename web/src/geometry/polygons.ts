/** Polygons as COCO has them: flat lists of x and y, closed without saying so. */
import { clamp, segmentDistance } from "./points";
import type { Box, XY } from "./types";

export type Polygon = readonly number[];

export function vertex(polygon: Polygon, index: number): XY {
  return { x: polygon[2 * index] ?? 0, y: polygon[2 * index + 1] ?? 0 };
}

export function vertexCount(polygon: Polygon): number {
  return Math.floor(polygon.length / 2);
}

/** Positive where the polygon turns clockwise on the screen (Gauss's shoelace formula). */
export function signedArea(polygon: Polygon): number {
  let twice = 0;
  const count = polygon.length;
  for (let i = 0; i < count; i += 2) {
    const j = (i + 2) % count;
    twice += (polygon[i] ?? 0) * (polygon[j + 1] ?? 0) - (polygon[j] ?? 0) * (polygon[i + 1] ?? 0);
  }
  return twice / 2;
}

/** Whether (x, y) lies inside, by how often a ray crosses the outline. */
export function polygonContains(polygon: Polygon, x: number, y: number): boolean {
  let inside = false;
  const count = polygon.length;
  for (let i = 0, j = count - 2; i < count; j = i, i += 2) {
    const yi = polygon[i + 1] ?? 0;
    const yj = polygon[j + 1] ?? 0;
    if (yi > y === yj > y) continue;
    const xi = polygon[i] ?? 0;
    if (x < xi + (((polygon[j] ?? 0) - xi) * (y - yi)) / (yj - yi)) inside = !inside;
  }
  return inside;
}

export function polygonBounds(polygon: Polygon): Box | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i + 1 < polygon.length; i += 2) {
    left = Math.min(left, polygon[i] ?? 0);
    right = Math.max(right, polygon[i] ?? 0);
    top = Math.min(top, polygon[i + 1] ?? 0);
    bottom = Math.max(bottom, polygon[i + 1] ?? 0);
  }
  return left <= right ? [left, top, right - left, bottom - top] : null;
}

/** The vertex nearest to `at` and how far away it is. */
export function nearestVertex(polygon: Polygon, at: XY): { readonly index: number; readonly distance: number } {
  let best = { index: -1, distance: Infinity };
  for (let i = 0; i < vertexCount(polygon); i++) {
    const distance = Math.hypot((polygon[2 * i] ?? 0) - at.x, (polygon[2 * i + 1] ?? 0) - at.y);
    if (distance < best.distance) best = { index: i, distance };
  }
  return best;
}

/** The side nearest to `at`, named by the vertex at its beginning. */
export function nearestSide(polygon: Polygon, at: XY): { readonly index: number; readonly distance: number } {
  let best = { index: -1, distance: Infinity };
  const count = vertexCount(polygon);
  for (let i = 0; i < count; i++) {
    const distance = segmentDistance(at.x, at.y, vertex(polygon, i), vertex(polygon, (i + 1) % count));
    if (distance < best.distance) best = { index: i, distance };
  }
  return best;
}

/** Move every vertex that lies where vertex `index` does: a hole hangs on two sides of the same line. */
export function moveVertex(polygon: Polygon, index: number, to: XY): number[] {
  const from = vertex(polygon, index);
  const moved = polygon.slice();
  for (let i = 0; i + 1 < moved.length; i += 2) {
    if (moved[i] === from.x && moved[i + 1] === from.y) moved.splice(i, 2, to.x, to.y);
  }
  return moved;
}

/** A new vertex on the side that begins at vertex `after`. */
export function insertVertex(polygon: Polygon, after: number, at: XY): number[] {
  return polygon.toSpliced(2 * after + 2, 0, at.x, at.y);
}

export function removeVertex(polygon: Polygon, index: number): number[] {
  return polygon.toSpliced(2 * index, 2);
}

export function movePolygon(polygon: Polygon, dx: number, dy: number): number[] {
  return polygon.map((value, i) => value + (i % 2 ? dy : dx));
}

export function boxPolygon([x, y, width, height]: Box): number[] {
  return [x, y, x + width, y, x + width, y + height, x, y + height];
}

/** A place inside the picture, to a hundredth of a pixel: finer than anybody can point. */
export function inPicture(at: XY, width: number, height: number): XY {
  const round = (value: number): number => Math.round(100 * value) / 100;
  return { x: round(clamp(at.x, 0, width)), y: round(clamp(at.y, 0, height)) };
}
