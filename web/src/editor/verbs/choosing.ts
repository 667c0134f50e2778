/** Taking several points of an instance together. */
import type { Editor } from "../Editor";
import { chosenPoints, pointsInside } from "../chosen";
import { keypointCount, point } from "../instance";
import type { EditorInstance } from "../types";

export type Choice = "replace" | "add" | "take away";

interface Surrounded {
  readonly instance: EditorInstance;
  readonly inside: readonly number[];
}

export function choose(editor: Editor, instance: EditorInstance, keypoints: readonly number[]): void {
  const [first = null, ...also] = keypoints;
  editor.select(instance.id, first, also);
}

/** Add a point to the chosen ones, or take it out. A point of another instance begins a new choice. */
export function togglePoint(editor: Editor, instance: EditorInstance, keypoint: number): void {
  const mine = editor.selection.value.instance === instance.id;
  const now = mine ? chosenPoints(editor.selection.value) : [];
  choose(editor, instance, now.includes(keypoint) ? now.filter((k) => k !== keypoint) : [keypoint, ...now]);
}

/**
 * Choose by a closed line around them: points of the selected instance, or where it has none inside, of the one that
 * has most. False when the line surrounds nothing.
 */
export function chooseInside(editor: Editor, loop: readonly number[], how: Choice): boolean {
  const options = editor.options.value;
  const most = (candidates: readonly EditorInstance[]): Surrounded | null =>
    candidates.reduce<Surrounded | null>((best, instance) => {
      const inside = pointsInside(instance, loop, options);
      return inside.length > (best?.inside.length ?? 0) ? { instance, inside } : best;
    }, null);
  const mine = editor.selected.value && most([editor.selected.value]);
  // Adding to a choice, or taking from it, means the instance that it is of.
  const best = mine ?? (how === "replace" || !editor.selected.value ? most(editor.instances.value) : null);
  if (!best) return false;
  const { instance, inside } = best;
  const now = editor.selection.value.instance === instance.id ? chosenPoints(editor.selection.value) : [];
  if (how === "replace") choose(editor, instance, inside);
  else if (how === "add") choose(editor, instance, [...new Set([...now, ...inside])]);
  else choose(editor, instance, now.filter((k) => !inside.includes(k)));
  return true;
}

export function chooseAll(editor: Editor): void {
  const instance = editor.selected.value;
  if (!instance) return;
  choose(editor, instance, [...Array(keypointCount(instance)).keys()].filter((k) => point(instance, k).v > 0));
}
