/** Moving through time. */
import type { Editor } from "../Editor";

export function stepFrame(editor: Editor, by: number): void {
  editor.goTo(editor.frame.value + by);
}

function neighbours(editor: Editor): { before: number | null; after: number | null } {
  const frame = editor.frame.value;
  const frames = editor.arrival.labelledFrames.value;
  return {
    before: frames.findLast((other) => other < frame) ?? null,
    after: frames.find((other) => other > frame) ?? null,
  };
}

export function toLabelled(editor: Editor, step: 1 | -1): void {
  const { before, after } = neighbours(editor);
  const target = step === 1 ? after : before;
  if (target !== null) editor.goTo(target);
}

/** Half way between the labelled frames on either side: where a key helps interpolation most. */
export function toMiddle(editor: Editor): void {
  const { before, after } = neighbours(editor);
  if (before !== null && after !== null) editor.goTo(Math.round((before + after) / 2));
}
