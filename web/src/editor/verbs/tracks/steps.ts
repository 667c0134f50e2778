/** From key to key of the selected track, or of its selected points. */
import type { Editor } from "../../Editor";
import { keypointCount } from "../../instance";
import { toLabelled, toMiddle } from "../frames";
import { chosenPoints } from "./rows";

/** Frames with a key, ascending; null without a track. */
function keyFrames(editor: Editor): number[] | null {
  const instance = editor.selected.value;
  const lane = editor.tracks.lanes(instance?.media ?? -1).find(({ track }) => track === instance?.track);
  if (!instance || !lane) return null;
  const chosen = chosenPoints(editor, instance);
  if (chosen.length === keypointCount(instance)) return [...lane.frames];
  return [...new Set(chosen.flatMap((k) => lane.points[k]?.keyed ?? []))].sort((a, b) => a - b);
}

export function toKey(editor: Editor, step: 1 | -1): void {
  const frames = keyFrames(editor);
  if (!frames) {
    toLabelled(editor, step);
    return;
  }
  const now = editor.frame.value;
  const target = step === 1 ? frames.find((frame) => frame > now) : frames.findLast((frame) => frame < now);
  if (target === undefined) editor.message(step === 1 ? "This is past the last key" : "This is before the first key");
  else editor.goTo(target);
}

/** Half way between two keys, where another one helps most; without a track, between labelled frames. */
export function toKeyMiddle(editor: Editor): void {
  const frames = keyFrames(editor);
  if (!frames) {
    toMiddle(editor);
    return;
  }
  const now = editor.frame.value;
  const before = frames.findLast((frame) => frame <= now);
  const after = frames.find((frame) => frame > now);
  if (before === undefined || after === undefined) editor.message("There are not two keys to go between");
  else if (after - before < 2) editor.message("No frame lies between these two keys");
  else editor.goTo(Math.round((before + after) / 2));
}
