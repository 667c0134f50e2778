/** Masks by hand: the polygon that is drawn corner by corner, and the size of the brush. */
import { batch } from "@preact/signals-core";
import { inPicture } from "../../geometry/polygons";
import { rasterise } from "../../geometry/rasterise";
import { combineSpans } from "../../geometry/rle";
import { clamp } from "../../geometry/points";
import type { OpenPolygon } from "../drawing";
import type { Editor } from "../Editor";
import { setMask } from "../instance";
import { maskShape, maskSpans, runsDocument } from "../mask";
import type { MaskShape } from "../mask";
import type { EditorInstance, EditorMedia, XY } from "../types";
import type { Spans } from "../../geometry/rle";
import { freshInstance } from "./placing";

const FEWEST = 3;

/** The polygon that is being drawn in this very frame. */
export function openPolygon(editor: Editor): OpenPolygon | null {
  const polygon = editor.drawing.polygon.value;
  return polygon?.media === editor.media.value?.id && polygon?.frame === editor.frame.value ? polygon : null;
}

/** Begin a polygon for the selected instance, or for a new one. */
export function startPolygon(editor: Editor, at: XY, cut: boolean): void {
  const media = editor.media.value;
  const instance = editor.selected.value;
  if (!media) return;
  if (cut && !instance?.mask) {
    editor.message("Select an instance with a mask first: a hole is cut out of one");
    return;
  }
  const vertices = [inPicture(at, media.width, media.height)];
  editor.drawing.polygon.value = { media: media.id, frame: editor.frame.value, instance: instance?.id ?? null, vertices, cut };
}

export function addCorner(editor: Editor, at: XY): void {
  const polygon = openPolygon(editor);
  const media = editor.media.value;
  if (!polygon || !media) return;
  const vertices = [...polygon.vertices, inPicture(at, media.width, media.height)];
  editor.drawing.polygon.value = { ...polygon, vertices };
}

/** Take the newest corner back; the first one ends the drawing. False when nothing is being drawn. */
export function takeBackCorner(editor: Editor): boolean {
  const polygon = openPolygon(editor);
  if (!polygon) return false;
  const vertices = polygon.vertices.slice(0, -1);
  editor.drawing.polygon.value = vertices.length ? { ...polygon, vertices } : null;
  return true;
}

/** Call the drawing off. False when nothing was being drawn. */
export function dropPolygon(editor: Editor): boolean {
  const open = openPolygon(editor) !== null;
  editor.drawing.polygon.value = null;
  return open;
}

/** The polygon becomes a part of its instance's mask, or a hole in it. */
export function closePolygon(editor: Editor): void {
  const open = openPolygon(editor);
  const media = editor.media.value;
  if (!open || !media) return;
  if (open.vertices.length < FEWEST) {
    editor.message("A polygon needs three corners");
    return;
  }
  const flat = open.vertices.flatMap(({ x, y }) => [x, y]);
  const target = open.instance === null ? freshInstance(editor, editor.category.value) : editor.store.get(open.instance);
  batch(() => {
    editor.drawing.polygon.value = null;
    if (!target || target.deleted) return;
    const mask = joined(editor, target, flat, open.cut, media);
    if (mask === undefined) return;
    editor.change(`${open.cut ? "Cut from mask" : "Draw polygon"} of ${target.category}`, [setMask(target, mask)]);
    editor.select(target.id);
  });
}

/** The mask with the polygon in it; undefined, and told why, where that cannot be. */
function joined(editor: Editor, { mask }: EditorInstance, flat: number[], cut: boolean, media: EditorMedia): unknown {
  const shape = maskShape(mask);
  if (!cut && mask === null) return [flat];
  if (!cut && shape?.kind === "polygons") return [...shape.parts, flat];
  const spans = pixelsToEdit(editor, mask, shape, media);
  return spans && runsDocument(combineSpans(spans, rasterise(flat, media.width, media.height), cut ? "cut" : "add"), media, shape);
}

/** The pixels of a mask that is to be changed; undefined, and told why, where they cannot be. */
export function pixelsToEdit(editor: Editor, mask: unknown, shape: MaskShape | null, media: EditorMedia): Spans | undefined {
  const spans = mask != null && !shape ? null : maskSpans(shape, media);
  if (spans) return spans;
  editor.message(
    shape
      ? "This mask was made for a picture of another size and is kept as it is; remove it to make a new one"
      : "This mask cannot be read and is kept as it is; remove it to make a new one",
  );
  return undefined;
}

/** Nobody paints what they cannot see. */
export function showMasks(editor: Editor): void {
  const { masks, labels } = editor.options.value;
  if (!masks || !labels) editor.setOptions({ masks: true, labels: true });
}

const SMALLEST = 0.5;
const LARGEST = 400;
/** Of the picture's longer side: about the width of a hand in a picture of one person. */
const FIRST = 1 / 80;

export function brushRadius(editor: Editor): number {
  const media = editor.media.value;
  const first = media ? Math.round(FIRST * Math.max(media.width, media.height)) : 0;
  return editor.drawing.radius.value ?? clamp(first, 2, LARGEST);
}

export function resizeBrush(editor: Editor, factor: number): void {
  const now = brushRadius(editor);
  const next = now * factor;
  // Small ones by half pixels, so that each press does something.
  const stepped = factor > 1 ? Math.max(now + 0.5, Math.round(next)) : Math.min(now - 0.5, next > 4 ? Math.round(next) : now - 0.5);
  editor.drawing.radius.value = clamp(stepped, SMALLEST, LARGEST);
}
