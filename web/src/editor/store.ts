/** The instances that the page holds, by id and by frame. Every change bumps `version`. */
import { signal } from "@preact/signals-core";
import type { EditorInstance } from "./types";

const key = (media: number, frame: number): string => `${media}/${frame}`;

export class InstanceStore {
  /** Counts every change, the ones of a gesture in hand included. */
  readonly version = signal(0);
  readonly #byId = new Map<string, EditorInstance>();
  readonly #idsByFrame = new Map<string, Set<string>>();
  readonly #lists = new Map<string, readonly EditorInstance[]>();

  get(id: string | null): EditorInstance | null {
    return (id !== null && this.#byId.get(id)) || null;
  }

  /** The instances of one frame that are not deleted, oldest first. The same array until one of them changes. */
  at(media: number, frame: number): readonly EditorInstance[] {
    const place = key(media, frame);
    const known = this.#lists.get(place);
    if (known) return known;
    const list: EditorInstance[] = [];
    for (const id of this.#idsByFrame.get(place) ?? []) {
      const instance = this.#byId.get(id);
      if (instance && !instance.deleted) list.push(instance);
    }
    this.#lists.set(place, list);
    return list;
  }

  put(instances: Iterable<EditorInstance>): void {
    for (const instance of instances) {
      const old = this.#byId.get(instance.id);
      const place = key(instance.media, instance.frame);
      if (old && key(old.media, old.frame) !== place) {
        this.#idsByFrame.get(key(old.media, old.frame))?.delete(old.id);
        this.#lists.delete(key(old.media, old.frame));
      }
      this.#byId.set(instance.id, instance);
      const ids = this.#idsByFrame.get(place);
      if (ids) ids.add(instance.id);
      else this.#idsByFrame.set(place, new Set([instance.id]));
      this.#lists.delete(place);
    }
    this.version.value++;
  }

  /** Forget an instance altogether: a creation that was called off. */
  forget(id: string): void {
    const instance = this.#byId.get(id);
    if (!instance) return;
    const place = key(instance.media, instance.frame);
    this.#byId.delete(id);
    this.#idsByFrame.get(place)?.delete(id);
    this.#lists.delete(place);
    this.version.value++;
  }

  /** Frames of a media that hold at least one instance, ascending. */
  labelledFrames(media: number): number[] {
    const frames: number[] = [];
    for (const place of this.#idsByFrame.keys()) {
      const [m, f] = place.split("/").map(Number);
      if (m === media && f !== undefined && this.at(media, f).length) frames.push(f);
    }
    return frames.sort((a, b) => a - b);
  }
}
