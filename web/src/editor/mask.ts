/**
 * What an instance's mask says. The record holds COCO's segmentation as it came, word for word: a list of polygons, or
 * a run-length document with its lengths as a list or as packed text. It is read here, once for each record, and only
 * an edit of the mask itself writes another.
 */
import { unionBox } from "../geometry/boxes";
import { isHole, outlines } from "../geometry/outline";
import type { Loop } from "../geometry/outline";
import { movePolygon, polygonBounds, polygonContains, signedArea } from "../geometry/polygons";
import type { Polygon } from "../geometry/polygons";
import { rasterise } from "../geometry/rasterise";
import {
  combineSpans, countsOfSpans, NOTHING, packCounts, spansArea, spansBounds, spansContain, spansOfCounts, unpackCounts,
} from "../geometry/rle";
import type { Spans } from "../geometry/rle";
import type { Box, Size, XY } from "./types";

export type MaskShape =
  | { readonly kind: "polygons"; readonly parts: readonly Polygon[]; readonly bounds: Box }
  | {
      readonly kind: "runs";
      readonly size: Size;
      readonly spans: Spans;
      /** The lengths stand as text rather than as a list. */
      readonly packed: boolean;
      readonly bounds: Box;
    };

/** A corner farther out than this (pixels) is a mistake, and the way there would be long; the server refuses it too. */
const FARTHEST = 100_000;

const shapes = new WeakMap<object, MaskShape | null>();
const loops = new WeakMap<MaskShape, readonly Loop[]>();

/** The mask as a shape; null where there is none, or nothing in it, or it is no COCO segmentation. */
export function maskShape(mask: unknown): MaskShape | null {
  if (typeof mask !== "object" || mask === null) return null;
  const known = shapes.get(mask);
  if (known !== undefined) return known;
  const shape = Array.isArray(mask) ? polygonShape(mask) : runsShape(mask as Record<string, unknown>);
  shapes.set(mask, shape);
  return shape;
}

function polygonShape(mask: readonly unknown[]): MaskShape | null {
  const numbers = (part: unknown): part is number[] =>
    Array.isArray(part) && part.length >= 6 && part.length % 2 === 0 && part.every((value) => Math.abs(value as number) <= FARTHEST);
  const parts = mask.filter(numbers);
  const bounds = parts.map(polygonBounds).reduce(unionBox, null);
  return bounds && parts.length === mask.length ? { kind: "polygons", parts, bounds } : null;
}

function runsShape(mask: Readonly<Record<string, unknown>>): MaskShape | null {
  const { size, counts } = mask;
  if (!Array.isArray(size) || size.length !== 2) return null;
  const [height, width] = size as [number, number];
  const packed = typeof counts === "string";
  if (!packed && !Array.isArray(counts)) return null;
  try {
    const spans = spansOfCounts(packed ? unpackCounts(counts) : (counts as number[]), height * width);
    const bounds = spansBounds(spans, height);
    return bounds && { kind: "runs", size: { width, height }, spans, packed, bounds };
  } catch {
    return null;
  }
}

/** The document of painted pixels, spelled as the one it replaces; null where nothing is covered. */
export function runsDocument(spans: Spans, size: Size, like: MaskShape | null): object | null {
  const bounds = spansBounds(spans, size.height);
  if (!bounds) return null;
  const packed = like?.kind !== "runs" || like.packed;
  const counts = countsOfSpans(spans, size.width * size.height);
  const document = { size: [size.height, size.width], counts: packed ? packCounts(counts) : counts };
  // It need not be read again: the next step of the stroke and the canvas take it from here.
  shapes.set(document, { kind: "runs", size, spans, packed, bounds });
  return document;
}

/** The pixels of a picture that a mask covers; null where it was made for a picture of another size. */
export function maskSpans(shape: MaskShape | null, { width, height }: Size): Spans | null {
  if (!shape) return NOTHING;
  if (shape.kind === "runs") return shape.size.width === width && shape.size.height === height ? shape.spans : null;
  return shape.parts.reduce((all, part) => combineSpans(all, rasterise(part, width, height), "add"), NOTHING);
}

/** Outlines that cover the mask when filled, all parts the same way around and holes the other. */
export function maskLoops(shape: MaskShape): readonly Loop[] {
  const known = loops.get(shape);
  if (known) return known;
  const found = shape.kind === "runs" ? outlines(shape.spans, shape.size.height) : shape.parts.map(clockwise);
  loops.set(shape, found);
  return found;
}

function clockwise(polygon: Polygon): Polygon {
  if (signedArea(polygon) >= 0) return polygon;
  const turned: number[] = [];
  for (let i = polygon.length - 2; i >= 0; i -= 2) turned.push(polygon[i] ?? 0, polygon[i + 1] ?? 0);
  return turned;
}

export function maskContains(shape: MaskShape, { x, y }: XY): boolean {
  const [left, top, width, height] = shape.bounds;
  if (x < left || y < top || x >= left + width || y >= top + height) return false;
  if (shape.kind === "polygons") return shape.parts.some((part) => polygonContains(part, x, y));
  return spansContain(shape.spans, Math.floor(x) * shape.size.height + Math.floor(y));
}

/** Square pixels; parts that overlap count twice, as they do in COCO's own files. */
export function maskArea(shape: MaskShape): number {
  if (shape.kind === "runs") return spansArea(shape.spans);
  return shape.parts.reduce((sum, part) => sum + Math.abs(signedArea(part)), 0);
}

/**
 * The mask moved with its instance. Pixels move by whole ones; what leaves the picture is lost, so the way is always
 * measured from where the gesture began.
 */
export function moveMask(mask: unknown, dx: number, dy: number): unknown {
  const shape = maskShape(mask);
  if (!shape) return mask;
  if (shape.kind === "polygons") return shape.parts.map((part) => movePolygon(part, dx, dy));
  const [right, down] = [Math.round(dx), Math.round(dy)];
  if (!right && !down) return mask;
  return runsDocument(moveSpans(shape.spans, shape.size, right, down), shape.size, shape);
}

function moveSpans(spans: Spans, { width, height }: Size, right: number, down: number): Spans {
  const counts: number[] = [];
  for (let i = 0; i < spans.length; i += 2) {
    const end = spans[i + 1] ?? 0;
    for (let at = spans[i] ?? 0; at < end; ) {
      const x = Math.floor(at / height);
      const stop = Math.min(end, (x + 1) * height);
      const top = Math.max(0, at - x * height + down);
      const bottom = Math.min(height, stop - x * height + down);
      const start = (x + right) * height + top;
      if (x + right >= 0 && x + right < width && bottom > top) {
        if (counts.at(-1) === start) counts.pop();
        else counts.push(start);
        counts.push(start + bottom - top);
      }
      at = stop;
    }
  }
  return Float64Array.from(counts);
}

/**
 * The mask turned or scaled with its instance, by where `to` takes each place. Corners of polygons go exactly there.
 * Pixels cannot: their outline goes there and is filled anew, so it is always the mask at the start of the gesture
 * that should be given; what leaves the picture is lost.
 */
export function mapMask(mask: unknown, to: (at: XY) => XY): unknown {
  const shape = maskShape(mask);
  if (!shape) return mask;
  const map = (polygon: Polygon): number[] => {
    const mapped: number[] = [];
    for (let i = 0; i + 1 < polygon.length; i += 2) {
      const { x, y } = to({ x: polygon[i] ?? 0, y: polygon[i + 1] ?? 0 });
      mapped.push(x, y);
    }
    return mapped;
  };
  if (shape.kind === "polygons") return shape.parts.map(map);
  const { width, height } = shape.size;
  // From the outside in: a hole is cut out of what lies around it, and an island is put into the hole.
  const nested = maskLoops(shape).toSorted((a, b) => Math.abs(signedArea(b)) - Math.abs(signedArea(a)));
  const spans = nested.reduce(
    (all, loop) => combineSpans(all, rasterise(map(loop), width, height), isHole(loop) ? "cut" : "add"),
    NOTHING,
  );
  return runsDocument(spans, shape.size, shape);
}

/** What the mask is, for people. */
export function maskWord(mask: unknown): string {
  return Array.isArray(mask) ? "polygon" : "mask";
}
