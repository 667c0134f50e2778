/** What is done to one point. */
import type { Editor } from "../Editor";
import { keypointCount, point, setPoint, swapSides } from "../instance";
import { spoken } from "../ontology";
import type { EditorInstance, Visibility } from "../types";
import { confirmPoint } from "./review";

interface Target {
  readonly instance: EditorInstance;
  readonly keypoint: number;
  readonly name: string;
}

/** The point that a key means: the selected one, else the one under the cursor. */
export function targetPoint(editor: Editor): Target | null {
  const { instance: id, keypoint } = editor.selection.value;
  const hover = editor.hover.value;
  const [wanted, index] =
    keypoint !== null ? [id, keypoint] : hover?.kind === "point" ? [hover.instance, hover.keypoint] : [null, 0];
  const instance = editor.instances.value.find((other) => other.id === wanted);
  if (!instance) return null;
  return { instance, keypoint: index, name: spoken(editor.skeleton(instance)?.names[index] ?? `point ${index + 1}`) };
}

const WORDS = ["not labelled", "hidden", "visible"] as const;

export function setVisibility(editor: Editor, v: Visibility): void {
  const target = targetPoint(editor);
  if (!target) return;
  const { instance, keypoint, name } = target;
  const at = point(instance, keypoint);
  if (!at.v && v) editor.message(`The ${name} has no place yet: click its name in the list, then the picture`);
  else if (at.v === v) confirmPoint(editor, instance.id, keypoint);
  else editor.change(`Mark ${name} ${WORDS[v]}`, [setPoint(instance, keypoint, { ...at, v })]);
}

/** Move the selected point by so many pixels of the picture. Presses in a row are one step of undo. */
export function nudge(editor: Editor, dx: number, dy: number): void {
  const target = targetPoint(editor);
  const at = target && point(target.instance, target.keypoint);
  if (!target || !at?.v) return;
  editor.change(
    `Nudge ${target.name}`,
    [setPoint(target.instance, target.keypoint, { ...at, x: at.x + dx, y: at.y + dy })],
    `nudge ${target.instance.id} ${target.keypoint}`,
  );
}

/** Select the next (1) or previous (-1) labelled point of the selected instance, going round. */
export function stepPoint(editor: Editor, step: 1 | -1): void {
  const instance = editor.selected.value;
  if (!instance) return;
  const count = keypointCount(instance);
  const from = editor.selection.value.keypoint ?? (step === 1 ? -1 : count);
  for (let k = 1; k <= count; k++) {
    const keypoint = (((from + k * step) % count) + count) % count;
    if (point(instance, keypoint).v) {
      editor.select(instance.id, keypoint);
      return;
    }
  }
}

/** Exchange the selected point with its mirror partner. */
export function swapPoint(editor: Editor): void {
  const target = targetPoint(editor);
  const flip = target && editor.skeleton(target.instance)?.flip;
  if (!target || !flip) return;
  if (flip[target.keypoint] === target.keypoint) editor.message(`The ${target.name} has no left and right`);
  else editor.change(`Swap sides of ${target.name}`, [swapSides(target.instance, flip, [target.keypoint])]);
}
