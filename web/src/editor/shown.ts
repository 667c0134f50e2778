/** What of a frame is shown, and so can be pressed. */
import type { EditorInstance, Selection, ViewOptions } from "./types";

/** All instances, or the selected one alone while the others are hidden. */
export function shownInstances(
  instances: readonly EditorInstance[],
  selection: Selection,
  { othersHidden }: ViewOptions,
): readonly EditorInstance[] {
  if (!othersHidden || selection.instance === null) return instances;
  return instances.filter(({ id }) => id === selection.instance);
}

/** Whether points of this keypoint are shown, as far as the view decides it. */
export function showsKeypoint({ onlyKeypoint }: ViewOptions, keypoint: number): boolean {
  return onlyKeypoint === null || onlyKeypoint === keypoint;
}

/** One keypoint is looked at through all instances: its points stand alone, without edges, boxes and masks. */
export function alone(options: ViewOptions): boolean {
  return options.onlyKeypoint !== null;
}
