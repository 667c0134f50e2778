/** The points that keys and drags speak of: the selected one and those taken along with it. */
import { polygonContains } from "../geometry/polygons";
import type { Polygon } from "../geometry/polygons";
import { point } from "./instance";
import { spoken } from "./ontology";
import { showsKeypoint } from "./shown";
import type { EditorInstance, EditorSkeleton, Selection, ViewOptions } from "./types";

/** All of them, the first one first; empty when no point is selected. */
export function chosenPoints({ keypoint, also }: Selection): readonly number[] {
  return keypoint === null ? [] : [keypoint, ...also.filter((k) => k !== keypoint)];
}

/** "left wrist", or how many. */
export function wordsFor(skeleton: EditorSkeleton | null, keypoints: readonly number[]): string {
  const [only = 0] = keypoints;
  return keypoints.length === 1 ? spoken(skeleton?.names[only] ?? `point ${String(only + 1)}`) : `${String(keypoints.length)} points`;
}

/** The labelled points, of those that are shown, that a closed line surrounds, in skeleton order. */
export function pointsInside(instance: EditorInstance, loop: Polygon, options: ViewOptions): number[] {
  const inside: number[] = [];
  for (let k = 0; 3 * k < instance.points.length; k++) {
    const at = point(instance, k);
    if (at.v > (options.hidden ? 0 : 1) && showsKeypoint(options, k) && polygonContains(loop, at.x, at.y)) inside.push(k);
  }
  return inside;
}
