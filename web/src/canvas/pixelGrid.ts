/** Lines between the pixels of the picture, where they are large enough to be told apart. */
import type { Camera, Size } from "../editor/types";
import type { Context } from "./batches";

/** CSS pixels that a pixel of the picture takes. */
const FROM = 10;

export function drawPixelGrid(context: Context, camera: Camera, picture: Size, view: Size): void {
  const { scale, x, y } = camera;
  if (scale < FROM) return;
  const left = Math.max(0, Math.ceil(-x / scale));
  const top = Math.max(0, Math.ceil(-y / scale));
  const right = Math.min(picture.width, Math.floor((view.width - x) / scale));
  const bottom = Math.min(picture.height, Math.floor((view.height - y) / scale));
  const [x0, x1] = [Math.max(0, x), Math.min(view.width, x + picture.width * scale)];
  const [y0, y1] = [Math.max(0, y), Math.min(view.height, y + picture.height * scale)];
  context.beginPath();
  for (let column = left; column <= right; column++) {
    context.moveTo(column * scale + x, y0);
    context.lineTo(column * scale + x, y1);
  }
  for (let row = top; row <= bottom; row++) {
    context.moveTo(x0, row * scale + y);
    context.lineTo(x1, row * scale + y);
  }
  context.lineWidth = 1;
  // A grey that shows on light and on dark pixels alike.
  context.strokeStyle = "rgba(128, 128, 128, 0.45)";
  context.stroke();
}
