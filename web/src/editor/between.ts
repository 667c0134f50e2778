/**
 * What a track says between its keys. Rows are sparse: a row with `keyed` gives the points that are keyed in it, all
 * other points are computed from the keys before and after. A row without `keyed` stands for itself and computes
 * nothing, so the rows of a track fall into runs. `vitruvian.labels.between` is the same on the server.
 */
import { interpolate } from "../geometry/interpolation";
import type { Interpolation } from "../geometry/interpolation";
import type { Box, EditorInstance } from "./types";

/** The rows of one track, by frame; none of them deleted. */
export type Rows = readonly EditorInstance[];

/** The object goes out of the picture here: every point is keyed as not there, and nothing else is marked. */
export function isEnd(row: EditorInstance): boolean {
  if (!row.keyed || row.box || row.mask !== null) return false;
  for (let k = 0; k < row.keyed.length; k++) if (!row.keyed[k] || (row.points[3 * k + 2] ?? 0) > 0) return false;
  return true;
}

/** Index of the last row at or before a frame; -1 before the first. */
export function rowBefore(rows: Rows, frame: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.frame ?? Infinity) <= frame) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Index of a row itself; -1 when it is none of them. */
export function indexOfRow(rows: Rows, row: EditorInstance): number {
  for (let i = rowBefore(rows, row.frame); rows[i]?.frame === row.frame; i--) if (rows[i] === row) return i;
  return -1;
}

/** Whether the frames after row `index`, up to the next row, are computed. */
export function spans(rows: Rows, index: number): boolean {
  const row = rows[index];
  return !!row?.keyed && !!rows[index + 1]?.keyed && !isEnd(row);
}

/** A row with the points that are not keyed in it, and its box, as the keys around say. */
export function resolveRow(rows: Rows, index: number, kind: Interpolation): EditorInstance | null {
  const row = rows[index];
  if (!row?.keyed) return row ?? null;
  if (row.box && row.keyed.every(Boolean)) return row;
  const points = pointsAt(rows, index, row.frame, kind, row);
  return { ...row, points, box: row.box ?? boxAt(rows, index, row.frame) };
}

/** The object in a frame that has no row; null where nothing is computed. */
export function betweenRows(rows: Rows, frame: number, kind: Interpolation, id: string): EditorInstance | null {
  const index = rowBefore(rows, frame);
  const row = rows[index];
  if (!row || row.frame === frame || !spans(rows, index)) return null;
  return {
    ...row,
    id,
    frame,
    points: pointsAt(rows, index, frame, kind, null),
    keyed: new Uint8Array(row.points.length / 3),
    box: boxAt(rows, index, frame),
    scores: null,
    mask: null,
    confidence: null,
    area: null,
    revision: 0,
    between: true,
  };
}

function pointsAt(rows: Rows, index: number, frame: number, kind: Interpolation, own: EditorInstance | null): Float64Array {
  const points = (own ?? rows[index])?.points.slice() ?? new Float64Array(0);
  for (let k = 0; 3 * k < points.length; k++) if (!own?.keyed?.[k]) setPointAt(points, rows, index, frame, kind, k);
  return points;
}

const isKey = (row: EditorInstance, k: number): boolean => !!row.keyed?.[k];
const isLabelled = (row: EditorInstance, k: number): boolean => (row.points[3 * k + 2] ?? 0) > 0;

/** Visibility is held from the key before; the place lies between labelled keys. Never keyed: as the row has it. */
function setPointAt(points: Float64Array, rows: Rows, index: number, frame: number, kind: Interpolation, k: number): void {
  let holds: EditorInstance | null = null;
  let any = false;
  const keys: EditorInstance[] = [];
  for (let i = index; i >= 0 && keys.length < 2; i--) {
    const row = rows[i];
    if (!row?.keyed) break;
    if (!isKey(row, k)) continue;
    holds ??= row;
    if (!isLabelled(holds, k)) break;
    if (isLabelled(row, k)) keys.unshift(row);
  }
  const before = keys.length;
  for (let i = index + 1; i < rows.length && keys.length < before + 2; i++) {
    const row = rows[i];
    if (!row?.keyed) break;
    if (!isKey(row, k)) continue;
    any = true;
    if (!holds) break;
    if (isLabelled(row, k)) keys.push(row);
  }
  if (!holds && !any) return;
  const v = holds?.points[3 * k + 2] ?? 0;
  const frames = keys.map((row) => row.frame);
  for (const axis of [0, 1]) {
    const values = keys.map((row) => row.points[3 * k + axis] ?? 0);
    points[3 * k + axis] = v > 0 ? interpolate(kind, frames, values, frame) : 0;
  }
  points[3 * k + 2] = v;
}

/** Straight between the boxes before and after, while the object is there. */
function boxAt(rows: Rows, index: number, frame: number): Box | null {
  const before = nearestBox(rows, index, -1);
  const after = nearestBox(rows, index + 1, 1);
  if (!before || !after) return before?.box ?? null;
  const at = (i: 0 | 1 | 2 | 3): number =>
    interpolate("linear", [before.frame, after.frame], [before.box[i], after.box[i]], frame);
  return [at(0), at(1), at(2), at(3)];
}

function nearestBox(rows: Rows, from: number, step: 1 | -1): (EditorInstance & { readonly box: Box }) | null {
  for (let i = from; ; i += step) {
    const row = rows[i];
    if (!row?.keyed || isEnd(row)) return null;
    if (row.box) return row as EditorInstance & { readonly box: Box };
  }
}
