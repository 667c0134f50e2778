/** Edits of an instance. Each returns a new record and leaves the given one as it was. */
import { unionBox } from "../geometry/boxes";
import { maskShape } from "./mask";
import type { Box, EditorInstance, Point, Visibility } from "./types";

export function emptyInstance(
  id: string,
  category: string,
  media: number,
  frame: number,
  keypoints: number,
): EditorInstance {
  return {
    id,
    media,
    frame,
    category,
    track: null,
    points: new Float64Array(3 * keypoints),
    scores: null,
    keyed: null,
    box: null,
    mask: null,
    confidence: null,
    area: null,
    crowd: false,
    attributes: {},
    revision: 0,
    deleted: false,
  };
}

export function keypointCount(instance: EditorInstance): number {
  return instance.points.length / 3;
}

export function point(instance: EditorInstance, keypoint: number): Point {
  const { points } = instance;
  return {
    x: points[3 * keypoint] ?? 0,
    y: points[3 * keypoint + 1] ?? 0,
    v: visibility(instance, keypoint),
  };
}

/** What a file says beyond 0, 1, 2 counts as the nearest of them. */
export function visibility(instance: EditorInstance, keypoint: number): Visibility {
  const value = instance.points[3 * keypoint + 2] ?? 0;
  return value >= 1.5 ? 2 : value > 0 ? 1 : 0;
}

export function score(instance: EditorInstance, keypoint: number): number | null {
  const value = instance.scores?.[keypoint];
  return value === undefined || Number.isNaN(value) ? null : value;
}

export function labelledCount(instance: EditorInstance): number {
  let count = 0;
  for (let i = 2; i < instance.points.length; i += 3) if ((instance.points[i] ?? 0) > 0) count++;
  return count;
}

/** Set one point; visibility 0 takes the label away. A point that a person set is keyed and has no score. */
export function setPoint(instance: EditorInstance, keypoint: number, to: Point): EditorInstance {
  return setPoints(instance, [[keypoint, to]]);
}

export function setPoints(
  instance: EditorInstance,
  changes: Iterable<readonly [keypoint: number, to: Point]>,
): EditorInstance {
  const points = instance.points.slice();
  const scores = instance.scores?.slice() ?? null;
  const keyed = instance.keyed?.slice() ?? null;
  for (const [keypoint, to] of changes) {
    if (keypoint < 0 || 3 * keypoint >= points.length || !Number.isFinite(to.x) || !Number.isFinite(to.y)) continue;
    points[3 * keypoint] = to.v ? to.x : 0;
    points[3 * keypoint + 1] = to.v ? to.y : 0;
    points[3 * keypoint + 2] = to.v;
    if (scores) scores[keypoint] = NaN;
    if (keyed) keyed[keypoint] = 1;
  }
  return { ...instance, points, scores, keyed };
}

/** Move those of the named points that are labelled. */
export function movePoints(instance: EditorInstance, keypoints: Iterable<number>, dx: number, dy: number): EditorInstance {
  const changes: [number, Point][] = [];
  for (const k of keypoints) {
    const at = point(instance, k);
    if (at.v) changes.push([k, { x: at.x + dx, y: at.y + dy, v: at.v }]);
  }
  return changes.length ? setPoints(instance, changes) : instance;
}

/** Move every labelled point, and the box with them. */
export function moveInstance(instance: EditorInstance, dx: number, dy: number): EditorInstance {
  const moved = movePoints(instance, Array(keypointCount(instance)).keys(), dx, dy);
  const { box } = instance;
  return { ...moved, box: box && [box[0] + dx, box[1] + dy, box[2], box[3]] };
}

/** Exchange the points of mirror partners: the whole instance, or only the keypoints asked for and their partners. */
export function swapSides(
  instance: EditorInstance,
  flip: readonly number[],
  only: readonly number[] | null = null,
): EditorInstance {
  const changes = new Map<number, Point>();
  for (const keypoint of only ?? flip.keys()) {
    const partner = flip[keypoint] ?? keypoint;
    if (partner === keypoint) continue;
    changes.set(keypoint, point(instance, partner));
    changes.set(partner, point(instance, keypoint));
  }
  return changes.size ? setPoints(instance, changes) : instance;
}

export function setBox(instance: EditorInstance, box: Box | null): EditorInstance {
  return { ...instance, box, area: areaStands(instance, box) ? instance.area : null };
}

/** Another mask: an area that somebody stated was measured on the one before. */
export function setMask(instance: EditorInstance, mask: unknown): EditorInstance {
  return mask === instance.mask ? instance : { ...instance, mask, area: null };
}

/**
 * Whether a stated area is still the instance's with another box: it was measured on the mask, or is the box's where
 * there is no mask or the two agree. The server has the same rule (actions/save_changes.py); saying it here too lets
 * undo bring the area back.
 */
function areaStands(instance: EditorInstance, box: Box | null): boolean {
  const { area, mask, box: before } = instance;
  if (area === null || !before) return true;
  const size = before[2] * before[3];
  const ofBox = mask === null || Math.abs(area - size) <= 1e-6 * size;
  return !ofBox || (box !== null && box[2] === before[2] && box[3] === before[3]);
}

/** The smallest box around the labelled points, or null without any. */
export function pointsBox(instance: EditorInstance): Box | null {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  const { points } = instance;
  for (let i = 0; i < points.length; i += 3) {
    if (!((points[i + 2] ?? 0) > 0)) continue;
    const x = points[i] ?? 0;
    const y = points[i + 1] ?? 0;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return left <= right ? [left, top, right - left, bottom - top] : null;
}

/** Points, box and mask together: what to show when looking at this instance. */
export function extent(instance: EditorInstance): Box | null {
  const own = unionBox(instance.box, pointsBox(instance));
  return instance.mask === null ? own : unionBox(own, maskShape(instance.mask)?.bounds ?? null);
}
