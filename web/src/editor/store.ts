/**
 * The instances that the page holds, by id and by frame. Every change bumps `version`. On a video's tracks a record is
 * a row with keys; `get` and `at` give instances as they are seen, with the computed points and the computed instances
 * between rows, and `row` gives what is saved.
 */
import { signal } from "@preact/signals-core";
import { isEnd } from "./between";
import { TrackIndex } from "./tracks";
import type { EditorInstance } from "./types";

interface List {
  readonly stamp: number;
  readonly instances: readonly EditorInstance[];
}

export class InstanceStore {
  /** Counts every change, the ones of a gesture in hand included. */
  readonly version = signal(0);
  readonly tracks = new TrackIndex();
  readonly #byId = new Map<string, EditorInstance>();
  /** By media, then by frame. */
  readonly #ids = new Map<number, Map<number, Set<string>>>();
  readonly #lists = new Map<number, Map<number, List>>();

  /** An instance as it is seen, a computed one too. */
  get(id: string | null): EditorInstance | null {
    if (id === null) return null;
    const row = this.#byId.get(id) ?? null;
    if (row && !row.deleted) return this.tracks.resolved(row) ?? row;
    return this.tracks.made(id) ?? row;
  }

  /** An instance as it is saved; null for one that is computed. */
  row(id: string): EditorInstance | null {
    return this.#byId.get(id) ?? null;
  }

  /**
   * What an instance as it is seen says beyond the keys around it: computed points are not its own, nor is a box that
   * it had from there, now or at the `start` of a gesture. A box that is to become its own is a new array.
   */
  asRow(seen: EditorInstance, start: EditorInstance | null): EditorInstance {
    const { keyed, id } = seen;
    if (!keyed || seen.track === null) return seen;
    const row = this.row(id);
    // Of another category than before it is a row already: whole tracks change at once.
    if (row && row.category !== seen.category) return { ...seen, between: false };
    const computed = seen.box !== null && (seen.box === this.get(id)?.box || seen.box === start?.box);
    const points = seen.points.slice();
    for (let k = 0; k < keyed.length; k++) {
      if (keyed[k]) continue;
      // A key that is taken away leaves nothing behind.
      const kept = row?.keyed?.[k] ? null : row;
      for (let i = 3 * k; i < 3 * k + 3; i++) points[i] = kept?.points[i] ?? 0;
    }
    return {
      ...seen,
      between: false,
      points,
      box: computed ? (row?.box ?? null) : seen.box,
      revision: row?.revision ?? 0,
    };
  }

  /** The instances of one frame that are not deleted, oldest first. The same array until one of them changes. */
  at(media: number, frame: number): readonly EditorInstance[] {
    const stamp = this.tracks.stamp(media);
    const lists = inner(this.#lists, media);
    const known = lists.get(frame);
    if (known?.stamp === stamp) return known.instances;
    const list: EditorInstance[] = [];
    for (const id of this.#ids.get(media)?.get(frame) ?? []) {
      const row = this.#byId.get(id);
      const instance = row && !row.deleted ? this.tracks.resolved(row) : null;
      if (instance) list.push(instance);
    }
    list.push(...this.tracks.between(media, frame));
    const instances = known && same(known.instances, list) ? known.instances : list;
    lists.set(frame, { stamp, instances });
    return instances;
  }

  put(instances: Iterable<EditorInstance>): void {
    for (const instance of instances) {
      const old = this.#byId.get(instance.id) ?? null;
      if (old && (old.media !== instance.media || old.frame !== instance.frame)) this.#leave(old);
      this.#byId.set(instance.id, instance);
      const frames = inner(this.#ids, instance.media);
      const ids = frames.get(instance.frame);
      if (ids) ids.add(instance.id);
      else frames.set(instance.frame, new Set([instance.id]));
      this.#lists.get(instance.media)?.delete(instance.frame);
      this.tracks.update(old, instance);
    }
    this.version.value++;
  }

  /** Forget an instance altogether: a creation that was called off. */
  forget(id: string): void {
    const instance = this.#byId.get(id);
    if (!instance) return;
    this.#byId.delete(id);
    this.#leave(instance);
    this.tracks.update(instance, null);
    this.version.value++;
  }

  #leave({ id, media, frame }: EditorInstance): void {
    this.#ids.get(media)?.get(frame)?.delete(id);
    this.#lists.get(media)?.delete(frame);
  }

  /** Frames of a media that hold at least one instance of their own, ascending. */
  labelledFrames(media: number): number[] {
    const frames: number[] = [];
    for (const [frame, ids] of this.#ids.get(media) ?? []) {
      for (const id of ids) {
        const row = this.#byId.get(id);
        if (!row || row.deleted || (row.track !== null && isEnd(row))) continue;
        frames.push(frame);
        break;
      }
    }
    return frames.sort((a, b) => a - b);
  }
}

function inner<V>(outer: Map<number, Map<number, V>>, key: number): Map<number, V> {
  let found = outer.get(key);
  if (!found) outer.set(key, (found = new Map()));
  return found;
}

function same(a: readonly EditorInstance[], b: readonly EditorInstance[]): boolean {
  return a.length === b.length && a.every((instance, i) => instance === b[i]);
}
