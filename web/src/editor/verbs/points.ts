/** What is done to one point or to several chosen ones at once. */
import type { Editor } from "../Editor";
import { distal } from "../../geometry/graph";
import { chosenPoints, wordsFor } from "../chosen";
import { keypointCount, movePoints, point, setPoints, swapSides } from "../instance";
import { reasonWords, statedReason, swapReasons, withReasons } from "../reasons";
import type { Reason } from "../reasons";
import type { EditorInstance, EditorSkeleton, Visibility } from "../types";
import { confirmPoint } from "./review";
import { confirmLoose } from "./templates";

interface Target {
  readonly instance: EditorInstance;
  readonly keypoint: number;
  readonly name: string;
}

interface Targets {
  readonly instance: EditorInstance;
  /** The first of them is the one that the selection names first. */
  readonly keypoints: readonly number[];
  /** "left wrist", "5 points". */
  readonly words: string;
}

/** The points that a key means: the chosen ones, else the one under the cursor. */
export function targetPoints(editor: Editor): Targets | null {
  const selection = editor.selection.value;
  const hover = editor.hover.value;
  const [wanted, keypoints] =
    selection.keypoint !== null
      ? [selection.instance, chosenPoints(selection)]
      : hover?.kind === "point"
        ? [hover.instance, [hover.keypoint]]
        : [null, []];
  const instance = editor.instances.value.find((other) => other.id === wanted);
  return instance ? { instance, keypoints, words: wordsFor(editor.skeleton(instance), keypoints) } : null;
}

/**
 * The points that are judged: several that were chosen together, else the one under the cursor, else the chosen one.
 * A selection made by key takes the cursor's word away (Editor.select), so the newest of the two counts.
 */
export function judgedPoints(editor: Editor): Targets | null {
  const { also } = editor.selection.value;
  const hover = editor.hover.value;
  if (also.length || hover?.kind !== "point") return targetPoints(editor);
  const instance = editor.instances.value.find((other) => other.id === hover.instance);
  return instance ? { instance, keypoints: [hover.keypoint], words: wordsFor(editor.skeleton(instance), [hover.keypoint]) } : null;
}

/** The one point that a key means where it can mean one only. */
export function targetPoint(editor: Editor): Target | null {
  const targets = targetPoints(editor);
  const keypoint = targets?.keypoints[0];
  if (!targets || keypoint === undefined) return null;
  return { instance: targets.instance, keypoint, name: wordsFor(editor.skeleton(targets.instance), [keypoint]) };
}

const WORDS = ["not labelled", "hidden", "visible"] as const;

export function setVisibility(editor: Editor, v: Visibility): void {
  mark(editor, v, targetPoints(editor));
}

/** The same for the points that are judged, the one under the cursor first. */
export function judge(editor: Editor, v: Visibility): void {
  mark(editor, v, judgedPoints(editor));
}

/** Labelled but hidden, and why. */
export function judgeHidden(editor: Editor, reason: Reason): void {
  const targets = judgedPoints(editor);
  const skeleton = targets && editor.skeleton(targets.instance);
  if (!targets || !skeleton) return;
  const { instance, keypoints, words } = targets;
  const placed = keypoints.filter((k) => point(instance, k).v > 0);
  if (!placed.length) {
    editor.message(`The ${words} has no place yet: click its name in the list, then the picture`);
    return;
  }
  const hidden = setPoints(instance, placed.map((k) => [k, { ...point(instance, k), v: 1 }] as const));
  const reasoned = withReasons(hidden, skeleton, placed.map((k) => [k, reason] as const));
  const same = placed.every((k) => statedReason(instance, skeleton, k) === reason);
  if (same) for (const keypoint of placed) confirmPoint(editor, instance.id, keypoint);
  else editor.change(`Mark ${words} hidden, ${reasonWords(reason)}`, [reasoned]);
}

function mark(editor: Editor, v: Visibility, targets: Targets | null): void {
  if (!targets) return;
  const { instance, keypoints, words } = targets;
  const placed = keypoints.filter((k) => point(instance, k).v > 0);
  const others = placed.filter((k) => point(instance, k).v !== v);
  if (!placed.length && v) editor.message(`The ${words} has no place yet: click its name in the list, then the picture`);
  else if (!others.length) {
    confirmLoose(editor, instance, keypoints);
    for (const keypoint of keypoints) confirmPoint(editor, instance.id, keypoint);
  }
  else {
    editor.templates.hold(instance, placed.filter((k) => !others.includes(k)));
    const changes = others.map((k) => [k, { ...point(instance, k), v }] as const);
    editor.change(`Mark ${words} ${WORDS[v]}`, [setPoints(instance, changes)]);
  }
}

/** Move the chosen points by so many pixels of the picture. Presses in a row are one step of undo. */
export function nudge(editor: Editor, dx: number, dy: number): void {
  const targets = targetPoints(editor);
  if (!targets) return;
  const { instance, keypoints, words } = targets;
  const moved = movePoints(instance, keypoints, dx, dy);
  editor.change(`Nudge ${words}`, [moved], `nudge ${instance.id} ${keypoints.join(" ")}`);
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

/** Exchange the chosen points with their mirror partners. */
export function swapPoint(editor: Editor): void {
  const targets = targetPoints(editor);
  if (targets) swap(editor, targets.instance, targets.keypoints);
}

/** Exchange whole limbs: the chosen points and all that hangs on them. */
export function swapLimb(editor: Editor): void {
  const targets = targetPoints(editor);
  const edges = targets && editor.skeleton(targets.instance)?.edges;
  if (!targets || !edges) return;
  const limbs = new Set(targets.keypoints.flatMap((k) => distal(edges, k)));
  swap(editor, targets.instance, [...limbs]);
}

/** Points with what is said of them, on the other side. */
export function swapped(instance: EditorInstance, skeleton: EditorSkeleton, only: readonly number[] | null = null): EditorInstance {
  return swapReasons(swapSides(instance, skeleton.flip, only), skeleton, only);
}

function swap(editor: Editor, instance: EditorInstance, keypoints: readonly number[]): void {
  const skeleton = editor.skeleton(instance);
  if (!skeleton) return;
  const paired = keypoints.filter((k) => skeleton.flip[k] !== k);
  if (paired.length) editor.change(`Swap sides of ${wordsFor(skeleton, paired)}`, [swapped(instance, skeleton, paired)]);
  else editor.message(`The ${wordsFor(skeleton, keypoints)} has no left and right`);
}
