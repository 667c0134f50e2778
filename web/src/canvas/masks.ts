/** Masks: a translucent fill with an outline, below everything else of the labels. */
import { maskLoops, maskShape } from "../editor/mask";
import type { MaskShape } from "../editor/mask";
import type { EditorCategory, EditorInstance } from "../editor/types";
import type { Context } from "./batches";
import type { Look } from "./instances";

const FILL = 0.3;
const FILL_STRONG = 0.42;
const LINE = 0.9;

/** For categories that have no colour of their own; apart for every common colour blindness (Okabe and Ito). */
const COLORS = ["#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00"];

/** In pixels of the picture, so that one path serves every zoom. */
const paths = new WeakMap<MaskShape, Path2D>();

export function drawMasks(context: Context, instances: readonly EditorInstance[], look: Look): void {
  for (const instance of instances) {
    const shape = instance.mask === null ? null : maskShape(instance.mask);
    if (shape) drawMask(context, shape, maskColor(instance, look.category(instance.category)), look);
  }
}

/** The category's colour, else one that stays the same for the track or the instance. */
export function maskColor(instance: EditorInstance, category: EditorCategory | null): string {
  if (category?.color) return category.color;
  let sum = 0;
  for (const letter of instance.track ?? instance.id) sum = (31 * sum + (letter.codePointAt(0) ?? 0)) % 65_521;
  return COLORS[sum % COLORS.length] ?? "#56b4e9";
}

function drawMask(context: Context, shape: MaskShape, color: string, { camera, cheap, strong }: Look): void {
  const path = pathOf(shape);
  const alpha = context.globalAlpha;
  context.save();
  context.transform(camera.scale, 0, 0, camera.scale, camera.x, camera.y);
  context.fillStyle = color;
  context.globalAlpha = alpha * (strong ? FILL_STRONG : FILL);
  context.fill(path, "nonzero");
  if (!cheap) {
    context.globalAlpha = alpha * LINE;
    context.lineWidth = (strong ? 2 : 1.25) / camera.scale;
    context.strokeStyle = color;
    context.stroke(path);
  }
  context.restore();
}

function pathOf(shape: MaskShape): Path2D {
  const known = paths.get(shape);
  if (known) return known;
  const path = new Path2D();
  for (const loop of maskLoops(shape)) {
    path.moveTo(loop[0] ?? 0, loop[1] ?? 0);
    for (let i = 2; i < loop.length; i += 2) path.lineTo(loop[i] ?? 0, loop[i + 1] ?? 0);
    path.closePath();
  }
  paths.set(shape, path);
  return path;
}
