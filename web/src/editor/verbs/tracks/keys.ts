/** Set, take away and move keys. */
import { batch } from "@preact/signals-core";
import type { Editor } from "../../Editor";
import type { EditorInstance, Gesture } from "../../types";
import { chosenPoints, chosenTrack, keyAs, namePoints, selectTrack, slot, unkey } from "./rows";
import { withKeys } from "../../ownKeys";

/** Key the selected points, or all, where they are now. What stood for itself becomes a keyframe. */
export function insertKey(editor: Editor): void {
  const instance = chosenTrack(editor);
  if (!instance || !editor.ready) return;
  const keypoints = chosenPoints(editor, instance);
  const done = editor.change(`Key ${namePoints(editor, instance, keypoints)}`, [keyAs(instance, instance, keypoints)]);
  if (!done) editor.message(`There is a key of ${namePoints(editor, instance, keypoints)} here already`);
}

/** Take the keys of the selected points away, or all; what they said is computed from then on. */
export function deleteKey(editor: Editor): void {
  const instance = chosenTrack(editor);
  if (!instance) return;
  if (!instance.keyed) {
    editor.message(withKeys("This frame stands for itself", ["track.key", "make a keyframe of it"]));
    return;
  }
  const keypoints = chosenPoints(editor, instance);
  const name = namePoints(editor, instance, keypoints);
  if (instance.between || !keypoints.some((k) => instance.keyed?.[k])) {
    editor.message(`There is no key of ${name} in this frame`);
    return;
  }
  batch(() => {
    editor.change(`Delete key of ${name}`, [unkey(editor, instance, keypoints)]);
    selectTrack(editor, instance.media, instance.track);
  });
}

/**
 * Move the keys of one frame to another: of the given keypoints, or all that are there with the box. Keys that stand
 * there are replaced. One gesture; null where nothing can be moved.
 */
export function moveKeys(
  editor: Editor,
  track: string,
  from: number,
  to: number,
  keypoints: readonly number[] | null = null,
): Gesture | null {
  const media = editor.media.value;
  const row = media && editor.tracks.rows(media.id, track).find(({ frame }) => frame === from);
  if (!media || !row?.keyed || to === from || to < 0 || to >= media.frames) return null;
  const moved = [...row.keyed.keys()].filter((k) => row.keyed?.[k] && (keypoints?.includes(k) ?? true));
  const goal = slot(editor, row, track, to);
  if (!goal.keyed) {
    editor.message(`Frame ${String(to)} stands for itself: make a keyframe of it first`);
    return null;
  }
  const placed = keyAs(goal, row, moved);
  const whole = keypoints === null;
  const left: EditorInstance = whole ? { ...row, deleted: true } : unkey(editor, row, moved);
  const there = whole ? { ...placed, box: row.box ?? placed.box, mask: row.mask ?? placed.mask } : placed;
  if (!moved.length && !(whole && row.box)) return null;
  return batch(() => {
    const gesture = editor.change(`Move key of ${namePoints(editor, row, moved)}`, [left, there]);
    selectTrack(editor, media.id, track);
    return gesture;
  });
}
