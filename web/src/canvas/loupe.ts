/** A magnified disc beside the pointer, with a crosshair at the very place that a press would take. */
import { point } from "../editor/instance";
import type { Editor } from "../editor/Editor";
import type { Box, XY } from "../editor/types";
import { toScreen } from "../geometry/camera";
import { clamp } from "../geometry/points";
import type { Context } from "./batches";
import { movingPoints } from "./moving";
import { ACCENT, DARK } from "./style";

/** How much larger than around it: four times, but far in no larger than shows what lies around, and always twice. */
const TIMES = { most: 4, least: 2 } as const;
/** CSS pixels per pixel of the picture at which single pixels are plain. */
const ENOUGH = 16;
/** CSS pixels. */
const RADIUS = 66;
/** From the pointer to the middle of the disc. */
const AWAY = 104;
const RIM = RADIUS + 3;
const GAP = 5;

/** What the loupe looks at, in pixels of the picture: the point in hand, else the pointer. Null while it is put away. */
export function loupeTarget(editor: Editor): XY | null {
  const { keypoint } = editor.selection.value;
  const instance = editor.selected.value;
  const held = instance !== null && keypoint !== null && movingPoints(editor)?.has(keypoint) === true;
  // A finger covers what it drags, so there it comes by itself.
  if (!editor.options.value.loupe && !(held && editor.coarse.value)) return null;
  return held ? point(instance, keypoint) : editor.cursor.value;
}

/** The part of the view that the loupe covers. */
export function loupeWindow(editor: Editor): Box | null {
  const target = loupeTarget(editor);
  if (!target) return null;
  const { x, y } = discMiddle(editor, toScreen(editor.camera.value, target));
  return [x - RIM, y - RIM, 2 * RIM, 2 * RIM];
}

/** Beside the place and inside the view; straight above it where a hand comes from below. */
function discMiddle(editor: Editor, { x, y }: XY): XY {
  const { width, height } = editor.view.value;
  const inside = (place: number, length: number): number => clamp(place, RIM, Math.max(RIM, length - RIM));
  if (editor.coarse.value) {
    const above = y >= AWAY + RIM;
    return above ? { x: inside(x, width), y: y - AWAY } : { x: x > width / 2 ? x - AWAY : x + AWAY, y: inside(y, height) };
  }
  const step = AWAY * Math.SQRT1_2;
  return { x: x + (x + step + RIM > width ? -step : step), y: y + (y - step - RIM < 0 ? step : -step) };
}

export function drawLoupe(context: Context, editor: Editor, source: CanvasImageSource | null): void {
  const target = loupeTarget(editor);
  const media = editor.media.value;
  if (!target || !media || !source) return;
  const camera = editor.camera.value;
  const scale = Math.max(TIMES.least * camera.scale, Math.min(TIMES.most * camera.scale, ENOUGH));
  const { x, y } = discMiddle(editor, toScreen(camera, target));
  context.save();
  context.beginPath();
  context.arc(x, y, RADIUS, 0, 2 * Math.PI);
  context.fillStyle = "#15171c";
  context.fill();
  context.clip();
  context.imageSmoothingEnabled = false;
  // Only what shows: drawing all of a large picture at this scale is slow.
  const reach = RADIUS / scale;
  const [left, top] = [Math.max(0, target.x - reach), Math.max(0, target.y - reach)];
  const width = Math.min(media.width, target.x + reach) - left;
  const height = Math.min(media.height, target.y + reach) - top;
  const { kx, ky } = stretch(source, media);
  if (width > 0 && height > 0) {
    const at = { x: x + (left - target.x) * scale, y: y + (top - target.y) * scale };
    context.drawImage(source, left * kx, top * ky, width * kx, height * ky, at.x, at.y, width * scale, height * scale);
  }
  cross(context, x, y);
  context.restore();
  context.beginPath();
  context.arc(x, y, RADIUS, 0, 2 * Math.PI);
  for (const [line, color] of [[4, DARK], [2, ACCENT]] as const) {
    context.lineWidth = line;
    context.strokeStyle = color;
    context.stroke();
  }
}

/** A server may send a smaller picture than the media says. */
function stretch(source: CanvasImageSource, media: { width: number; height: number }): { kx: number; ky: number } {
  const sized = source as { displayWidth?: number; displayHeight?: number; naturalWidth?: number; naturalHeight?: number; width?: unknown; height?: unknown };
  const width = sized.displayWidth ?? sized.naturalWidth ?? sized.width;
  const height = sized.displayHeight ?? sized.naturalHeight ?? sized.height;
  return { kx: typeof width === "number" ? width / media.width : 1, ky: typeof height === "number" ? height / media.height : 1 };
}

function cross(context: Context, x: number, y: number): void {
  context.beginPath();
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
    context.moveTo(x + GAP * dx, y + GAP * dy);
    context.lineTo(x + RADIUS * dx, y + RADIUS * dy);
  }
  for (const [line, color] of [[3, DARK], [1, ACCENT]] as const) {
    context.lineWidth = line;
    context.strokeStyle = color;
    context.stroke();
  }
}
