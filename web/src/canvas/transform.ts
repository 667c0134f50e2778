/** The frame and the grips by which chosen points are moved, turned and scaled. */
import type { Transform } from "../editor/transform";
import type { Camera, TransformGrip, XY } from "../editor/types";
import { toScreen } from "../geometry/camera";
import type { Context } from "./batches";
import { ACCENT, DARK } from "./style";

const DISC = 10;
const KNOB = 4;
const PLATE = "rgba(17, 20, 26, 0.86)";

export function drawTransform(context: Context, { outline, grips }: Transform, camera: Camera): void {
  if (outline) {
    const { x, y } = toScreen(camera, { x: outline[0], y: outline[1] });
    context.setLineDash([4, 4]);
    for (const [width, color] of [[3, DARK], [1, ACCENT]] as const) {
      context.lineWidth = width;
      context.strokeStyle = color;
      context.strokeRect(x, y, outline[2] * camera.scale, outline[3] * camera.scale);
    }
    context.setLineDash([]);
  }
  for (const { grip, at } of grips) drawGrip(context, grip, toScreen(camera, at));
}

function drawGrip(context: Context, grip: TransformGrip, { x, y }: XY): void {
  const large = grip === "move" || grip === "rotate";
  context.beginPath();
  context.arc(x, y, large ? DISC : KNOB, 0, 2 * Math.PI);
  context.fillStyle = large ? PLATE : ACCENT;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = large ? ACCENT : DARK;
  context.stroke();
  if (!large) return;
  context.beginPath();
  context.lineWidth = 1.5;
  if (grip === "move") cross(context, x, y);
  else arrow(context, x, y);
  context.stroke();
}

/** Four arrows. */
function cross(context: Context, x: number, y: number): void {
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
    context.moveTo(x, y);
    context.lineTo(x + 6.5 * dx, y + 6.5 * dy);
    context.moveTo(x + 4 * dx + 2.2 * dy, y + 4 * dy + 2.2 * dx);
    context.lineTo(x + 6.5 * dx, y + 6.5 * dy);
    context.lineTo(x + 4 * dx - 2.2 * dy, y + 4 * dy - 2.2 * dx);
  }
}

/** Most of a circle, with a head. */
function arrow(context: Context, x: number, y: number): void {
  context.arc(x, y, 5, -0.3 * Math.PI, 1.3 * Math.PI);
  context.lineTo(x - 5.5, y - 1.2);
  context.moveTo(x - 2.9, y - 4.1);
  context.lineTo(x, y - 5.4);
}
