/** What the verbs of tracks have in common: the chosen points, and a record to write keys into. */
import type { Editor } from "../../Editor";
import { newId } from "../../ids";
import { emptyInstance, keypointCount, point, setPoints } from "../../instance";
import { spoken } from "../../ontology";
import { betweenId } from "../../tracks";
import type { EditorInstance, Point } from "../../types";

/** An instance that lies in a track. */
export type Tracked = EditorInstance & { readonly track: string };

/** The selected instance, if it is of a track; says what is missing otherwise. */
export function chosenTrack(editor: Editor): Tracked | null {
  const instance = editor.selected.value;
  if (instance?.track != null) return instance as Tracked;
  editor.message(instance ? "This one is of no track" : "Select an object of a track first");
  return null;
}

/** The selected points, or all where none is. */
export function chosenPoints(editor: Editor, instance: EditorInstance): number[] {
  const { keypoint, also } = editor.selection.value;
  return keypoint === null ? Array.from({ length: keypointCount(instance) }, (_, k) => k) : [keypoint, ...also];
}

/** "left wrist", "3 points", "every point". */
export function namePoints(editor: Editor, instance: EditorInstance, keypoints: readonly number[]): string {
  if (keypoints.length === keypointCount(instance)) return "every point";
  const [first] = keypoints;
  const name = first === undefined ? null : editor.skeleton(instance)?.names[first];
  return keypoints.length === 1 && name ? spoken(name) : `${String(keypoints.length)} points`;
}

/** The object of a track in a frame, to be edited there: as it is seen, or empty with keys where it is not. */
export function slot(editor: Editor, like: EditorInstance, track: string, frame: number): EditorInstance {
  const seen = editor.tracks.at(like.media, track, frame);
  if (seen) return seen;
  const ended = editor.tracks.rows(like.media, track).find((row) => row.frame === frame);
  if (ended) return ended;
  const id = betweenId(like.media, track, frame);
  const known = editor.store.row(id);
  const free = !known || (known.deleted && known.track === track);
  const count = keypointCount(like);
  const empty = emptyInstance(free ? id : newId(), like.category, like.media, frame, count);
  return { ...empty, track, keyed: new Uint8Array(count), attributes: like.attributes };
}

/** An instance with the given points keyed as `pose` has them. */
export function keyAs(instance: EditorInstance, pose: EditorInstance, keypoints: Iterable<number>): EditorInstance {
  const keyed = instance.keyed ?? new Uint8Array(keypointCount(instance)).fill(1);
  const points = [...keypoints].map((k): [number, Point] => [k, point(pose, k)]);
  return setPoints({ ...instance, keyed, deleted: false }, points);
}

/** All of a pose keyed, its box too. */
export function keyWhole(instance: EditorInstance, pose: EditorInstance): EditorInstance {
  const keyed = keyAs(instance, pose, Array.from({ length: keypointCount(pose) }, (_, k) => k));
  // A new array: the box is the row's own from now on.
  return { ...keyed, box: pose.box && [...pose.box] };
}

/** Without some of its keys; gone where nothing of its own is left. */
export function unkey(editor: Editor, instance: EditorInstance, keypoints: Iterable<number>): EditorInstance {
  const keyed = (instance.keyed ?? new Uint8Array(keypointCount(instance))).slice();
  for (const k of keypoints) keyed[k] = 0;
  const row = editor.store.row(instance.id);
  const empty = !keyed.some(Boolean) && !row?.box && !row?.mask;
  return { ...instance, keyed, deleted: empty };
}

/** Keep the track in hand after its record of this frame has changed its id. */
export function selectTrack(editor: Editor, media: number, track: string): void {
  const { instance, keypoint, also } = editor.selection.value;
  const now = editor.tracks.at(media, track, editor.frame.value)?.id ?? null;
  if (now !== instance) editor.select(now, now === null ? null : keypoint, now === null ? [] : also);
}
