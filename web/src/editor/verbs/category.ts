/** Another category for what is drawn already: points go over by the names of their keypoints. */
import { batch } from "@preact/signals-core";
import type { Editor } from "../Editor";
import { point } from "../instance";
import { spoken } from "../ontology";
import { withReasons } from "../reasons";
import type { EditorInstance, EditorSkeleton } from "../types";

/** Labelled points of the old skeleton for which the new one has no keypoint. */
function lost(instance: EditorInstance, old: EditorSkeleton, names: readonly string[]): number[] {
  return [...old.names.keys()].filter((k) => point(instance, k).v > 0 && !names.includes(old.names[k] ?? ""));
}

export function recategorised(instance: EditorInstance, category: string, old: EditorSkeleton | null, names: readonly string[]): EditorInstance {
  const from = names.map((name) => old?.names.indexOf(name) ?? -1);
  const points = new Float64Array(3 * names.length);
  const scores = instance.scores && new Float32Array(names.length).fill(NaN);
  const keyed = instance.keyed && new Uint8Array(names.length);
  from.forEach((k, to) => {
    if (k < 0) return;
    points.set(instance.points.subarray(3 * k, 3 * k + 3), 3 * to);
    if (scores) scores[to] = instance.scores?.[k] ?? NaN;
    if (keyed) keyed[to] = instance.keyed?.[k] ?? 0;
  });
  // Otherwise it would look as if the object left the picture: every point keyed as not there, of none.
  const stands = names.length === 0 ? null : keyed;
  const gone = old ? [...old.names.keys()].filter((k) => !names.includes(old.names[k] ?? "")) : [];
  const kept = old ? withReasons(instance, old, gone.map((k) => [k, null] as const)) : instance;
  return { ...kept, category, points, scores, keyed: stands };
}

/** Change the selected instance, on a video in all of its track, and tell what the new category has no place for. */
export function changeCategory(editor: Editor, category: string): void {
  const instance = editor.selected.value;
  const wanted = editor.categories.get(category);
  if (!instance || !wanted || instance.category === category) return;
  const old = editor.skeleton(instance);
  const names = wanted.skeleton?.names ?? [];
  const rows = instance.track === null ? [instance] : editor.tracks.rows(instance.media, instance.track);
  const gone = [...new Set(rows.flatMap((row) => (old ? lost(row, old, names) : [])))].sort((a, b) => a - b);
  const { keypoint } = editor.selection.value;
  const name = keypoint === null ? undefined : old?.names[keypoint];
  batch(() => {
    editor.change(`Make ${instance.category} a ${category}`, rows.map((row) => recategorised(row, category, old, names)));
    const to = name === undefined ? -1 : names.indexOf(name);
    editor.select(instance.id, to < 0 ? null : to);
  });
  if (gone.length && old) {
    const lostNames = gone.map((k) => spoken(old.names[k] ?? "")).join(", ");
    editor.message(`A ${category} has no ${lostNames}: ${gone.length === 1 ? "this point is" : "these points are"} gone; undo brings them back`);
  }
}

/** To the next category of the ontology, going round. */
export function nextCategory(editor: Editor): void {
  const names = [...editor.categories.keys()];
  const now = names.indexOf(editor.selected.value?.category ?? "");
  const next = names[(now + 1) % names.length];
  if (next !== undefined) changeCategory(editor, next);
}
