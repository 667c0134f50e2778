/** A track as a timeline shows it: which frames it has, and for each keypoint what is keyed, computed, hidden. */
import { isEnd, spans } from "./between";
import type { Rows } from "./between";

/** First and last frame, both included. */
export type Span = readonly [from: number, to: number];

export interface PointLane {
  readonly keypoint: number;
  /** Frames in which the point is keyed (or, in a row that stands for itself, labelled). */
  readonly keyed: readonly number[];
  /** Frames in which it is computed from its keys. */
  readonly between: readonly Span[];
  /** Frames in which it is labelled but hidden. */
  readonly hidden: readonly Span[];
}

export interface TrackLane {
  readonly track: string;
  readonly category: string;
  /** Frames with a row, ends of presence included. */
  readonly frames: readonly number[];
  /** Frames in which the object is there, row or computed. */
  readonly presence: readonly Span[];
  /** By keypoint; worked out when a lane is opened. */
  readonly points: readonly PointLane[];
}

export function lane(track: string, rows: Rows): TrackLane {
  let points: readonly PointLane[] | null = null;
  return {
    track,
    category: rows[0]?.category ?? "",
    frames: rows.map(({ frame }) => frame),
    presence: presence(rows),
    get points() {
      return (points ??= Array.from({ length: (rows[0]?.points.length ?? 0) / 3 }, (_, k) => pointLane(rows, k)));
    },
  };
}

function presence(rows: Rows): Span[] {
  const found: Span[] = [];
  rows.forEach((row, i) => {
    if (isEnd(row)) return;
    extend(found, row.frame, spans(rows, i) ? (rows[i + 1]?.frame ?? 1) - 1 : row.frame);
  });
  return found;
}

function pointLane(rows: Rows, keypoint: number): PointLane {
  const keyed: number[] = [];
  const between: Span[] = [];
  const hidden: Span[] = [];
  let v = 0;
  rows.forEach((row, i) => {
    const own = row.keyed === null || !!row.keyed[keypoint];
    // A run begins anew beside a row that stands for itself.
    if (own) v = row.points[3 * keypoint + 2] ?? 0;
    else if (!rows[i - 1]?.keyed) v = 0;
    const end = spans(rows, i) ? (rows[i + 1]?.frame ?? 1) - 1 : row.frame;
    if (own && (row.keyed !== null || v > 0)) keyed.push(row.frame);
    if (v > 0 && (!own || end > row.frame)) extend(between, own ? row.frame + 1 : row.frame, end);
    if (v > 0 && v < 2) extend(hidden, row.frame, end);
  });
  return { keypoint, keyed, between, hidden };
}

function extend(list: Span[], from: number, to: number): void {
  const last = list.at(-1);
  if (last && last[1] + 1 >= from) list[list.length - 1] = [last[0], Math.max(last[1], to)];
  else list.push([from, to]);
}
