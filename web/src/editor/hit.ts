/**
 * What lies under the cursor. Brute force: 6,650 points take 14 µs, less than keeping an index would.
 * Points come before everything else, so a box, a mask or a bone never steals a press that was meant for a point.
 */
import { boxContains, HANDLE_NAMES, handlePosition, outlineDistance } from "../geometry/boxes";
import { distance, segmentDistance } from "../geometry/points";
import { point } from "./instance";
import { maskArea, maskContains, maskShape } from "./mask";
import { alone, showsKeypoint } from "./shown";
import { GRIP_RADIUS } from "./transform";
import type { Transform } from "./transform";
import type { EditorCategory, EditorInstance, Hit, Selection, ViewOptions, XY } from "./types";

/** How near is near, in CSS pixels. */
export const POINT_RADIUS = 11;
const HANDLE_RADIUS = 9;
const LINE_RADIUS = 5;

export interface Scene {
  readonly instances: readonly EditorInstance[];
  readonly category: (name: string) => EditorCategory | null;
  readonly selection: Selection;
  readonly options: ViewOptions;
  readonly transform: Transform | null;
  /** CSS pixels per pixel of the picture. */
  readonly scale: number;
  /** Pressed by a finger, not by a pen or a mouse. */
  readonly coarse: boolean;
}

/** A finger tip hides what it presses, and its middle is uncertain by some 10 CSS pixels. */
const COARSE = 2;

/** CSS pixels as pixels of the picture. */
function reachOf({ coarse, scale }: Scene, radius: number): number {
  return ((coarse ? COARSE : 1) * radius) / scale;
}

/** Everything near `at` (pixels of the picture), best first. */
export function hits(scene: Scene, at: XY, radius = POINT_RADIUS): Hit[] {
  if (alone(scene.options)) return hitPoints(scene, at, radius);
  return [
    ...hitPoints(scene, at, radius),
    ...hitTransform(scene, at),
    ...hitHandles(scene, at),
    ...hitEdges(scene, at),
    ...hitOutlines(scene, at),
    ...hitInsides(scene, at),
  ];
}

/** Points near `at`: those of the selected instance first, then by distance. */
export function hitPoints(scene: Scene, at: XY, radius = POINT_RADIUS): Hit[] {
  if (!scene.options.labels) return [];
  const reach = reachOf(scene, radius);
  const found: { hit: Hit; rank: number }[] = [];
  const least = scene.options.hidden ? 0 : 1;
  for (const instance of scene.instances) {
    const { points, id } = instance;
    const mine = id === scene.selection.instance;
    for (let i = 0; i < points.length; i += 3) {
      if (!((points[i + 2] ?? 0) > least) || !showsKeypoint(scene.options, i / 3)) continue;
      const away = distance(points[i] ?? 0, points[i + 1] ?? 0, at.x, at.y);
      if (away > reach) continue;
      found.push({
        hit: { kind: "point", instance: id, keypoint: i / 3, distance: away },
        rank: away + (mine ? 0 : 2 * reach),
      });
    }
  }
  return found.sort((a, b) => a.rank - b.rank).map(({ hit }) => hit);
}

function hitTransform(scene: Scene, at: XY): Hit[] {
  const found: Hit[] = [];
  const { transform } = scene;
  for (const { grip, at: place } of transform?.grips ?? []) {
    const away = distance(place.x, place.y, at.x, at.y);
    const reach = reachOf(scene, grip === "move" || grip === "rotate" ? GRIP_RADIUS : HANDLE_RADIUS);
    if (transform && away <= reach) found.push({ kind: "transform", instance: transform.instance, grip, distance: away });
  }
  return found.sort((a, b) => a.distance - b.distance);
}

/** Grips of the selected instance's box. */
function hitHandles(scene: Scene, at: XY): Hit[] {
  if (!scene.options.labels || !scene.options.boxes) return [];
  const instance = scene.instances.find(({ id }) => id === scene.selection.instance);
  const box = instance?.box;
  if (!box) return [];
  const reach = reachOf(scene, HANDLE_RADIUS);
  const found: Hit[] = [];
  for (const handle of HANDLE_NAMES) {
    const grip = handlePosition(box, handle);
    const away = distance(grip.x, grip.y, at.x, at.y);
    if (away <= reach) found.push({ kind: "handle", instance: instance.id, handle, distance: away });
  }
  return found.sort((a, b) => a.distance - b.distance);
}

function hitEdges(scene: Scene, at: XY): Hit[] {
  if (!scene.options.labels || !scene.options.edges) return [];
  const reach = reachOf(scene, LINE_RADIUS);
  const found: Hit[] = [];
  for (const instance of scene.instances) {
    let nearest = Infinity;
    for (const [a, b] of scene.category(instance.category)?.skeleton?.edges ?? []) {
      const from = point(instance, a);
      const to = point(instance, b);
      if (from.v && to.v) nearest = Math.min(nearest, segmentDistance(at.x, at.y, from, to));
    }
    if (nearest <= reach) found.push({ kind: "edge", instance: instance.id, distance: nearest });
  }
  return byPreference(found, scene.selection);
}

function hitOutlines(scene: Scene, at: XY): Hit[] {
  if (!scene.options.labels || !scene.options.boxes) return [];
  const reach = reachOf(scene, LINE_RADIUS);
  const found: Hit[] = [];
  for (const { id, box } of scene.instances) {
    const away = box ? outlineDistance(box, at.x, at.y) : Infinity;
    if (away <= reach) found.push({ kind: "box", instance: id, distance: away });
  }
  return byPreference(found, scene.selection);
}

/** Boxes and masks around the place, the smallest first: it is the one in front. */
function hitInsides(scene: Scene, at: XY): Hit[] {
  const { labels, boxes, masks } = scene.options;
  if (!labels) return [];
  const found: { hit: Hit; area: number }[] = [];
  for (const { id, box, mask } of scene.instances) {
    const shape = masks && mask !== null ? maskShape(mask) : null;
    if (shape && maskContains(shape, at)) {
      found.push({ hit: { kind: "mask", instance: id, distance: 0 }, area: maskArea(shape) });
    } else if (boxes && box && boxContains(box, at.x, at.y)) {
      found.push({ hit: { kind: "box", instance: id, distance: outlineDistance(box, at.x, at.y) }, area: box[2] * box[3] });
    }
  }
  return found.sort((a, b) => a.area - b.area).map(({ hit }) => hit);
}

function byPreference(found: Hit[], selection: Selection): Hit[] {
  const rank = (hit: Hit): number => (hit.instance === selection.instance ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b) || a.distance - b.distance);
}

/** The candidate after the selected one, going round: how to reach what lies below. */
export function nextCandidate(candidates: readonly Hit[], selection: Selection): Hit | null {
  // An instance may lie there by its edge, its box and its mask: it still is one stop on the way round.
  const stops = candidates.filter(
    (hit, i) => hit.kind === "point" || candidates.findIndex((other) => other.kind !== "point" && other.instance === hit.instance) === i,
  );
  const now = stops.findIndex(
    (hit) =>
      hit.instance === selection.instance &&
      (hit.kind === "point" ? hit.keypoint : null) === (hit.kind === "point" ? selection.keypoint : null),
  );
  return stops[(now + 1) % stops.length] ?? null;
}

/** Whether two presses would take the same thing. */
export function sameHit(a: Hit | null, b: Hit | null): boolean {
  if (a === null || b === null) return a === b;
  return JSON.stringify({ ...a, distance: 0 }) === JSON.stringify({ ...b, distance: 0 });
}
