/** Two versions of one thing: shown where they are, told in words, decided by a person. */
import { effect } from "@preact/signals-core";
import { unionBox } from "../../geometry/boxes";
import { centreOn, fitBox } from "../../geometry/camera";
import type { Editor } from "../Editor";
import { extent, point } from "../instance";
import { spoken } from "../ontology";
import type { Box, Conflict } from "../types";

/** Pixels of the picture around two points, so that the limb that they are on can be told. */
const AROUND = 40;

/** Turn to a conflict, once no gesture is in hand and its media is there. Returns the way to stop waiting. */
export function showConflict(editor: Editor, conflict: Conflict): () => void {
  const { media, frame } = conflict.theirs;
  let asked = false;
  let done = false;
  const stop = effect(() => {
    if (done || editor.edits.inHand.value !== null || editor.view.value.width === 0) return;
    if (editor.media.value?.id !== media) {
      if (!asked) editor.jump(media, frame);
      asked = true;
      return;
    }
    done = true;
    // What is read from here on must not bring the camera back later.
    queueMicrotask(() => {
      stop();
      editor.goTo(frame);
      lookAt(editor, conflict);
    });
  });
  return stop;
}

function lookAt(editor: Editor, { mine, theirs, points }: Conflict): void {
  const view = editor.view.value;
  const marks = points.flatMap((k) => [point(mine, k), point(theirs, k)]).filter(({ v }) => v > 0);
  if (!marks.length) {
    const both = unionBox(extent(mine), extent(theirs));
    if (both) editor.setCamera(fitBox(both, view, Math.min(view.width, view.height) / 5));
    return;
  }
  const xs = marks.map(({ x }) => x);
  const ys = marks.map(({ y }) => y);
  const [left, top] = [Math.min(...xs) - AROUND, Math.min(...ys) - AROUND];
  const box: Box = [left, top, Math.max(...xs) + AROUND - left, Math.max(...ys) + AROUND - top];
  const { scale } = fitBox(box, view, 0);
  editor.setCamera(centreOn({ x: box[0] + box[2] / 2, y: box[1] + box[3] / 2 }, view, Math.min(scale, 12)));
}

const WORDS: Readonly<Record<string, string>> = {
  attributes: "its attributes",
  area: "its area",
  box: "its box",
  category: "its category",
  crowd: "whether it is a crowd",
  keyed: "its keys",
  mask: "its mask",
  track: "its track",
};

/** What the two versions differ in, as a person would say it. */
export function conflictInWords(editor: Editor, { mine, theirs, points, fields }: Conflict): string {
  if (mine.deleted !== theirs.deleted) {
    return mine.deleted ? "You deleted it, and somebody else changed it." : "Somebody else deleted it, and you changed it.";
  }
  const names = editor.skeleton(theirs)?.names ?? [];
  const said = [
    ...points.map((k) => `the ${spoken(names[k] ?? `point ${String(k + 1)}`)}`),
    ...fields.map((field) => WORDS[field] ?? field),
  ];
  return `You and somebody else both changed ${said.join(", ").replace(/, ([^,]*)$/, " and $1")}.`;
}
