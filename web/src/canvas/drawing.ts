/** What the tools of masks show while they are in use: the open polygon, corners to take hold of, the brush. */
import type { OpenPolygon } from "../editor/drawing";
import type { Editor } from "../editor/Editor";
import type { Box, XY } from "../editor/types";
import { brushRadius, openPolygon } from "../editor/verbs/drawing";
import { selectedMask } from "../editor/verbs/masks";
import { toScreen } from "../geometry/camera";
import { vertex, vertexCount } from "../geometry/polygons";
import type { Context } from "./batches";
import { drawRing } from "./rings";
import { ACCENT, DARK } from "./style";

/** The part of the view that the brush's ring takes, CSS pixels; null without a brush. */
export function brushWindow(editor: Editor): Box | null {
  const cursor = editor.cursor.value;
  if (editor.tool.value.id !== "brush" || !cursor) return null;
  const { x, y } = toScreen(editor.camera.value, cursor);
  const reach = brushRadius(editor) * editor.camera.value.scale + 4;
  return [x - reach, y - reach, 2 * reach, 2 * reach];
}

export function drawDrawing(context: Context, editor: Editor): void {
  const tool = editor.tool.value.id;
  if (tool === "brush") drawBrush(context, editor);
  if (tool !== "polygon") return;
  const open = openPolygon(editor);
  if (open) drawOpen(context, editor, open);
  else drawCorners(context, editor);
}

function drawBrush(context: Context, editor: Editor): void {
  const cursor = editor.cursor.value;
  if (!cursor) return;
  const camera = editor.camera.value;
  const { erasing } = editor.drawing;
  if (erasing.value) context.setLineDash([4, 3]);
  drawRing(context, toScreen(camera, cursor), Math.max(1, brushRadius(editor) * camera.scale), ACCENT, 1.25);
  context.setLineDash([]);
}

function drawOpen(context: Context, editor: Editor, { vertices, cut }: OpenPolygon): void {
  const camera = editor.camera.value;
  const cursor = editor.cursor.value;
  const corners = vertices.map((corner) => toScreen(camera, corner));
  const first = corners[0];
  if (!first) return;
  context.beginPath();
  for (const { x, y } of cursor ? [...corners, toScreen(camera, cursor)] : corners) context.lineTo(x, y);
  context.lineWidth = 3;
  context.strokeStyle = DARK;
  context.stroke();
  context.setLineDash(cut ? [5, 4] : []);
  context.lineWidth = 1.5;
  context.strokeStyle = ACCENT;
  context.stroke();
  context.setLineDash([]);
  corners.forEach((corner) => drawCorner(context, corner));
  if (corners.length > 2) drawRing(context, first, 8);
}

function drawCorners(context: Context, editor: Editor): void {
  const chosen = selectedMask(editor);
  const { masks, labels } = editor.options.value;
  if (chosen?.shape.kind !== "polygons" || !masks || !labels) return;
  for (const part of chosen.shape.parts) {
    for (let i = 0; i < vertexCount(part); i++) drawCorner(context, toScreen(editor.camera.value, vertex(part, i)));
  }
}

function drawCorner(context: Context, { x, y }: XY): void {
  context.lineWidth = 1;
  context.fillStyle = ACCENT;
  context.strokeStyle = DARK;
  context.fillRect(x - 3, y - 3, 6, 6);
  context.strokeRect(x - 3, y - 3, 6, 6);
}
