/**
 * Carry points by optical flow: through the gap between two keyframes, or past the last one. What comes back are keys
 * with a score. Keys, since they come from the picture of their very frame and must not move when other keys do; with
 * a score, since no person has looked at them: low ones are drawn as doubtful, and moving a point takes its score away.
 */
import type { Editor } from "../../Editor";
import { isEnd } from "../../between";
import { keypointCount, point } from "../../instance";
import type { EditorInstance, FlowFrame, XY } from "../../types";
import { chosenPoints, chosenTrack, keyAs, selectTrack, slot } from "./rows";
import type { Tracked } from "./rows";

/** How far points are carried past the last keyframe. */
const REACH = 15;

/** Of the selected points, or all. One gesture once the answer is there; nothing if the labels changed meanwhile. */
export async function propagate(editor: Editor): Promise<void> {
  const here = chosenTrack(editor);
  const media = editor.media.value;
  if (!here || !media) return;
  const gap = gapAround(editor, here, media.frames);
  if (!gap) return;
  const { from, to, last } = gap;
  const keypoints = chosenPoints(editor, from).filter((k) => point(from, k).v > 0);
  const ends = to && keypoints.map((k): XY | null => (point(to, k).v > 0 ? point(to, k) : null));
  if (!keypoints.length || !editor.hooks.onFlow) {
    editor.message("None of these points is labelled in the keyframe before");
    return;
  }
  const before = editor.tracks.rows(here.media, here.track);
  const known = [...before];
  editor.message(`Following the picture from frame ${String(from.frame)} to ${String(last)} …`);
  const start = keypoints.map((k) => point(from, k));
  let frames: readonly FlowFrame[];
  try {
    frames = await editor.hooks.onFlow({ media: here.media, first: from.frame, last, start, end: ends });
  } catch (error) {
    editor.message(`The points were not carried: ${error instanceof Error ? error.message : "no answer"}`);
    return;
  }
  const now = editor.tracks.rows(here.media, here.track);
  if (now.length !== known.length || now.some((row, i) => row !== known[i]) || editor.media.value?.id !== here.media) {
    editor.message("The track changed while its points were carried, so nothing was set: carry them again");
    return;
  }
  write(editor, from, keypoints, to ? frames.slice(0, -1) : frames);
}

interface Gap {
  readonly from: Tracked;
  readonly to: Tracked | null;
  readonly last: number;
}

/** The keyframe at or before this frame, and the one after it, if the object is there until then. */
function gapAround(editor: Editor, here: Tracked, frames: number): Gap | null {
  const rows = editor.tracks.rows(here.media, here.track);
  const index = rows.findLastIndex(({ frame }) => frame <= here.frame);
  const [row, next] = [rows[index], rows[index + 1]];
  const from = row && (editor.tracks.resolved(row) as Tracked | null);
  if (!from) return null;
  const stop = next && isEnd(next) ? next.frame - 1 : frames - 1;
  const to = next && !isEnd(next) ? (editor.tracks.resolved(next) as Tracked) : null;
  const last = to?.frame ?? Math.min(stop, from.frame + REACH);
  if (last - from.frame > (to ? 1 : 0)) return { from, to, last };
  editor.message("No frame lies between these two keyframes");
  return null;
}

function write(editor: Editor, from: Tracked, keypoints: readonly number[], frames: readonly FlowFrame[]): void {
  const changes: EditorInstance[] = [];
  let lost = 0;
  for (const { frame, points } of frames) {
    const target = slot(editor, from, from.track, frame);
    const pose = from.points.slice();
    const found: number[] = [];
    const scores = target.scores?.slice() ?? new Float32Array(keypointCount(from)).fill(NaN);
    keypoints.forEach((k, i) => {
      const at = points[i];
      if (!at) lost++;
      else {
        pose[3 * k] = at.x;
        pose[3 * k + 1] = at.y;
        scores[k] = at.score;
        found.push(k);
      }
    });
    if (found.length) changes.push({ ...keyAs(target, { ...from, points: pose }, found), scores });
  }
  const done = changes.length ? editor.change(`Carry points of ${from.category}`, changes) : null;
  if (done) selectTrack(editor, from.media, from.track);
  const total = frames.length * keypoints.length;
  if (!done) editor.message("The picture does not tell where these points go: they stay between their keys");
  else if (!lost) editor.message(`${String(total)} points carried through ${String(frames.length)} frames`);
  else editor.message(`${String(total - lost)} of ${String(total)} points carried; the rest were lost and stay between their keys`);
}
