/**
 * The cursor moved by key, so that points can be placed without a pointer. It is the same cursor that the pointer
 * moves; whichever moved last has it.
 */
import { batch } from "@preact/signals-core";
import { pan, toImage, toScreen } from "../../geometry/camera";
import { clamp } from "../../geometry/points";
import type { Editor } from "../Editor";
import type { XY } from "../types";
import { placeAt } from "./placing";

/** CSS pixels that the cursor keeps from the view's rim; the camera comes along. */
const MARGIN = 24;

/** CSS pixels per pixel of the picture from which a whole pixel is a coarse step. */
export const FAR_IN = 8;

/** Pixels of the picture that one step is worth: a tenth far in, else one of the screen at least, in round numbers. */
export function stepSize(scale: number): number {
  if (scale >= FAR_IN) return 0.1;
  const least = 1 / scale;
  for (let size = 1; ; size *= 10) for (const step of [size, 2 * size, 5 * size]) if (step >= least - 1e-9) return step;
}

/** Move the cursor by so many steps; under one step it moves by that part of a pixel, whatever the zoom. */
export function steer(editor: Editor, dx: number, dy: number): void {
  const fine = Math.hypot(dx, dy) < 1;
  const size = fine ? 1 : stepSize(editor.camera.value.scale);
  const from = start(editor);
  moveTo(editor, { x: from.x + dx * size, y: from.y + dy * size });
  editor.steering.value = { bounds: null };
}

/**
 * Move half of the way that is left on that side. A way once left out stays out until another key moves the cursor, so
 * a few presses close in on any place of the picture.
 */
export function halve(editor: Editor, dx: -1 | 0 | 1, dy: -1 | 0 | 1): void {
  const from = start(editor);
  const [left, top, right, bottom] = editor.steering.value?.bounds ?? inSight(editor);
  const bounds = [
    dx > 0 ? from.x : left,
    dy > 0 ? from.y : top,
    dx < 0 ? from.x : right,
    dy < 0 ? from.y : bottom,
  ] as const;
  const along = (at: number, low: number, high: number, by: number): number => (by < 0 ? (low + at) / 2 : by > 0 ? (at + high) / 2 : at);
  moveTo(editor, { x: along(from.x, bounds[0], bounds[2], dx), y: along(from.y, bounds[1], bounds[3], dy) });
  editor.steering.value = { bounds };
}

/** Set the next keypoint where the cursor is. */
export function placeHere(editor: Editor): void {
  const at = editor.cursor.value;
  if (!at) return;
  batch(() => {
    placeAt(editor, at);
    editor.steering.value = editor.placing.value ? { bounds: null } : null;
  });
}

function start(editor: Editor): XY {
  const { width, height } = editor.view.value;
  if (editor.cursor.value) return editor.cursor.value;
  const middle = inPicture(editor, editor.imageAt({ x: width / 2, y: height / 2 }));
  return { x: Math.round(middle.x), y: Math.round(middle.y) };
}

function inPicture(editor: Editor, { x, y }: XY): XY {
  const media = editor.media.value;
  return media ? { x: clamp(x, 0, media.width), y: clamp(y, 0, media.height) } : { x, y };
}

/** What of the picture is on the screen: left, top, right, bottom. */
function inSight(editor: Editor): readonly [number, number, number, number] {
  const { width, height } = editor.view.value;
  const first = inPicture(editor, toImage(editor.camera.value, { x: 0, y: 0 }));
  const last = inPicture(editor, toImage(editor.camera.value, { x: width, y: height }));
  return [first.x, first.y, last.x, last.y];
}

function moveTo(editor: Editor, wanted: XY): void {
  const at = inPicture(editor, wanted);
  const camera = editor.camera.value;
  const view = editor.view.value;
  const screen = toScreen(camera, at);
  const dx = clamp(screen.x, MARGIN, view.width - MARGIN) - screen.x;
  const dy = clamp(screen.y, MARGIN, view.height - MARGIN) - screen.y;
  batch(() => {
    editor.cursor.value = at;
    if (dx || dy) editor.setCamera(pan(camera, dx, dy));
  });
}
