/**
 * One joint through all frames: the same keypoint is judged in frame after frame of a video, or in image after image
 * of a project, with nothing else in mind.
 */
import { batch } from "@preact/signals-core";
import type { Editor } from "../Editor";
import { newId } from "../ids";
import { point, setPoint } from "../instance";
import { spoken } from "../ontology";
import type { EditorInstance, JointTask, Visibility, XY } from "../types";
import { clamp } from "../../geometry/points";
import { stepMedia } from "./media";
import { freshInstance } from "./placing";
import { targetPoint } from "./points";

export const STRIDES: readonly number[] = [1, 2, 5, 10, 20, 50];

/** Begin with the chosen point, else go on with the joint of the last time, else with the first one there is. */
export function startJoint(editor: Editor): boolean {
  const target = targetPoint(editor);
  const chosen = target?.instance ?? editor.selected.value;
  const before = editor.joint.value;
  const instance = chosen ?? (before ? null : (editor.instances.value.find((one) => editor.skeleton(one)) ?? null));
  const category = instance?.category ?? before?.category ?? editor.category.value;
  const count = editor.categories.get(category)?.skeleton?.names.length ?? 0;
  if (!count) {
    editor.message(`${category || "This category"} has no keypoints`);
    return false;
  }
  const kept = before?.category === category ? before.keypoint : 0;
  editor.joint.value = {
    category,
    keypoint: target?.keypoint ?? kept,
    track: instance ? instance.track : (before?.track ?? newId()),
    instance: instance?.id ?? null,
    stride: before?.stride ?? 1,
  };
  return true;
}

export function jointName(editor: Editor, { category, keypoint }: JointTask): string {
  return spoken(editor.categories.get(category)?.skeleton?.names[keypoint] ?? "");
}

/** Whose joint it is in the frame on the screen; null where the object is not marked yet. */
export function jointInstance(editor: Editor): EditorInstance | null {
  const task = editor.joint.value;
  if (!task) return null;
  const instances = editor.instances.value;
  if (isFilm(editor)) return instances.find(({ track }) => track !== null && track === task.track) ?? null;
  const alike = instances.filter(({ category }) => category === task.category);
  return alike.find(({ id }) => id === task.instance) ?? alike[0] ?? null;
}

const isFilm = (editor: Editor): boolean => (editor.media.value?.frames ?? 1) > 1;

/** Where the joint is to be looked for: marked or computed there, else as it moved in the frames before; null: nobody knows. */
export function jointPlace(editor: Editor): XY | null {
  const task = editor.joint.value;
  const media = editor.media.value;
  if (!task || !media) return null;
  const instance = jointInstance(editor);
  const own = instance && point(instance, task.keypoint);
  if (own?.v) return own;
  const moved = isFilm(editor) && task.track !== null ? ahead(editor, media.id, task.track, task.keypoint) : null;
  return moved && { x: clamp(moved.x, 0, media.width), y: clamp(moved.y, 0, media.height) };
}

interface Place extends XY {
  readonly frame: number;
}

/** From the two nearest earlier marks, straight on for as long as they lie apart; else the nearest mark. */
function ahead(editor: Editor, media: number, track: string, keypoint: number): XY | null {
  const frame = editor.frame.value;
  const marks: Place[] = [];
  for (const row of editor.store.tracks.rows(media, track)) {
    const at = point(row, keypoint);
    if (at.v && (!row.keyed || row.keyed[keypoint])) marks.push({ x: at.x, y: at.y, frame: row.frame });
  }
  const last = marks.findLast((mark) => mark.frame < frame);
  if (!last) return marks[0] ?? null;
  const earlier = marks[marks.indexOf(last) - 1];
  const gap = earlier ? last.frame - earlier.frame : Infinity;
  if (!earlier || frame - last.frame > gap) return last;
  const share = (frame - last.frame) / gap;
  return { x: last.x + share * (last.x - earlier.x), y: last.y + share * (last.y - earlier.y) };
}

/** Mark the joint and go on. */
export function placeJoint(editor: Editor, at: XY, v: 1 | 2): void {
  judge(editor, at, v);
}

/** The joint is where it is shown: seen (2), hidden (1), or not there at all (0). Then on. */
export function judgeJoint(editor: Editor, v: Visibility): void {
  const task = editor.joint.value;
  const instance = jointInstance(editor);
  const at = task && instance ? point(instance, task.keypoint) : null;
  if (task && v && !at?.v) editor.message(`The ${jointName(editor, task)} has no place here yet: click it`);
  else judge(editor, at ?? { x: 0, y: 0 }, v);
}

function judge(editor: Editor, at: XY, v: Visibility): void {
  const task = editor.joint.value;
  if (!task || !editor.ready) return;
  const found = jointInstance(editor);
  // Where the object is not marked, there is no joint to call absent.
  const made = found || !v ? null : freshInstance(editor, task.category);
  const instance = found ?? (made && isFilm(editor) ? { ...made, track: task.track } : made);
  batch(() => {
    if (instance) {
      const title = v ? `Place ${jointName(editor, task)}` : `No ${jointName(editor, task)} here`;
      editor.change(title, [setPoint(instance, task.keypoint, { ...at, v })]);
      editor.joint.value = { ...task, instance: instance.id };
    }
    stepJoint(editor, 1);
  });
}

/** On (1) or back (-1) without judging: by the stride through a film, through the objects of an image, then its neighbour. */
export function stepJoint(editor: Editor, step: 1 | -1): void {
  const task = editor.joint.value;
  const media = editor.media.value;
  if (!task || !media) return;
  if (!isFilm(editor)) {
    stepInstances(editor, task, step);
    return;
  }
  const target = editor.frame.value + step * task.stride;
  if (target >= 0 && target < media.frames) editor.goTo(target);
  else editor.message(step === 1 ? "That was the last frame: Escape leaves, Tab takes the next joint" : "This is the first frame");
}

function stepInstances(editor: Editor, task: JointTask, step: 1 | -1): void {
  const alike = editor.instances.value.filter(({ category }) => category === task.category);
  const now = alike.findIndex(({ id }) => id === jointInstance(editor)?.id);
  const next = now < 0 ? undefined : alike[now + step];
  editor.joint.value = { ...task, instance: next?.id ?? null };
  if (!next) stepMedia(editor, step);
}

/** The next joint of the skeleton, in the same frame. */
export function changeJoint(editor: Editor, step: 1 | -1): void {
  const task = editor.joint.value;
  const count = (task && editor.categories.get(task.category)?.skeleton?.names.length) ?? 0;
  if (task && count) editor.joint.value = { ...task, keypoint: (task.keypoint + step + count) % count };
}

/** A joint that moves little needs a mark in every tenth frame only; the rest is computed. */
export function changeStride(editor: Editor, step: 1 | -1): void {
  const task = editor.joint.value;
  const now = task?.stride ?? 1;
  const stride = step === 1 ? STRIDES.find((one) => one > now) : STRIDES.findLast((one) => one < now);
  if (task && stride !== undefined) editor.joint.value = { ...task, stride };
}

export interface JointProgress {
  /** Frames in which the joint was fixed. */
  readonly marked: number;
  readonly frames: number;
}

export function jointProgress(editor: Editor): JointProgress {
  const task = editor.joint.value;
  const frames = editor.media.value?.frames ?? 1;
  const lane = editor.timeline.lanes.value.find(({ track }) => track === task?.track);
  return { marked: (task && lane?.points[task.keypoint]?.keyed.length) ?? 0, frames };
}
