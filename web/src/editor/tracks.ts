/**
 * The tracks of the videos that the page holds: their rows, what is computed between them, and their lanes for a
 * timeline. Everything is worked out when it is asked for, and kept until a row of that very track changes.
 */
import { signal } from "@preact/signals-core";
import type { Interpolation } from "../geometry/interpolation";
import { betweenRows, indexOfRow, isEnd, resolveRow, rowBefore } from "./between";
import type { Rows } from "./between";
import { lane } from "./lanes";
import type { TrackLane } from "./lanes";
import type { EditorInstance } from "./types";

interface Track {
  readonly media: number;
  readonly id: string;
  /** By frame, none deleted. */
  rows: EditorInstance[];
  /** By id of the row, or by frame where there is none. */
  readonly shown: Map<string | number, EditorInstance | null>;
  lane: TrackLane | null;
}

interface Place {
  readonly media: number;
  readonly track: string;
  readonly frame: number;
}

export class TrackIndex {
  /** How positions between keys are found; a setting of the label set. */
  readonly interpolation = signal<Interpolation>("pchip");
  /** A track that waits for the one that it is to be joined with. */
  readonly joining = signal<string | null>(null);
  readonly #tracks = new Map<number, Map<string, Track>>();
  /** Tracks with a keyed row, the only ones that compute anything. */
  readonly #keyed = new Map<number, Set<Track>>();
  readonly #stamps = new Map<number, number>();
  readonly #made = new Map<string, Place>();

  /** Changes with every change of what is computed in a media. */
  stamp(media: number): number {
    return this.#stamps.get(media) ?? 0;
  }

  setInterpolation(kind: Interpolation): void {
    this.interpolation.value = kind;
    for (const [media, tracks] of this.#tracks) {
      for (const track of tracks.values()) track.shown.clear();
      this.#stamps.set(media, this.stamp(media) + 1);
    }
  }

  /** Take note of a row as it was and as it is; null where there is none. */
  update(old: EditorInstance | null, now: EditorInstance | null): void {
    const before = old && !old.deleted && old.track !== null ? this.#track(old.media, old.track) : null;
    const after = now && !now.deleted && now.track !== null ? this.#track(now.media, now.track) : null;
    let shown: EditorInstance | null = null;
    if (old && now && before && before === after && old.frame === now.frame) {
      before.rows[indexOfRow(before.rows, old)] = now;
      shown = withOwn(before.shown.get(old.id) ?? null, old, now);
    } else {
      if (before) before.rows.splice(indexOfRow(before.rows, old as EditorInstance), 1);
      if (after) after.rows.splice(rowBefore(after.rows, (now as EditorInstance).frame) + 1, 0, now as EditorInstance);
    }
    for (const track of new Set([before, after])) if (track) this.#touch(track);
    if (shown) after?.shown.set(shown.id, shown);
  }

  #track(media: number, id: string): Track {
    let tracks = this.#tracks.get(media);
    if (!tracks) this.#tracks.set(media, (tracks = new Map()));
    let track = tracks.get(id);
    if (!track) tracks.set(id, (track = { media, id, rows: [], shown: new Map(), lane: null }));
    return track;
  }

  #touch(track: Track): void {
    track.lane = null;
    track.shown.clear();
    const keyed = this.#keyed.get(track.media) ?? new Set();
    this.#keyed.set(track.media, keyed);
    const was = keyed.has(track);
    const is = track.rows.some((row) => row.keyed !== null);
    if (is) keyed.add(track);
    else keyed.delete(track);
    if (was || is) this.#stamps.set(track.media, this.stamp(track.media) + 1);
  }

  /** Rows of a track as they are saved, by frame; points that are not keyed say nothing there. */
  rows(media: number, track: string): Rows {
    return this.#tracks.get(media)?.get(track)?.rows ?? [];
  }

  /** A row with its computed points; null where the object has left the picture. */
  resolved(row: EditorInstance): EditorInstance | null {
    if (!row.keyed || row.track === null || row.deleted) return row;
    const track = this.#track(row.media, row.track);
    const known = track.shown.get(row.id);
    if (known !== undefined) return known;
    const index = indexOfRow(track.rows, row);
    const shown = isEnd(row) ? null : index < 0 ? row : resolveRow(track.rows, index, this.interpolation.peek());
    track.shown.set(row.id, shown);
    return shown;
  }

  /** The object in a frame, row or computed; null where it is not. */
  at(media: number, track: string, frame: number): EditorInstance | null {
    const found = this.#tracks.get(media)?.get(track);
    const row = found?.rows[rowBefore(found.rows, frame)];
    if (!found || !row) return null;
    return row.frame === frame ? this.resolved(row) : this.#between(found, frame);
  }

  /** The computed instances of a frame. */
  between(media: number, frame: number): EditorInstance[] {
    const found: EditorInstance[] = [];
    for (const track of this.#keyed.get(media) ?? []) {
      const instance = this.#between(track, frame);
      if (instance) found.push(instance);
    }
    return found;
  }

  /** The computed instance that has this id, if it was shown before and is computed still. */
  made(id: string): EditorInstance | null {
    const place = this.#made.get(id);
    const track = place && this.#tracks.get(place.media)?.get(place.track);
    return place && track ? this.#between(track, place.frame) : null;
  }

  #between(track: Track, frame: number): EditorInstance | null {
    const known = track.shown.get(frame);
    if (known !== undefined) return known;
    const id = betweenId(track.media, track.id, frame);
    const instance = betweenRows(track.rows, frame, this.interpolation.peek(), id);
    track.shown.set(frame, instance);
    if (instance) this.#made.set(id, { media: track.media, track: track.id, frame });
    return instance;
  }

  /** One lane a track, in the order in which the tracks begin. */
  lanes(media: number): TrackLane[] {
    const tracks = [...(this.#tracks.get(media)?.values() ?? [])].filter(({ rows }) => rows.length);
    return tracks
      .map((track) => (track.lane ??= lane(track.id, track.rows)))
      .sort((a, b) => (a.frames[0] ?? 0) - (b.frames[0] ?? 0));
  }
}

/**
 * A row as it is seen after an edit that moved its own keys only, as each move of a drag does: its other points do not
 * depend on them. null where that cannot be told so cheaply.
 */
function withOwn(seen: EditorInstance | null, old: EditorInstance, now: EditorInstance): EditorInstance | null {
  const { keyed } = now;
  if (!seen || !keyed || !old.keyed || old.category !== now.category || !old.box !== !now.box || isEnd(now)) return null;
  const points = now.points.slice();
  for (let k = 0; k < keyed.length; k++) {
    if (keyed[k] !== old.keyed[k]) return null;
    if (!keyed[k]) for (let i = 3 * k; i < 3 * k + 3; i++) points[i] = seen.points[i] ?? 0;
  }
  return { ...now, points, box: now.box ?? seen.box };
}

/**
 * The id that a row gets when a computed instance is edited. Made from its place, so that two people who key
 * different points of one frame at the same time write into one row.
 */
export function betweenId(media: number, track: string, frame: number): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < track.length; i++) {
    a = Math.imul(a ^ track.charCodeAt(i), 2654435761);
    b = Math.imul(b ^ track.charCodeAt(i), 1597334677);
  }
  const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, "0");
  return `t${media.toString()}-${hex(a ^ (b >>> 13))}${hex(b ^ (a >>> 16))}-${frame.toString()}`;
}
