/**
 * Outlines with fewer vertices (Douglas and Peucker): no corner that is left out lies farther than `tolerance` from
 * the line that replaces it. And holes hung on the outline around them, since COCO's polygons know no holes.
 */
import type { Loop } from "./outline";
import { isHole } from "./outline";
import { polygonContains, signedArea, vertex, vertexCount } from "./polygons";
import type { Polygon } from "./polygons";
import { segmentDistance } from "./points";

export function simplify(polygon: Polygon, tolerance: number): number[] {
  const count = vertexCount(polygon);
  const keep = new Uint8Array(count);
  const far = farthest(polygon, 0, count, 0);
  keep[0] = keep[far.index] = 1;
  // A list of stretches instead of recursion: outlines may have many thousands of corners.
  const stretches: [number, number][] = [[0, far.index], [far.index, count]];
  for (let stretch = stretches.pop(); stretch; stretch = stretches.pop()) {
    const [from, to] = stretch;
    const { index, distance } = farthest(polygon, from, to, to % count);
    if (distance <= tolerance) continue;
    keep[index] = 1;
    stretches.push([from, index], [index, to]);
  }
  return polygon.filter((_, i) => keep[i >> 1]);
}

/** The vertex between two others that is farthest from the line from `from` to `end`. */
function farthest(polygon: Polygon, from: number, to: number, end: number): { index: number; distance: number } {
  const [a, b] = [vertex(polygon, from), vertex(polygon, end)];
  let best = { index: from, distance: -1 };
  for (let i = from + 1; i < to; i++) {
    const { x, y } = vertex(polygon, i);
    const distance = segmentDistance(x, y, a, b);
    if (distance > best.distance) best = { index: i, distance };
  }
  return best;
}

/**
 * The outlines of a mask as COCO's polygons, each within `tolerance` pixels of it. A hole is reached by a way there
 * and back along one line, which covers nothing.
 */
export function polygonsOf(loops: readonly Loop[], tolerance: number): number[][] {
  const simple = loops.map((loop) => simplify(loop, tolerance)).filter((loop) => vertexCount(loop) > 2);
  const outer = simple.filter((loop) => !isHole(loop));
  // From left to right, since each hole is hung on what lies to its left, which may be another hole.
  const holes = simple.filter(isHole).sort((a, b) => vertex(a, leftmost(a)).x - vertex(b, leftmost(b)).x);
  for (const hole of holes) {
    const { x, y } = vertex(hole, leftmost(hole));
    const around = outer
      .map((polygon, index) => ({ polygon, index, area: signedArea(polygon) }))
      .filter(({ polygon }) => polygonContains(polygon, x, y))
      .sort((a, b) => a.area - b.area)[0];
    if (around) outer[around.index] = hang(around.polygon, hole);
  }
  return outer;
}

function leftmost(polygon: Polygon): number {
  let best = 0;
  for (let i = 1; i < vertexCount(polygon); i++) if (vertex(polygon, i).x < vertex(polygon, best).x) best = i;
  return best;
}

/** Go straight to the left from the hole to the outline. */
function hang(polygon: Polygon, hole: Polygon): number[] {
  const start = leftmost(hole);
  const { x, y } = vertex(hole, start);
  let best = { side: -1, x: -Infinity };
  const count = vertexCount(polygon);
  for (let i = 0; i < count; i++) {
    const [a, b] = [vertex(polygon, i), vertex(polygon, (i + 1) % count)];
    if (a.y > y === b.y > y) continue;
    const at = a.x + ((b.x - a.x) * (y - a.y)) / (b.y - a.y);
    if (at <= x && at > best.x) best = { side: i, x: at };
  }
  if (best.side < 0) return [...polygon];
  const way = [...hole.slice(2 * start), ...hole.slice(0, 2 * start), x, y];
  const cut = 2 * best.side + 2;
  return [...polygon.slice(0, cut), best.x, y, ...way, best.x, y, ...polygon.slice(cut)];
}
