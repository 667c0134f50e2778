/**
 * How much of the view the top layer must cover. A canvas that changes is copied and laid over the others whole, so
 * a small one halves the time of a frame where no graphics processor helps.
 */
import type { Editor } from "../editor/Editor";
import { extent, point } from "../editor/instance";
import type { Box, Size, XY } from "../editor/types";
import { unionBox } from "../geometry/boxes";
import { toScreen } from "../geometry/camera";

/** Room for rings, grips and the shadow of a line. CSS pixels. */
const RIM = 48;
/** While a gesture runs there are no grips, and strokes are thin. */
const HELD_RIM = 16;
/** Room for a label on either side. */
const LABEL = 300;
/** Windows lie on a grid (device pixels), so that they seldom change while something moves. */
const GRID = 128;

/** The part of the view in which the top layer draws now; the whole view where that cannot be told. */
export function neededWindow(editor: Editor): Box {
  const view = editor.view.value;
  const whole: Box = [0, 0, view.width, view.height];
  if (editor.placing.value || editor.rubber.value || editor.options.value.tolerance) return whole;
  const camera = editor.camera.value;
  const selected = editor.selected.value;
  const around = selected && extent(selected);
  let needed: Box | null = null;
  if (around) {
    const { x, y } = toScreen(camera, { x: around[0], y: around[1] });
    const held = editor.edits.inHand.value !== null;
    const rim = held ? HELD_RIM : RIM + (editor.options.value.names ? LABEL : 0);
    needed = [x - rim, y - rim, around[2] * camera.scale + 2 * rim, around[3] * camera.scale + 2 * rim];
  }
  const labels: (readonly [string, number])[] = [];
  const hover = editor.hover.value;
  const route = editor.route.value;
  if (hover?.kind === "point") labels.push([hover.instance, hover.keypoint]);
  if (route && route.keypoint !== null && editor.tool.value.id === "tour") labels.push([route.instance, route.keypoint]);
  for (const [id, keypoint] of labels) {
    const instance = editor.store.get(id);
    if (instance) needed = unionBox(needed, labelBox(toScreen(camera, point(instance, keypoint))));
  }
  return needed ?? [0, 0, 1, 1];
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
