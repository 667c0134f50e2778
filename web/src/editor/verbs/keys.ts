/** Keys of a track in any frame: set, taken away, carried to another frame. What a timeline's lanes do. */
import { batch } from "@preact/signals-core";
import type { Editor } from "../Editor";
import { emptyInstance, keypointCount, point, setPoints } from "../instance";
import { spoken } from "../ontology";
import { betweenId } from "../tracks";
import type { EditorInstance, Point } from "../types";

/** A lane of the timeline: a track, or one keypoint of it. */
export interface LaneOf {
  readonly track: string;
  readonly keypoint: number | null;
}

/** Go to a frame and take hold of what the lane is about there. */
export function selectInLane(editor: Editor, lane: LaneOf, frame: number): void {
  const media = editor.media.value;
  if (!media) return;
  batch(() => {
    editor.goTo(frame);
    const there = editor.store.tracks.at(media.id, lane.track, editor.frame.value);
    if (there) editor.select(there.id, lane.keypoint);
  });
}

/** The row of a track in exactly this frame, as it is saved. */
function rowAt(editor: Editor, track: string, frame: number): EditorInstance | null {
  const media = editor.media.value;
  return (media && editor.store.tracks.rows(media.id, track).find((row) => row.frame === frame)) ?? null;
}

/** The points of a lane that are keyed in a row; in a row that stands for itself, those that are labelled. */
function keysIn(row: EditorInstance, { keypoint }: LaneOf): number[] {
  const all = keypoint === null ? Array.from({ length: keypointCount(row) }, (_, k) => k) : [keypoint];
  return all.filter((k) => (row.keyed ? row.keyed[k] : point(row, k).v > 0));
}

function named(editor: Editor, row: EditorInstance, { keypoint }: LaneOf): string {
  return keypoint === null ? row.category : spoken(editor.skeleton(row)?.names[keypoint] ?? "point");
}

/** Make what is computed in a frame a key there. */
export function insertKey(editor: Editor, lane: LaneOf, frame: number): void {
  if (editor.arrival.refuses()) return;
  const media = editor.media.value;
  const there = media && editor.store.tracks.at(media.id, lane.track, frame);
  if (!there) {
    editor.message(`The object is not there in frame ${String(frame)}: mark it in the picture`);
    return;
  }
  if (!there.keyed) {
    editor.message(`Every point of frame ${String(frame)} is fixed already: it stands for itself`);
    return;
  }
  const keypoints = lane.keypoint === null ? Array.from(there.keyed.keys()) : [lane.keypoint];
  const points = keypoints.map((k) => [k, point(there, k)] as const);
  editor.change(`Key ${named(editor, there, lane)}`, [setPoints(there, points)]);
  selectInLane(editor, lane, frame);
}

/** Take the keys of a lane in a frame away; a row that nothing is left of goes with them. */
export function deleteKey(editor: Editor, lane: LaneOf, frame: number): void {
  if (editor.arrival.refuses()) return;
  const row = rowAt(editor, lane.track, frame);
  const keys = row ? keysIn(row, lane) : [];
  if (!row || (!keys.length && lane.keypoint !== null)) {
    editor.message(`There is no key in frame ${String(frame)}`);
    return;
  }
  editor.change(`Delete key of ${named(editor, row, lane)}`, [without(editor, row, lane, keys)]);
}

function without(editor: Editor, row: EditorInstance, lane: LaneOf, keys: readonly number[]): EditorInstance {
  if (lane.keypoint === null) return { ...row, deleted: true };
  const seen = editor.store.get(row.id) ?? row;
  if (!row.keyed) return setPoints(seen, keys.map((k) => [k, { x: 0, y: 0, v: 0 }] as const));
  const keyed = row.keyed.slice();
  for (const k of keys) keyed[k] = 0;
  const empty = !keyed.includes(1) && !row.box && row.mask === null;
  return { ...seen, keyed, deleted: empty };
}

/** Carry the keys of a lane from one frame to another, as one gesture; keys that are there already are written over. */
export function moveKey(editor: Editor, lane: LaneOf, from: number, to: number): void {
  if (editor.arrival.refuses()) return;
  const media = editor.media.value;
  const row = rowAt(editor, lane.track, from);
  if (!media || !row || from === to || to < 0 || to >= media.frames) return;
  const keys = keysIn(row, lane);
  if (!row.keyed || !keys.length) {
    editor.message(row.keyed ? `There is no key in frame ${String(from)}` : "A frame that stands for itself has no keys to move");
    return;
  }
  const target =
    editor.store.tracks.at(media.id, lane.track, to) ??
    rowAt(editor, lane.track, to) ??
    fresh(row, betweenId(media.id, lane.track, to), to);
  if (!target.keyed) {
    editor.message(`Frame ${String(to)} stands for itself: its points have no keys`);
    return;
  }
  const points = keys.map((k): readonly [number, Point] => [k, point(row, k)]);
  const moved = setPoints(target, points);
  const box = lane.keypoint === null ? (row.box ?? moved.box) : moved.box;
  editor.change(`Move key of ${named(editor, row, lane)}`, [{ ...moved, box }, without(editor, row, lane, keys)]);
  selectInLane(editor, lane, to);
}

function fresh(like: EditorInstance, id: string, frame: number): EditorInstance {
  const count = keypointCount(like);
  const { category, media, track, attributes } = like;
  return { ...emptyInstance(id, category, media, frame, count), track, attributes, keyed: new Uint8Array(count) };
}
