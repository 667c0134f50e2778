/** The loop that a lasso has drawn so far. */
import type { Editor } from "../editor/Editor";
import type { Context } from "./batches";
import { ACCENT } from "./style";

export function drawLasso(context: Context, editor: Editor): void {
  const line = editor.lasso.value;
  if (!line) return;
  const { scale, x, y } = editor.camera.value;
  context.beginPath();
  for (let i = 0; i < line.length; i += 2) context.lineTo((line[i] ?? 0) * scale + x, (line[i + 1] ?? 0) * scale + y);
  context.closePath();
  context.fillStyle = "rgba(255, 255, 255, 0.12)";
  context.fill();
  context.setLineDash([5, 4]);
  context.lineWidth = 1.5;
  context.strokeStyle = ACCENT;
  context.stroke();
  context.setLineDash([]);
}
