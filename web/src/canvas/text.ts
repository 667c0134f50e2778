/** Small labels beside things. */
import type { Size, XY } from "../geometry/types";
import type { Context } from "./batches";

export const FONT = "500 12px system-ui, -apple-system, 'Segoe UI', sans-serif";
const HEIGHT = 20;
const PADDING = 6;
const GAP = 10;

/** A name on a dark plate, beside `at` and inside the view whatever side that needs. */
export function drawLabel(context: Context, text: string, at: XY, view: Size, color = "#ffffff"): void {
  context.font = FONT;
  const width = context.measureText(text).width + 2 * PADDING;
  const x = at.x + GAP + width > view.width ? Math.max(0, at.x - GAP - width) : at.x + GAP;
  const y = at.y - GAP - HEIGHT < 0 ? at.y + GAP : at.y - GAP - HEIGHT;
  context.fillStyle = "rgba(17, 20, 26, 0.86)";
  context.beginPath();
  context.roundRect(x, y, width, HEIGHT, 5);
  context.fill();
  context.fillStyle = color;
  context.textBaseline = "middle";
  context.fillText(text, x + PADDING, y + HEIGHT / 2 + 0.5);
}
