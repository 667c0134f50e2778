/** What is done to whole instances. */
import type { Editor } from "../Editor";
import { clipBox } from "../../geometry/boxes";
import { nextCandidate } from "../hit";
import { extent, keypointCount, labelledCount, pointsBox, setBox, setPoints } from "../instance";
import type { EditorInstance } from "../types";
import { swapped } from "./points";
import { withKeys } from "../ownKeys";

export function deleteInstance(editor: Editor): void {
  const instance = editor.selected.value;
  if (!instance) return;
  if (instance.between) {
    editor.message(withKeys("It is computed between two keys here: delete a key", ["track.end", "its presence ends here"]));
    return;
  }
  editor.change(`Delete ${instance.category}`, [{ ...instance, deleted: true }]);
  editor.select(null);
}

export function leftToRight(instances: readonly EditorInstance[]): EditorInstance[] {
  const left = (instance: EditorInstance): number => extent(instance)?.[0] ?? Infinity;
  return instances.toSorted((a, b) => left(a) - left(b));
}

/** Select the next or previous instance of the frame, from left to right; the keypoint stays. */
export function stepInstance(editor: Editor, step: 1 | -1): void {
  const instances = leftToRight(editor.instances.value);
  if (!instances.length) return;
  const { instance, keypoint } = editor.selection.value;
  const now = instances.findIndex(({ id }) => id === instance);
  const start = now < 0 && step === -1 ? 0 : now;
  const next = instances[(start + step + instances.length) % instances.length];
  if (next) editor.select(next.id, keypoint !== null && 3 * keypoint < next.points.length ? keypoint : null);
}

export function swapInstance(editor: Editor): void {
  const instance = editor.selected.value;
  const skeleton = editor.skeleton(instance);
  if (instance && skeleton) editor.change(`Swap left and right of ${instance.category}`, [swapped(instance, skeleton)]);
}

/** A little wider than the points: people draw boxes around the object, not around its joints. */
const BOX_MARGIN = 0.1;

export function boxFromPoints(editor: Editor): void {
  const instance = editor.selected.value;
  const media = editor.media.value;
  const tight = instance && pointsBox(instance);
  if (!instance || !media || !tight) return;
  const [x, y, width, height] = tight;
  const dx = BOX_MARGIN * width;
  const dy = BOX_MARGIN * height;
  const box = clipBox([x - dx, y - dy, width + 2 * dx, height + 2 * dy], media.width, media.height);
  if (box) editor.change(`Box around ${instance.category}`, [setBox(instance, box)]);
}

export function removePoints(editor: Editor): void {
  const instance = editor.selected.value;
  if (!instance || !labelledCount(instance)) return;
  const gone = Array.from({ length: keypointCount(instance) }, (_, k) => [k, { x: 0, y: 0, v: 0 }] as const);
  editor.change(`Remove points of ${instance.category}`, [setPoints(instance, gone)]);
}

export function removeBox(editor: Editor): void {
  const instance = editor.selected.value;
  if (instance?.box) editor.change(`Remove box of ${instance.category}`, [setBox(instance, null)]);
}

/** Select what lies below the present selection at the cursor. */
export function cycleUnderCursor(editor: Editor): void {
  const at = editor.cursor.value;
  if (!at) return;
  const candidates = editor.hits(at).filter(({ kind }) => kind !== "handle" && kind !== "transform");
  const points = candidates.filter(({ kind }) => kind === "point");
  const next = nextCandidate(points.length ? points : candidates, editor.selection.value);
  if (next) editor.select(next.instance, next.kind === "point" ? next.keypoint : null);
}
