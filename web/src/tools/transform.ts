/** Chosen points, or a whole instance, moved, turned and scaled by the grips around them. */
import { wordsFor } from "../editor/chosen";
import type { Editor } from "../editor/Editor";
import { point, setBox, setMask, setPoints } from "../editor/instance";
import { mapMask } from "../editor/mask";
import { opposite, pivot } from "../editor/transform";
import type { Transform } from "../editor/transform";
import type { Box, EditorInstance, ToolEvent, TransformGrip, XY } from "../editor/types";
import { drag, dragInstance, dragPoints } from "./drags";
import type { Drag } from "./drags";

const STEP = Math.PI / 12;
/** Points scaled into one could never be scaled apart again; beyond nothing they would turn over. */
const SMALLEST = 0.05;

/** A whole instance takes its box and its mask along; of chosen points nothing but they themselves move. */
export function dragTransform(editor: Editor, transform: Transform, grip: TransformGrip, start: ToolEvent): Drag | null {
  const instance = editor.store.get(transform.instance);
  if (!instance) return null;
  const { keypoints, whole, box } = transform;
  if (grip === "move") return whole ? dragInstance(editor, instance, start) : dragPoints(editor, instance, keypoints, start);
  const words = whole ? instance.category : wordsFor(editor.skeleton(instance), keypoints);
  const from = keypoints.map((k) => [k, point(instance, k)] as const);
  const map = (now: EditorInstance, to: (at: XY) => XY): EditorInstance => {
    const moved = setPoints(now, from.map(([k, at]) => [k, { ...to(at), v: point(now, k).v || at.v }] as const));
    if (!whole) return moved;
    const framed = instance.box ? setBox(moved, grip === "rotate" ? carried(instance.box, to) : stretched(instance.box, to)) : moved;
    return setMask(framed, mapMask(instance.mask, to));
  };
  if (grip === "rotate") {
    const middle = pivot(instance, keypoints);
    return drag(editor, instance.id, `Turn ${words}`, start, (now, event) => map(now, turned(middle, start.image, event)));
  }
  const fixed = opposite(box, grip);
  return drag(editor, instance.id, `Scale ${words}`, start, (now, event) => map(now, scaled(fixed, start.image, event)));
}

/** A box has no slant: it keeps its size, and its middle goes round, so that turning back brings it back. */
function carried([x, y, width, height]: Box, to: (at: XY) => XY): Box {
  const middle = to({ x: x + width / 2, y: y + height / 2 });
  return [middle.x - width / 2, middle.y - height / 2, width, height];
}

function stretched([x, y, width, height]: Box, to: (at: XY) => XY): Box {
  const [low, high] = [to({ x, y }), to({ x: x + width, y: y + height })];
  return [low.x, low.y, high.x - low.x, high.y - low.y];
}

/** Shift: in steps of 15 degrees. */
function turned(middle: XY, start: XY, { image, shift }: ToolEvent): (at: XY) => XY {
  const by = Math.atan2(image.y - middle.y, image.x - middle.x) - Math.atan2(start.y - middle.y, start.x - middle.x);
  const angle = shift ? Math.round(by / STEP) * STEP : by;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return ({ x, y }) => ({
    x: middle.x + cos * (x - middle.x) - sin * (y - middle.y),
    y: middle.y + sin * (x - middle.x) + cos * (y - middle.y),
  });
}

/** Shift: both directions alike. */
function scaled(fixed: XY, start: XY, { image, shift }: ToolEvent): (at: XY) => XY {
  const [ax, ay] = [start.x - fixed.x, start.y - fixed.y];
  const [bx, by] = [image.x - fixed.x, image.y - fixed.y];
  const both = (ax * bx + ay * by) / (ax * ax + ay * ay);
  const [fx, fy] = (shift ? [both, both] : [bx / ax, by / ay]).map((factor) => Math.max(SMALLEST, factor)) as [number, number];
  return ({ x, y }) => ({ x: fixed.x + fx * (x - fixed.x), y: fixed.y + fy * (y - fixed.y) });
}
