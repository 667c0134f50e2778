/** Whole instances: masks, boxes, edges, points. */
import { extent } from "../editor/instance";
import { alone, showsKeypoint } from "../editor/shown";
import type { Camera, EditorCategory, EditorInstance, ViewOptions } from "../editor/types";
import { clamp } from "../geometry/points";
import { Batches } from "./batches";
import type { Context } from "./batches";
import { drawMasks } from "./masks";
import { BOX_COLOR, DARK, PLAIN, skeletonStyle } from "./style";
import type { SkeletonStyle } from "./style";

export interface Look {
  readonly camera: Camera;
  readonly options: ViewOptions;
  readonly category: (name: string) => EditorCategory | null;
  /** Thin lines and square dots, while something moves. */
  readonly cheap: boolean;
  /** The instance that is selected: drawn stronger. */
  readonly strong: boolean;
  /** Points of a template that nobody has set yet: dotted, as are lines to them. */
  readonly loose?: ReadonlySet<number> | null;
  /** Draw a part only: these points and all edges at them, or everything else. */
  readonly part?: Part | null;
}

export interface Part {
  readonly points: ReadonlySet<number>;
  readonly inside: boolean;
}

const LARGEST_DOT = 4.5;
const SMALLEST_DOT = 1.5;

/** Dots shrink with the object on the screen, so that a small face is not a heap of dots. CSS pixels. */
export function dotRadius(instance: EditorInstance, scale: number, strong: boolean): number {
  const box = extent(instance);
  if (!box) return LARGEST_DOT;
  const across = Math.hypot(box[2], box[3]) * scale;
  const crowd = Math.max(1, Math.sqrt(instance.points.length / 3 / 17));
  return clamp(across / (70 * crowd), SMALLEST_DOT, LARGEST_DOT - (strong ? 0 : 1)) + (strong ? 0.5 : 0);
}

/** Of points that are computed from keys, against those that somebody set. */
const COMPUTED_SIZE = 0.65;
const COMPUTED_ALPHA = 0.6;

export function drawInstances(context: Context, instances: readonly EditorInstance[], look: Look): void {
  if (!look.options.labels) return;
  const computed = instances.filter(({ between }) => between);
  drawAlike(context, computed.length ? instances.filter(({ between }) => !between) : instances, look);
  if (!computed.length) return;
  const alpha = context.globalAlpha;
  context.globalAlpha = alpha * COMPUTED_ALPHA;
  drawAlike(context, computed, look);
  context.globalAlpha = alpha;
}

function drawAlike(context: Context, instances: readonly EditorInstance[], look: Look): void {
  const shapes = !look.part?.inside && !alone(look.options);
  if (look.options.masks && shapes) drawMasks(context, instances, look);
  if (look.options.boxes && shapes) drawBoxes(context, instances, look);
  const lines = new Batches();
  const loose = new Batches();
  const dashes: number[] = [];
  for (const instance of instances) {
    const category = look.category(instance.category);
    const style = category && skeletonStyle(category);
    if (style) gather(lines, loose, dashes, instance, style, look);
  }
  if (look.cheap) {
    loose.drawLines(context, 0.5);
    loose.drawFrames(context);
    lines.drawLines(context, 1);
    lines.drawDots(context);
  } else {
    loose.drawLoose(context, look.strong ? 2 : 1.5);
    lines.drawLines(context, look.strong ? 2 : 1.5, look.strong ? 2 : 0);
    lines.drawMarks(context);
    drawDoubt(context, dashes);
  }
}

function gather(
  batches: Batches,
  looseBatches: Batches,
  dashes: number[],
  instance: EditorInstance,
  style: SkeletonStyle,
  look: Look,
): void {
  const { scale, x: ox, y: oy } = look.camera;
  const { points, scores } = instance;
  const { part, loose } = look;
  const least = look.options.hidden ? 0 : 1;
  if (look.options.edges && !alone(look.options)) {
    for (const { a, b, color } of style.edges) {
      const va = points[3 * a + 2] ?? 0;
      const vb = points[3 * b + 2] ?? 0;
      if (!(va > least && vb > least)) continue;
      if (part && (part.points.has(a) || part.points.has(b)) !== part.inside) continue;
      (loose?.has(a) || loose?.has(b) ? looseBatches : batches).line(
        color,
        !look.cheap && Math.min(va, vb) < 2,
        (points[3 * a] ?? 0) * scale + ox,
        (points[3 * a + 1] ?? 0) * scale + oy,
        (points[3 * b] ?? 0) * scale + ox,
        (points[3 * b + 1] ?? 0) * scale + oy,
      );
    }
  }
  const { keyed } = instance;
  const full = dotRadius(instance, scale, look.strong);
  for (let k = 0; 3 * k < points.length; k++) {
    const v = points[3 * k + 2] ?? 0;
    if (!(v > least) || !showsKeypoint(look.options, k) || (part && part.points.has(k) !== part.inside)) continue;
    const x = (points[3 * k] ?? 0) * scale + ox;
    const y = (points[3 * k + 1] ?? 0) * scale + oy;
    const mark = style.marks[k];
    const radius = keyed && !keyed[k] ? Math.max(SMALLEST_DOT, full * COMPUTED_SIZE) : full;
    (loose?.has(k) ? looseBatches : batches).mark(mark?.color ?? PLAIN, mark?.shape ?? "diamond", v < 2, x, y, radius);
    if (scores && (scores[k] ?? NaN) < look.options.lowScore) dashes.push(x, y, radius + 3.5);
  }
}

/** A dashed ring around points that the model itself was unsure of. */
function drawDoubt(context: Context, rings: readonly number[]): void {
  if (!rings.length) return;
  context.setLineDash([3, 2.5]);
  context.beginPath();
  for (let i = 0; i < rings.length; i += 3) {
    const radius = rings[i + 2] ?? 0;
    context.moveTo((rings[i] ?? 0) + radius, rings[i + 1] ?? 0);
    context.arc(rings[i] ?? 0, rings[i + 1] ?? 0, radius, 0, 2 * Math.PI);
  }
  context.lineWidth = 1.25;
  context.strokeStyle = PLAIN;
  context.stroke();
  context.setLineDash([]);
}

function drawBoxes(context: Context, instances: readonly EditorInstance[], { camera, category, cheap, strong }: Look): void {
  for (const { box, category: name } of instances) {
    if (!box) continue;
    const x = box[0] * camera.scale + camera.x;
    const y = box[1] * camera.scale + camera.y;
    const width = box[2] * camera.scale;
    const height = box[3] * camera.scale;
    if (strong && !cheap) {
      context.lineWidth = 3;
      context.strokeStyle = DARK;
      context.strokeRect(x, y, width, height);
    }
    context.lineWidth = strong && !cheap ? 1.5 : 1;
    context.strokeStyle = category(name)?.color ?? BOX_COLOR;
    context.strokeRect(x, y, width, height);
  }
}
