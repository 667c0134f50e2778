/** When an object is in the picture and when not. */
import { batch } from "@preact/signals-core";
import type { Editor } from "../../Editor";
import { keypointCount } from "../../instance";
import type { EditorInstance } from "../../types";
import { chosenTrack, keyWhole, selectTrack, slot } from "./rows";
import type { Tracked } from "./rows";

/** From this frame on, up to the track's next row, the object is not there. */
export function endPresence(editor: Editor): void {
  const here = chosenKeyed(editor);
  if (!here) return;
  const last = editor.tracks.at(here.media, here.track, here.frame - 1);
  // Its last pose is keyed, so that it does not lean towards where the object comes back.
  const changes = last?.keyed ? [keyWhole(last, last)] : [];
  batch(() => {
    editor.change(`End presence of ${here.category}`, [...changes, away(here)]);
    editor.select(null);
  });
}

/** The object comes back in this frame: in the frames since the row before, it is not there. */
export function beginPresence(editor: Editor): void {
  const here = chosenKeyed(editor);
  if (!here) return;
  const before = editor.tracks.rows(here.media, here.track).findLast((row) => row.frame < here.frame);
  if (!before || before.frame === here.frame - 1 || !editor.tracks.at(here.media, here.track, here.frame - 1)) {
    editor.message("It is not there in the frame before: its presence begins here already");
    return;
  }
  const left = slot(editor, here, here.track, before.frame + 1);
  batch(() => {
    editor.change(`Begin presence of ${here.category}`, [keyWhole(here, here), away(left)]);
    selectTrack(editor, here.media, here.track);
  });
}

/** Every point keyed as not there, and nothing else. */
function away(instance: EditorInstance): EditorInstance {
  const count = keypointCount(instance);
  return {
    ...instance,
    points: new Float64Array(3 * count),
    keyed: new Uint8Array(count).fill(1),
    scores: null,
    box: null,
    mask: null,
  };
}

function chosenKeyed(editor: Editor): Tracked | null {
  const here = chosenTrack(editor);
  if (!here || here.keyed) return here;
  editor.message("Each frame of this track stands for itself: delete the ones in which the object is not there");
  return null;
}
