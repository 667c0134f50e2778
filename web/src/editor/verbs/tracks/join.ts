/** Two tracks turn out to be one object. */
import { batch } from "@preact/signals-core";
import type { Editor } from "../../Editor";
import type { TrackLane } from "../../lanes";
import { chosenTrack, selectTrack } from "./rows";
import { withKeys } from "../../ownKeys";

/**
 * Join the selected track with the one under the pointer. Where the two are never in one frame, the first press notes
 * the selected track, and a press with another one selected joins them.
 */
export function joinTracks(editor: Editor): void {
  const instance = chosenTrack(editor);
  if (!instance) return;
  const { joining } = editor.tracks;
  const hovered = editor.store.get(editor.hover.value?.instance ?? null)?.track ?? null;
  const other = hovered !== null && hovered !== instance.track ? hovered : joining.value;
  if (other === instance.track) {
    joining.value = null;
    editor.message("Joining called off");
  } else if (other === null) {
    joining.value = instance.track;
    editor.message(withKeys("Now select the other track, in any frame", ["track.join", "join them"]));
  } else {
    joining.value = null;
    join(editor, other, instance.track);
  }
}

/** Make two tracks of the open media one, under the id of the earlier one; false, with a message, where they overlap. */
export function join(editor: Editor, a: string, b: string): boolean {
  const media = editor.media.value;
  const lanes = editor.tracks.lanes(media?.id ?? -1).filter(({ track }) => track === a || track === b);
  const [first, second] = lanes;
  if (!media || !first || !second) return false;
  const clash = overlap(first, second);
  if (first.category !== second.category || clash !== null) {
    editor.message(
      clash === null
        ? `A ${first.category} and a ${second.category} cannot be one track`
        : `Both are there in frame ${String(clash)}, so they are two objects: end the presence of one first`,
    );
    return false;
  }
  const rows = editor.tracks.rows(media.id, second.track);
  return batch(() => {
    editor.change(`Join tracks of ${first.category}`, rows.map((row) => ({ ...row, track: first.track })));
    selectTrack(editor, media.id, first.track);
    return true;
  });
}

/** A frame in which both have a row or are seen. */
function overlap(a: TrackLane, b: TrackLane): number | null {
  const shared = a.frames.find((frame) => b.frames.includes(frame));
  if (shared !== undefined) return shared;
  for (const [from, to] of a.presence) {
    const other = b.presence.find(([start, end]) => start <= to && from <= end);
    if (other) return Math.max(from, other[0]);
  }
  return null;
}
