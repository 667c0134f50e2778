/** How the picture and its labels are looked at. Nothing of this is saved with the labels. */
import type { Editor } from "../Editor";
import { spoken } from "../ontology";
import { targetPoint } from "./points";
import { withKeys } from "../ownKeys";

export const TONES = ["brightness", "contrast", "gamma"] as const;
export type ToneName = (typeof TONES)[number];

/** From how dark to how bright each may be set. */
export const TONE_RANGE = { low: 0.25, high: 4 } as const;
const STEP = 1.15;

export function setTone(editor: Editor, tone: ToneName, value: number): void {
  editor.setOptions({ [tone]: Math.min(TONE_RANGE.high, Math.max(TONE_RANGE.low, value)) });
}

export function stepTone(editor: Editor, tone: ToneName, direction: 1 | -1): void {
  const value = editor.options.value[tone] * STEP ** direction;
  // Back at the middle after as many steps as led away from it.
  setTone(editor, tone, Math.abs(value - 1) < 0.01 ? 1 : value);
}

export function toned(editor: Editor): boolean {
  return TONES.some((tone) => editor.options.value[tone] !== 1);
}

export function resetTone(editor: Editor): void {
  editor.setOptions({ brightness: 1, contrast: 1, gamma: 1 });
}

/** Show one keypoint of every instance and nothing else; again: show everything. */
export function isolateKeypoint(editor: Editor): void {
  const target = targetPoint(editor);
  if (editor.options.value.onlyKeypoint !== null || !target) {
    editor.setOptions({ onlyKeypoint: null });
    editor.message("");
    return;
  }
  editor.setOptions({ onlyKeypoint: target.keypoint });
  editor.message(withKeys(`Only the ${spoken(target.name)} of each instance is shown`, ["view.isolate", "everything again"]));
}
