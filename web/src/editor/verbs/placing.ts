/** Ordered placement: each click sets the next keypoint of the skeleton. */
import { batch } from "@preact/signals-core";
import type { Editor } from "../Editor";
import { changed } from "../diff";
import { newId } from "../ids";
import { emptyInstance, keypointCount, setPoint, visibility } from "../instance";
import { spoken } from "../ontology";
import { withReasons } from "../reasons";
import type { EditorInstance, Gesture, Placing, XY } from "../types";

/** The first keypoint at or after `from` that has no label; null when there is none. */
export function nextUnlabelled(instance: EditorInstance | null, count: number, from: number): number | null {
  for (let k = from; k < count; k++) if (!instance || visibility(instance, k) === 0) return k;
  return null;
}

/** Begin placing: go on with the selected instance where points are missing, else (or if `fresh`) a new one. */
export function startPlacing(editor: Editor, fresh = false): boolean {
  const selected = fresh ? null : editor.selected.value;
  const missing = selected ? nextUnlabelled(selected, keypointCount(selected), 0) : null;
  const category = selected && missing !== null ? selected.category : editor.category.value;
  if (!editor.categories.get(category)?.skeleton?.names.length) {
    editor.message(`${category || "This category"} has no keypoints: draw a box instead`);
    return false;
  }
  batch(() => {
    const instance = missing === null ? null : (selected?.id ?? null);
    editor.placing.value = { category, instance, keypoint: missing ?? 0, visibility: 2 };
    editor.select(instance);
  });
  return true;
}

/** Choose a keypoint by name: where it is missing, the next click sets it; otherwise it is selected. */
export function chooseKeypoint(editor: Editor, keypoint: number): void {
  const { selected, placing } = editor;
  const instance = selected.value;
  if (placing.value) {
    placing.value = { ...placing.value, keypoint, visibility: 2 };
  } else if (instance && visibility(instance, keypoint) === 0) {
    editor.setTool("place");
    placing.value = { category: instance.category, instance: instance.id, keypoint, visibility: 2 };
  } else if (instance) {
    editor.select(instance.id, keypoint);
  }
}

/** A new, empty instance of the open frame. On a video it begins a track of its own, with keys. */
export function freshInstance(editor: Editor, category: string): EditorInstance | null {
  const media = editor.media.value;
  if (!media) return null;
  const count = editor.categories.get(category)?.skeleton?.names.length ?? 0;
  const id = newId();
  const instance = emptyInstance(id, category, media.id, editor.frame.value, count);
  return media.kind === "video" ? { ...instance, track: id, keyed: new Uint8Array(count) } : instance;
}

/** Set the next keypoint at `at` and move on; setting the last one ends the placement. */
export function placeAt(editor: Editor, at: XY, hidden = false): void {
  const placing = editor.placing.value;
  if (!placing || !editor.ready) return;
  const instance = editor.store.get(placing.instance) ?? freshInstance(editor, placing.category);
  if (!instance) return;
  const name = editor.skeleton(instance)?.names[placing.keypoint] ?? "";
  batch(() => {
    const to = { x: at.x, y: at.y, v: hidden ? 1 : placing.visibility } as const;
    const skeleton = editor.skeleton(instance);
    const placed = setPoint(instance, placing.keypoint, to);
    const reason = placing.visibility === 1 ? placing.because : null;
    editor.change(`Place ${spoken(name)}`, [skeleton && reason ? withReasons(placed, skeleton, [[placing.keypoint, reason]]) : placed]);
    editor.select(instance.id, placing.keypoint);
    goOn(editor, { ...placing, instance: instance.id });
  });
}

/** Leave the next keypoint without a label. */
export function skipKeypoint(editor: Editor): void {
  if (editor.placing.value) goOn(editor, editor.placing.value);
}

function goOn(editor: Editor, placing: Placing): void {
  const instance = editor.store.get(placing.instance);
  const count = editor.categories.get(placing.category)?.skeleton?.names.length ?? 0;
  const next = nextUnlabelled(instance, count, placing.keypoint + 1);
  if (next === null) finishPlacing(editor);
  else editor.placing.value = { ...placing, keypoint: next, visibility: 2 };
}

/** Go back one keypoint, to set it again. */
export function previousKeypoint(editor: Editor): void {
  const placing = editor.placing.value;
  if (placing && placing.keypoint > 0) editor.placing.value = { ...placing, keypoint: placing.keypoint - 1 };
}

export function setNextVisibility(editor: Editor, next: 1 | 2, because: string | null = null): void {
  if (editor.placing.value) editor.placing.value = { ...editor.placing.value, visibility: next, because };
}

/** End the placement and keep what was placed. */
export function finishPlacing(editor: Editor): void {
  batch(() => {
    const instance = editor.placing.value?.instance ?? null;
    editor.placing.value = null;
    editor.setTool("select");
    editor.select(instance);
  });
}

/** Whether the newest gesture belongs to the placement in hand: only that may be undone while placing. */
export function isPlacements(editor: Editor, gesture: Gesture | null): boolean {
  const id = editor.placing.value?.instance;
  return id != null && gesture?.diffs.length === 1 && gesture.diffs[0]?.instance === id;
}

/** After undo or redo of a placed point: the next click sets what now comes next. */
export function resumePlacing(editor: Editor, gesture: Gesture, undone: boolean): void {
  const placing = editor.placing.value;
  const diff = gesture.diffs[0];
  if (!placing || !diff) return;
  const keypoint = changed(diff.before, diff.after).points[0] ?? placing.keypoint;
  if (undone) {
    editor.placing.value = { ...placing, instance: diff.before ? diff.instance : null, keypoint, visibility: 2 };
    editor.select(diff.before ? diff.instance : null);
  } else {
    editor.select(diff.instance, keypoint);
    goOn(editor, { ...placing, instance: diff.instance, keypoint });
  }
}
