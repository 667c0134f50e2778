/** Rings around points: selection, hover, tolerance, the point in hand. */
import { extent, point } from "../editor/instance";
import type { Camera, EditorInstance, EditorSkeleton, XY } from "../editor/types";
import type { Context } from "./batches";
import { ACCENT, DARK } from "./style";

export function drawRing(context: Context, at: XY, radius: number, color = ACCENT, width = 2): void {
  drawRings(context, [at], radius, color, width);
}

export function drawRings(context: Context, places: readonly XY[], radius: number, color = ACCENT, width = 2): void {
  if (!places.length) return;
  context.beginPath();
  for (const { x, y } of places) {
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
  context.lineWidth = width + 2;
  context.strokeStyle = DARK;
  context.stroke();
  context.lineWidth = width;
  context.strokeStyle = color;
  context.stroke();
}

/** From the middle of a held point to the ends of its crosshair. CSS pixels. */
export const CROSSHAIR = 56;
const HELD = 9;

/** The point that is being dragged: open in the middle, so that the landmark below stays in sight. */
export function drawHeld(context: Context, at: XY, color: string, crosshair: boolean): void {
  drawRing(context, at, HELD, color, 1.5);
  if (crosshair) {
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
      context.moveTo(at.x + HELD * dx, at.y + HELD * dy);
      context.lineTo(at.x + CROSSHAIR * dx, at.y + CROSSHAIR * dy);
    }
    for (const [width, line] of [[3, DARK], [1, ACCENT]] as const) {
      context.lineWidth = width;
      context.strokeStyle = line;
      context.stroke();
    }
  }
  context.fillStyle = color;
  context.fillRect(at.x - 0.5, at.y - 0.5, 1, 1);
}

/**
 * Radius (pixels of the picture) within which a second careful person would very likely put the point: two sigma times
 * the object's scale, the square root of its area (Ronchi and Perona 2017, as COCO's OKS uses it). The area is the
 * box's, or that of the points where there is no box. Null where no sigma is known.
 */
export function toleranceRadius(instance: EditorInstance, skeleton: EditorSkeleton, keypoint: number): number | null {
  const sigma = skeleton.sigmas[keypoint];
  const box = instance.box ?? extent(instance);
  return sigma && box ? 2 * sigma * Math.sqrt(box[2] * box[3]) : null;
}

export function drawTolerance(
  context: Context,
  instance: EditorInstance,
  skeleton: EditorSkeleton,
  camera: Camera,
  shows: (keypoint: number) => boolean,
): void {
  context.beginPath();
  for (let k = 0; k < skeleton.names.length; k++) {
    const at = point(instance, k);
    const radius = at.v && shows(k) ? toleranceRadius(instance, skeleton, k) : null;
    if (radius === null) continue;
    const x = at.x * camera.scale + camera.x;
    const y = at.y * camera.scale + camera.y;
    context.moveTo(x + radius * camera.scale, y);
    context.arc(x, y, radius * camera.scale, 0, 2 * Math.PI);
  }
  // White dashes on a dark line: one of the two shows on whatever the picture has there.
  for (const [dash, color] of [[[], "rgba(0, 0, 0, 0.45)"], [[4, 4], "#ffffff"]] as const) {
    context.setLineDash([...dash]);
    context.lineWidth = 1;
    context.strokeStyle = color;
    context.stroke();
  }
  context.setLineDash([]);
}
