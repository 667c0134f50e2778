/** Names of all points of an instance, beside them and clear of each other. */
import type { Size, XY } from "../geometry/types";
import type { Context } from "./batches";
import { FONT } from "./text";

const HEIGHT = 14;
const GAP = 8;

export interface PointName extends XY {
  /** Place in the skeleton's order, from 1. */
  readonly order: number;
  readonly name: string;
}

export interface PlacedName extends XY {
  readonly text: string;
  readonly width: number;
}

/** Where the middle of the left end of a text goes, the best side first. */
const SIDES: readonly ((at: XY, width: number) => XY)[] = [
  ({ x, y }) => ({ x: x + GAP, y }),
  ({ x, y }, width) => ({ x: x - GAP - width, y }),
  ({ x, y }, width) => ({ x: x - width / 2, y: y - GAP - HEIGHT / 2 }),
  ({ x, y }, width) => ({ x: x - width / 2, y: y + GAP + HEIGHT / 2 }),
];

/**
 * A place for each text at its point, CSS pixels. In a crowd a name gives way to its number alone, and where even that
 * has no room nothing is written: names over each other cannot be read.
 */
export function placeNames(points: readonly PointName[], view: Size, widthOf: (text: string) => number): PlacedName[] {
  const placed: PlacedName[] = [];
  const waiting: PointName[] = [];
  const place = (text: string, at: XY): boolean => {
    const width = widthOf(text);
    const found = SIDES.map((side) => ({ text, width, ...side(at, width) })).find((one) => inside(one, view) && !placed.some((other) => meet(one, other)));
    if (found) placed.push(found);
    return found !== undefined;
  };
  for (const point of points) if (!place(`${String(point.order)} ${point.name}`, point)) waiting.push(point);
  for (const point of waiting) place(String(point.order), point);
  return placed;
}

function inside({ x, y, width }: PlacedName, view: Size): boolean {
  return x >= 0 && x + width <= view.width && y >= HEIGHT / 2 && y + HEIGHT / 2 <= view.height;
}

function meet(a: PlacedName, b: PlacedName): boolean {
  return Math.abs(a.y - b.y) < HEIGHT && a.x < b.x + b.width && b.x < a.x + a.width;
}

export function drawNames(context: Context, points: readonly PointName[], view: Size): void {
  context.font = FONT;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = "rgba(0, 0, 0, 0.75)";
  context.fillStyle = "#ffffff";
  for (const { text, x, y } of placeNames(points, view, (text) => context.measureText(text).width)) {
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
}
