/**
 * How much of the view the upper layers must cover. A canvas that changes is copied and laid over the others whole, so
 * a small one halves the time of a frame where no graphics processor helps.
 */
import { chosenPoints } from "../editor/chosen";
import type { Editor } from "../editor/Editor";
import { extent, point } from "../editor/instance";
import type { Box, EditorInstance, Size, XY } from "../editor/types";
import { unionBox } from "../geometry/boxes";
import { toScreen } from "../geometry/camera";
import { brushWindow } from "./drawing";
import { loupeWindow } from "./loupe";
import { movingPoints, withNeighbours } from "./moving";
import { CROSSHAIR } from "./rings";

/** Room for rings, grips and the shadow of a line. CSS pixels. */
const RIM = 20;
/** Room for a label on either side. */
const LABEL = 300;
/** Windows lie on a grid (device pixels), so that they seldom change while something moves. */
const GRID = 64;
const NOWHERE: Box = [0, 0, 1, 1];

/** The part of the view in which `instance`, the selected one, is drawn. */
export function selectedWindow(editor: Editor, instance: EditorInstance | null): Box {
  if (!instance) return NOWHERE;
  const { tolerance, names } = editor.options.value;
  if (tolerance) return whole(editor);
  const grips = editor.transform.value?.grips.map(({ at }): Box => [at.x, at.y, 0, 0]) ?? [];
  const drawn = grips.reduce<Box | null>(unionBox, extent(instance));
  return around(editor, drawn, RIM + (names ? LABEL : 0)) ?? NOWHERE;
}

/** The part of the view in which the top layer draws now; the whole view where that cannot be told. */
export function handWindow(editor: Editor): Box {
  const drawing = editor.rubber.value ?? editor.lasso.value;
  if (editor.placing.value || drawing || editor.tool.value.id === "polygon") return whole(editor);
  const needed: Box[] = [];
  for (const box of [brushWindow(editor), loupeWindow(editor)]) if (box) needed.push(box);
  const selected = editor.selected.value;
  if (selected) {
    const points = movingPoints(editor);
    if (points === null) return needed.reduce<Box>((all, one) => unionBox(all, one) ?? all, selectedWindow(editor, selected));
    const drawn = withNeighbours(editor, selected, points);
    for (const keypoint of chosenPoints(editor.selection.value)) drawn.add(keypoint);
    const box = around(editor, extentOf(selected, drawn), RIM);
    if (box) needed.push(box);
    const { keypoint } = editor.selection.value;
    const held = editor.options.value.crosshair && keypoint !== null && points.has(keypoint);
    const cross = held ? around(editor, extentOf(selected, new Set([keypoint])), CROSSHAIR + 2) : null;
    if (cross) needed.push(cross);
  }
  const labels: (readonly [string, number])[] = [];
  const hover = editor.hover.value;
  const route = editor.route.value;
  if (hover?.kind === "point") labels.push([hover.instance, hover.keypoint]);
  if (route && route.keypoint !== null && editor.tool.value.id === "tour") labels.push([route.instance, route.keypoint]);
  for (const [id, keypoint] of labels) {
    const instance = editor.store.get(id);
    if (instance) needed.push(labelBox(toScreen(editor.camera.value, point(instance, keypoint))));
  }
  return needed.reduce<Box | null>(unionBox, null) ?? NOWHERE;
}

function whole(editor: Editor): Box {
  const { width, height } = editor.view.value;
  return [0, 0, width, height];
}

function around(editor: Editor, box: Box | null, rim: number): Box | null {
  if (!box) return null;
  const camera = editor.camera.value;
  const { x, y } = toScreen(camera, { x: box[0], y: box[1] });
  return [x - rim, y - rim, box[2] * camera.scale + 2 * rim, box[3] * camera.scale + 2 * rim];
}

function extentOf(instance: EditorInstance, keypoints: ReadonlySet<number>): Box | null {
  const places = [...keypoints].map((k) => point(instance, k)).filter(({ v }) => v > 0);
  if (!places.length) return null;
  const xs = places.map(({ x }) => x);
  const ys = places.map(({ y }) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}

function labelBox({ x, y }: XY): Box {
  return [x - LABEL, y - RIM, 2 * LABEL, 2 * RIM];
}

/** A window on the grid that holds `needed`; `now` as long as it does and is not far too large. */
export function chooseWindow(needed: Box, now: Box, view: Size, ratio: number): Box {
  const grid = GRID / ratio;
  const left = Math.max(0, Math.floor(needed[0] / grid) * grid);
  const top = Math.max(0, Math.floor(needed[1] / grid) * grid);
  const right = Math.min(view.width, Math.ceil((needed[0] + needed[2]) / grid) * grid);
  const bottom = Math.min(view.height, Math.ceil((needed[1] + needed[3]) / grid) * grid);
  const wanted: Box = [left, top, Math.max(1, right - left), Math.max(1, bottom - top)];
  const holds =
    now[0] <= wanted[0] &&
    now[1] <= wanted[1] &&
    now[0] + now[2] >= wanted[0] + wanted[2] &&
    now[1] + now[3] >= wanted[1] + wanted[3] &&
    now[0] + now[2] <= view.width &&
    now[1] + now[3] <= view.height;
  return holds && now[2] * now[3] <= 2.5 * wanted[2] * wanted[3] ? now : wanted;
}
