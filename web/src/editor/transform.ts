/**
 * The grips by which chosen points, or a whole instance, are moved, turned and scaled. They lie outside of what they
 * act on and never under a point, so that a press meant for a point never takes everything along.
 */
import { unionBox } from "../geometry/boxes";
import { distance } from "../geometry/points";
import { chosenPoints } from "./chosen";
import type { Editor } from "./Editor";
import { keypointCount, point, pointsBox } from "./instance";
import { alone } from "./shown";
import type { Box, EditorInstance, TransformGrip, XY } from "./types";

export interface Transform {
  readonly instance: string;
  /** The points that it acts on. */
  readonly keypoints: readonly number[];
  /** All of the instance: box and mask move along. */
  readonly whole: boolean;
  /** Around everything it acts on. Pixels of the picture, as all places here. */
  readonly box: Box;
  /** The line that is drawn, a little outside of `box`; null where there is only a grip to move. */
  readonly outline: Box | null;
  readonly grips: readonly { readonly grip: TransformGrip; readonly at: XY }[];
}

/** CSS pixels. */
export const GRIP_RADIUS = 12;
const PADDING = 18;
const AWAY = 24;
/** From the middle of a grip to the nearest point: neither is pressed in place of the other. */
const CLEARANCE = 24;
const MARGIN = 14;

const CORNERS = { nw: [-1, -1], ne: [1, -1], se: [1, 1], sw: [-1, 1] } as const;
/** Where the grips to move and to turn may lie, the best place first, as steps from the middle of the outline. */
const MOVE_PLACES = [[1, 0], [-1, 0], [0, 1], [1, -1], [-1, -1], [1, 1], [-1, 1]] as const;
const TURN_PLACES = [[0, -1], [0, 1], [-1, 0], [1, 0]] as const;

/** Null while something is in hand, a lasso is drawn or the camera moves, and for tools that do not select. */
export function transformOf(editor: Editor): Transform | null {
  if (editor.moving.value || editor.lasso.value) return null;
  if (editor.tool.value.id !== "select" || editor.placing.value || editor.edits.inHand.value !== null) return null;
  const instance = editor.selected.value;
  if (!instance || !editor.options.value.labels || alone(editor.options.value)) return null;
  const chosen = chosenPoints(editor.selection.value);
  const whole = chosen.length < 2;
  const keypoints = (whole ? [...Array(keypointCount(instance)).keys()] : chosen).filter((k) => point(instance, k).v > 0);
  const around = boxOf(instance, keypoints);
  const box = whole ? unionBox(around, instance.box) : around;
  if (!box || (keypoints.length < 2 && !instance.box)) return null;
  const { scale } = editor.camera.value;
  const outline = grow(box, PADDING / scale);
  const places = new Places(editor, outline);
  // One chosen point has its own ring; a frame around the instance would only cover the picture.
  const framed = chosen.length !== 1 && keypoints.length > 1;
  const turn = framed ? places.find(TURN_PLACES) : null;
  const move = places.find(MOVE_PLACES);
  const corners = Object.entries(CORNERS) as [keyof typeof CORNERS, readonly [number, number]][];
  return {
    instance: instance.id,
    keypoints,
    whole,
    box,
    outline: framed ? outline : null,
    grips: [
      ...(move ? [{ grip: "move" as const, at: move }] : []),
      ...(turn ? [{ grip: "rotate" as const, at: turn }] : []),
      ...(framed ? corners.map(([grip, step]) => ({ grip, at: stepFrom(outline, step, 0) })) : []),
    ],
  };
}

/** The middle of the points themselves: what they turn around. */
export function pivot(instance: EditorInstance, keypoints: readonly number[]): XY {
  const [x, y, width, height] = boxOf(instance, keypoints) ?? [0, 0, 0, 0];
  return { x: x + width / 2, y: y + height / 2 };
}

/** The corner that stays when the named one is dragged. */
export function opposite(box: Box, corner: keyof typeof CORNERS): XY {
  const [x, y] = CORNERS[corner];
  return stepFrom(box, [-x, -y], 0);
}

function boxOf(instance: EditorInstance, keypoints: readonly number[]): Box | null {
  const points = new Float64Array(instance.points.length);
  for (const k of keypoints) points.set(instance.points.subarray(3 * k, 3 * k + 3), 3 * k);
  return pointsBox({ ...instance, points });
}

function grow([x, y, width, height]: Box, by: number): Box {
  return [x - by, y - by, width + 2 * by, height + 2 * by];
}

/** From the middle of a box to its edge or corner, and `further` beyond. */
function stepFrom([x, y, width, height]: Box, [sx, sy]: readonly [number, number], further: number): XY {
  return { x: x + (width * (1 + sx)) / 2 + sx * further, y: y + (height * (1 + sy)) / 2 + sy * further };
}

/** Places for grips: in the view, and clear of every point and of each other. */
class Places {
  readonly #taken: XY[] = [];

  constructor(
    private readonly editor: Editor,
    private readonly outline: Box,
  ) {}

  find(steps: readonly (readonly [number, number])[]): XY | null {
    const further = AWAY / this.editor.camera.value.scale;
    const wanted = steps.map((step) => stepFrom(this.outline, step, further));
    // Of what is larger than the view, a grip lies at the edge of the view.
    const found = [...wanted.filter((at) => this.#inView(at)), ...wanted.map((at) => this.#intoView(at))].find((at) => this.#free(at));
    if (found) this.#taken.push(found);
    return found ?? null;
  }

  #intoView(at: XY): XY {
    const { width, height } = this.editor.view.value;
    const low = this.editor.imageAt({ x: MARGIN, y: MARGIN });
    const high = this.editor.imageAt({ x: width - MARGIN, y: height - MARGIN });
    return { x: Math.max(low.x, Math.min(high.x, at.x)), y: Math.max(low.y, Math.min(high.y, at.y)) };
  }

  #inView(at: XY): boolean {
    const inside = this.#intoView(at);
    return inside.x === at.x && inside.y === at.y;
  }

  #free(at: XY): boolean {
    const reach = CLEARANCE / this.editor.camera.value.scale;
    const near = (x: number, y: number): boolean => distance(x, y, at.x, at.y) < reach;
    if (this.#taken.some(({ x, y }) => near(x, y))) return false;
    return !this.editor.instances.value.some(({ points }) => {
      for (let i = 0; i < points.length; i += 3) {
        if ((points[i + 2] ?? 0) > 0 && near(points[i] ?? 0, points[i + 1] ?? 0)) return true;
      }
      return false;
    });
  }
}
