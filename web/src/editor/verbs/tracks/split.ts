/** One track becomes two: from the present frame on, it is another object. */
import { batch } from "@preact/signals-core";
import type { Editor } from "../../Editor";
import { newId } from "../../ids";
import type { EditorInstance } from "../../types";
import { chosenTrack, keyWhole, selectTrack, slot } from "./rows";

export function splitTrack(editor: Editor): void {
  const here = chosenTrack(editor);
  if (!here) return;
  const { media, track, frame } = here;
  const rows = editor.tracks.rows(media, track);
  if (!rows.some((row) => row.frame < frame)) {
    editor.message("The track begins in this frame: there is nothing before it to split off");
    return;
  }
  const after = newId();
  const changes: EditorInstance[] = rows.filter((row) => row.frame > frame).map((row) => ({ ...row, track: after }));
  // Both sides of the cut are keyed, so that neither pose moves by it.
  const last = editor.tracks.at(media, track, frame - 1);
  if (last?.keyed && here.keyed) changes.push(keyWhole(last, last));
  if (here.between) changes.push(keyWhole(slot(editor, here, after, frame), here));
  else changes.push({ ...(here.keyed ? keyWhole(here, here) : here), track: after });
  batch(() => {
    editor.change(`Split track of ${here.category}`, changes);
    selectTrack(editor, media, after);
  });
}
