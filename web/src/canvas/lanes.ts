/**
 * The lanes of a timeline. Where frames lie closer than pixels, marks that fall on one pixel are drawn once, so the
 * work is bound by the width, however long the film.
 */
import type { Span } from "../editor/lanes";
import type { FrameWindow, LaneRow } from "../editor/timeline";
import type { Context } from "./batches";

/** CSS pixels. */
export const LANE_HEIGHT = 22;
const KEY = 4.5;
/** Frames closer together than this show keys as ticks. */
const DENSE = 5;

export interface LaneColors {
  readonly line: string;
  readonly key: string;
  readonly muted: string;
  readonly doubt: string;
  readonly chosen: string;
  readonly ground: string;
}

export interface LaneLook {
  /** The rows in sight, and how far the first of them is pushed up, CSS pixels. */
  readonly rows: readonly LaneRow[];
  readonly offset: number;
  readonly width: number;
  readonly height: number;
  readonly window: FrameWindow;
  readonly colors: LaneColors;
  /** Frames of open routes of a row. */
  readonly routed: (row: LaneRow) => readonly number[];
  readonly isChosen: (row: LaneRow) => boolean;
  /** A key that is being carried. */
  readonly carried: { readonly row: LaneRow; readonly from: number; readonly to: number } | null;
}

/** Where the middle of a frame lies. */
export function xOf(frame: number, [from, to]: FrameWindow, width: number): number {
  return ((frame + 0.5 - from) / (to - from)) * width;
}

export function frameAt(x: number, [from, to]: FrameWindow, width: number): number {
  return Math.floor(from + (x / width) * (to - from));
}

export function drawLanes(context: Context, look: LaneLook): void {
  context.clearRect(0, 0, look.width, look.height);
  look.rows.forEach((row, i) => drawRow(context, look, row, i * LANE_HEIGHT - look.offset));
}

function drawRow(context: Context, look: LaneLook, row: LaneRow, top: number): void {
  const { colors, width } = look;
  const middle = top + LANE_HEIGHT / 2;
  if (look.isChosen(row)) {
    context.fillStyle = colors.chosen;
    context.fillRect(0, top, width, LANE_HEIGHT);
  }
  context.fillStyle = colors.line;
  context.fillRect(0, top + LANE_HEIGHT - 1, width, 1);
  if (row.point) drawJoint(context, look, row, middle);
  else drawTrack(context, look, row, middle);
  context.fillStyle = colors.doubt;
  eachPixel(look, look.routed(row), (x) => {
    context.beginPath();
    context.arc(x, top + 4, 2.5, 0, 2 * Math.PI);
    context.fill();
  });
}

function drawTrack(context: Context, look: LaneLook, row: LaneRow, middle: number): void {
  context.fillStyle = look.colors.muted;
  context.globalAlpha = 0.35;
  eachSpan(look, row.lane.presence, (x, width) => context.fillRect(x, middle - 4, width, 8));
  context.globalAlpha = 1;
  drawKeys(context, look, row, row.lane.frames, [], middle);
}

function drawJoint(context: Context, look: LaneLook, row: LaneRow, middle: number): void {
  const { point } = row;
  if (!point) return;
  context.fillStyle = look.colors.muted;
  eachSpan(look, point.between, (x, width) => context.fillRect(x, middle - 0.75, width, 1.5));
  // A hidden stretch is dashed: gaps of the ground are laid over the line.
  context.fillStyle = look.colors.ground;
  eachSpan(look, point.hidden, (x, width) => {
    for (let at = x; at < x + width; at += 7) context.fillRect(at, middle - 1, Math.min(3, x + width - at), 2);
  });
  drawKeys(context, look, row, point.keyed, point.hidden, middle);
}

function drawKeys(
  context: Context,
  look: LaneLook,
  row: LaneRow,
  frames: readonly number[],
  hidden: readonly Span[],
  y: number,
): void {
  const { colors, window, width, carried } = look;
  const dense = width / (window[1] - window[0]) < DENSE;
  const moved = carried && carried.row.track === row.track && carried.row.keypoint === row.keypoint ? carried : null;
  context.fillStyle = colors.key;
  context.strokeStyle = colors.key;
  context.lineWidth = 1.5;
  let span = 0;
  eachPixel(look, frames, (x, frame) => {
    if (frame === moved?.from) return;
    while ((hidden[span]?.[1] ?? Infinity) < frame) span++;
    const hollow = (hidden[span]?.[0] ?? Infinity) <= frame;
    if (dense && !hollow) context.fillRect(x - 0.75, y - 4, 1.5, 8);
    else drawDiamond(context, x, y, hollow ? colors.ground : null);
  });
  if (moved) {
    context.globalAlpha = 0.6;
    drawDiamond(context, xOf(moved.to, window, width), y, null);
    context.globalAlpha = 1;
  }
}

function drawDiamond(context: Context, x: number, y: number, inside: string | null): void {
  context.beginPath();
  context.moveTo(x, y - KEY);
  context.lineTo(x + KEY, y);
  context.lineTo(x, y + KEY);
  context.lineTo(x - KEY, y);
  context.closePath();
  if (inside === null) context.fill();
  else {
    const color = context.fillStyle;
    context.fillStyle = inside;
    context.fill();
    context.fillStyle = color;
    context.stroke();
  }
}

/** Index of the first of some ascending frames that is not before `frame`. */
export function firstFrom(frames: readonly number[], frame: number): number {
  let low = 0;
  let high = frames.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((frames[middle] ?? Infinity) < frame) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The frames in the window, at most one for each pixel. */
function eachPixel(look: LaneLook, frames: readonly number[], draw: (x: number, frame: number) => void): void {
  const { window, width } = look;
  const step = (window[1] - window[0]) / width;
  let frame = window[0] - 1;
  for (let i = firstFrom(frames, frame); i < frames.length; ) {
    frame = frames[i] ?? Infinity;
    if (frame > window[1]) return;
    draw(xOf(frame, window, width), frame);
    // The next one that lies a pixel further on.
    i = step > 1 ? Math.max(i + 1, firstFrom(frames, frame + step)) : i + 1;
  }
}

function eachSpan(look: LaneLook, spans: readonly Span[], draw: (x: number, width: number) => void): void {
  const { window, width } = look;
  const [from, to] = window;
  const scale = width / (to - from);
  for (const [first, last] of spans) {
    if (last + 1 < from || first > to) continue;
    const x = Math.max(0, (first - from) * scale);
    draw(x, Math.max(1, Math.min(width, (last + 1 - from) * scale) - x));
  }
}
