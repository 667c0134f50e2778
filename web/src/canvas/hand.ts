/** The top layer: what a gesture moves, and everything that follows the pointer. */
import type { Editor } from "../editor/Editor";
import { point, score } from "../editor/instance";
import { spoken } from "../editor/ontology";
import { reasonOf, reasonWords } from "../editor/reasons";
import type { EditorInstance, Placing, XY } from "../editor/types";
import { boxOfCorners } from "../geometry/boxes";
import { toScreen } from "../geometry/camera";
import type { Context } from "./batches";
import { drawDrawing } from "./drawing";
import { drawInstances } from "./instances";
import { drawLasso } from "./lasso";
import { drawLoupe } from "./loupe";
import { movingPoints } from "./moving";
import { drawHeld, drawRing, drawRings } from "./rings";
import { drawSelected, look } from "./selected";
import { ACCENT, PLAIN, skeletonStyle } from "./style";
import { drawLabel } from "./text";

const ROUTE_COLOR = "#ff5fa2";

/** `source` is the picture as it is shown, for the loupe. */
export function drawHand(context: Context, editor: Editor, source: CanvasImageSource | null): void {
  const held = editor.edits.inHand.value !== null;
  const instance = editor.selected.value;
  const shown = instance !== null && editor.options.value.labels;
  if (shown && held) drawMoving(context, editor, instance);
  if (shown) drawChosen(context, editor, instance);
  drawRoute(context, editor);
  if (!held) drawHover(context, editor);
  const placing = editor.placing.value;
  const cursor = editor.cursor.value;
  if (placing && cursor) drawPlacing(context, editor, placing, cursor);
  drawRubber(context, editor);
  drawDrawing(context, editor);
  drawLasso(context, editor);
  drawLoupe(context, editor, source);
}

function drawMoving(context: Context, editor: Editor, instance: EditorInstance): void {
  const points = movingPoints(editor);
  if (points === null) drawSelected(context, editor, instance, null);
  else if (points.size) drawInstances(context, [instance], look(editor, { points, inside: true }));
}

function drawChosen(context: Context, editor: Editor, instance: EditorInstance): void {
  const { keypoint, also } = editor.selection.value;
  if (keypoint === null) return;
  drawRings(context, also.map((k) => point(instance, k)).filter(({ v }) => v > 0).map((at) => toScreen(editor.camera.value, at)), 6.5);
  const at = point(instance, keypoint);
  if (!at.v) return;
  const screen = toScreen(editor.camera.value, at);
  const own = editor.categories.get(instance.category);
  const color = (own && skeletonStyle(own)?.marks[keypoint]?.color) ?? PLAIN;
  if (editor.edits.inHand.value === null) drawRing(context, screen, 9);
  else drawHeld(context, screen, color, editor.options.value.crosshair && movingPoints(editor)?.has(keypoint) === true);
}

function drawRoute(context: Context, editor: Editor): void {
  const route = editor.route.value;
  if (editor.tool.value.id !== "tour" || route?.keypoint == null || editor.edits.inHand.value !== null) return;
  const instance = editor.instances.value.find(({ id }) => id === route.instance);
  if (!instance) return;
  const at = point(instance, route.keypoint);
  if (!at.v) return;
  const screen = toScreen(editor.camera.value, at);
  drawRing(context, screen, 16, ROUTE_COLOR, 2.5);
  const name = spoken(editor.skeleton(instance)?.names[route.keypoint] ?? "");
  drawLabel(context, name, { x: screen.x + 8, y: screen.y - 8 }, editor.view.value);
}

function drawHover(context: Context, editor: Editor): void {
  const hit = editor.hover.value;
  const instance = editor.instances.value.find(({ id }) => id === hit?.instance);
  if (hit?.kind !== "point" || !instance || editor.placing.value) return;
  const route = editor.tool.value.id === "tour" ? editor.route.value : null;
  // The tour has written the name beside it already.
  if (route?.instance === hit.instance && route.keypoint === hit.keypoint) return;
  const screen = toScreen(editor.camera.value, point(instance, hit.keypoint));
  drawRing(context, screen, 7, ACCENT, 1.25);
  drawLabel(context, describe(editor, instance, hit.keypoint), screen, editor.view.value);
}

/** "left wrist, hidden: blur, 31 %". */
export function describe(editor: Editor, instance: EditorInstance, keypoint: number): string {
  const skeleton = editor.skeleton(instance);
  const name = spoken(skeleton?.names[keypoint] ?? `point ${keypoint + 1}`);
  const confidence = score(instance, keypoint);
  const parts = [name];
  const reason = reasonOf(editor.tracks, instance, skeleton, keypoint);
  if (point(instance, keypoint).v === 1) parts.push(hidden(reason));
  if (confidence !== null) parts.push(`${Math.round(100 * confidence)} %`);
  return parts.join(", ");
}

const hidden = (reason: string | null | undefined): string => (reason ? `hidden: ${reasonWords(reason)}` : "hidden");

function drawPlacing(context: Context, editor: Editor, placing: Placing, cursor: XY): void {
  const camera = editor.camera.value;
  const view = editor.view.value;
  const category = editor.categories.get(placing.category);
  const skeleton = category?.skeleton;
  if (!skeleton) return;
  const at = toScreen(camera, cursor);
  const style = skeletonStyle(category);
  const color = style?.marks[placing.keypoint]?.color ?? PLAIN;
  if (editor.options.value.crosshair) drawCrosshair(context, at, view.width, view.height);
  const instance = editor.store.get(placing.instance);
  context.setLineDash([4, 4]);
  context.lineWidth = 1.5;
  context.strokeStyle = color;
  for (const [a, b] of skeleton.edges) {
    const other = a === placing.keypoint ? b : b === placing.keypoint ? a : null;
    const end = instance && other !== null ? point(instance, other) : null;
    if (!end?.v) continue;
    const from = toScreen(camera, end);
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(at.x, at.y);
    context.stroke();
  }
  context.setLineDash([]);
  const name = spoken(skeleton.names[placing.keypoint] ?? "");
  drawLabel(context, placing.visibility === 1 ? `${name}, ${hidden(placing.because)}` : name, { x: at.x + 4, y: at.y - 4 }, view, color);
}

function drawCrosshair(context: Context, at: XY, width: number, height: number): void {
  context.fillStyle = "rgba(255, 255, 255, 0.45)";
  context.fillRect(0, at.y - 0.5, width, 1);
  context.fillRect(at.x - 0.5, 0, 1, height);
}

function drawRubber(context: Context, editor: Editor): void {
  const rubber = editor.rubber.value;
  if (!rubber) return;
  const camera = editor.camera.value;
  const [x, y, width, height] = boxOfCorners(toScreen(camera, rubber[0]), toScreen(camera, rubber[1]));
  context.setLineDash([5, 4]);
  context.lineWidth = 1.5;
  context.strokeStyle = ACCENT;
  context.strokeRect(x, y, width, height);
  context.setLineDash([]);
}
