/** What is done to the mask of the selected instance as a whole. Painting and drawing are in the tools. */
import { boxPolygon } from "../../geometry/polygons";
import { polygonsOf } from "../../geometry/simplify";
import { setBox, setMask } from "../instance";
import { maskLoops, maskShape, maskSpans, runsDocument } from "../mask";
import type { MaskShape } from "../mask";
import type { Editor } from "../Editor";
import type { EditorInstance } from "../types";

/** How far (pixels of the picture) a polygon may lie from the mask that it is made of. */
export const POLYGON_TOLERANCE = 1;

/** The selected instance with its mask, where it has one that can be read. */
export function selectedMask(editor: Editor): { instance: EditorInstance; shape: MaskShape } | null {
  const instance = editor.selected.value;
  const shape = maskShape(instance?.mask);
  return instance && shape && { instance, shape };
}

export function removeMask(editor: Editor): void {
  const instance = editor.selected.value;
  if (instance?.mask != null) editor.change(`Remove mask of ${instance.category}`, [setMask(instance, null)]);
}

export function boxFromMask(editor: Editor): void {
  const chosen = selectedMask(editor);
  if (chosen) editor.change(`Box around mask of ${chosen.instance.category}`, [setBox(chosen.instance, chosen.shape.bounds)]);
}

export function maskFromBox(editor: Editor): void {
  const instance = editor.selected.value;
  if (instance?.box) editor.change(`Mask from box of ${instance.category}`, [setMask(instance, [boxPolygon(instance.box)])]);
}

/** Pixels as polygons, to be moved by their vertices. */
export function polygonFromMask(editor: Editor): void {
  const chosen = selectedMask(editor);
  if (chosen?.shape.kind !== "runs") return;
  const parts = polygonsOf(maskLoops(chosen.shape), POLYGON_TOLERANCE);
  if (parts.length) editor.change(`Polygon from mask of ${chosen.instance.category}`, [setMask(chosen.instance, parts)]);
  else editor.message("The mask is too small for a polygon");
}

/** Polygons as pixels, to be painted on. */
export function maskFromPolygon(editor: Editor): void {
  const chosen = selectedMask(editor);
  const media = editor.media.value;
  if (chosen?.shape.kind !== "polygons" || !media) return;
  const document = runsDocument(maskSpans(chosen.shape, media) ?? new Float64Array(0), media, null);
  if (document) editor.change(`Pixels from polygon of ${chosen.instance.category}`, [setMask(chosen.instance, document)]);
  else editor.message("The polygon covers no pixel");
}
