/** A pose of one frame as the start in another, in the same track. */
import { batch } from "@preact/signals-core";
import type { Editor } from "../../Editor";
import { isEnd } from "../../between";
import { newId } from "../../ids";
import type { EditorInstance } from "../../types";
import { chosenTrack, keyWhole, selectTrack, slot } from "./rows";
import type { Tracked } from "./rows";

/** Key the present pose in the next frame and go there. */
export function copyForward(editor: Editor): void {
  const here = chosenTrack(editor);
  const media = editor.media.value;
  if (!here || !media) return;
  const frame = here.frame + 1;
  if (frame >= media.frames) {
    editor.message("This is the last frame");
    return;
  }
  const { keypoint, also } = editor.selection.value;
  const target = slot(editor, here, here.track, frame);
  batch(() => {
    editor.change(`Copy pose to frame ${String(frame)}`, [keyWhole(target, here)]);
    editor.goTo(frame);
    editor.select(editor.tracks.at(media.id, here.track, frame)?.id ?? null, keypoint, also);
  });
}

/**
 * Copy the nearest pose of a track into this frame: of the selected track, or of the tracks that are not here. Things
 * without a track come from the nearest earlier frame that has any.
 */
export function copyNearest(editor: Editor): void {
  const media = editor.media.value;
  if (!media || !editor.ready) return;
  const frame = editor.frame.value;
  const selected = editor.selected.value;
  const poses = selected?.track != null ? [nearest(editor, media.id, selected.track, frame)] : absent(editor, media.id, frame);
  const keyed = poses
    .filter((pose): pose is Tracked => pose !== null)
    .map((pose) => keyWhole(slot(editor, pose, pose.track, frame), pose));
  const copies = [...keyed, ...(selected ? [] : untracked(editor, media.id, frame))];
  if (!copies.length) {
    editor.message(selected ? "This track has no other keyframe" : "No other frame has a pose that is not here yet");
    return;
  }
  const from = poses[0]?.frame;
  batch(() => {
    editor.change(from === undefined ? "Copy from the frame before" : `Copy pose of frame ${String(from)}`, copies);
    const track = selected?.track ?? copies[0]?.track ?? null;
    if (track === null) editor.select(copies[0]?.id ?? null);
    else selectTrack(editor, media.id, track);
  });
}

/** The row with a pose that is nearest to a frame, the earlier one of two. */
function nearest(editor: Editor, media: number, track: string, frame: number): Tracked | null {
  let best: Tracked | null = null;
  for (const row of editor.tracks.rows(media, track)) {
    if (row.frame === frame || isEnd(row)) continue;
    if (!best || Math.abs(row.frame - frame) < Math.abs(best.frame - frame)) best = editor.tracks.resolved(row) as Tracked;
  }
  return best;
}

/** Of the tracks that are not here, the poses of the frame that is nearest. */
function absent(editor: Editor, media: number, frame: number): Tracked[] {
  const poses = editor.tracks
    .lanes(media)
    .filter(({ track }) => !editor.tracks.at(media, track, frame))
    .map(({ track }) => nearest(editor, media, track, frame))
    .filter((pose) => pose !== null);
  const away = (pose: Tracked): number => Math.abs(pose.frame - frame) + (pose.frame > frame ? 0.5 : 0);
  const least = Math.min(...poses.map(away));
  return poses.filter((pose) => away(pose) === least);
}

function untracked(editor: Editor, media: number, frame: number): EditorInstance[] {
  const here = editor.store.at(media, frame);
  if (here.some(({ track }) => track === null)) return [];
  const earlier = editor.arrival.labelledFrames.value.findLast((other) => other < frame);
  if (earlier === undefined) return [];
  return editor.store
    .at(media, earlier)
    .filter(({ track }) => track === null)
    .map((instance) => ({ ...instance, id: newId(), frame, revision: 0, scores: null, keyed: null }));
}
