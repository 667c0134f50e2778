/** What was done, to be taken back and done again. Holds gestures; editor/edits.ts turns them round. */
import { signal } from "@preact/signals-core";
import { isChange } from "./diff";
import type { Diff, Gesture } from "./types";

const LIMIT = 2000;
/** Key presses of one kind that follow each other this closely (ms) are one step of undo. */
const MERGE_WITHIN = 1000;

interface Entry {
  readonly gesture: Gesture;
  readonly mergeKey: string | null;
  readonly at: number;
}

export class History {
  readonly canUndo = signal<Gesture | null>(null);
  readonly canRedo = signal<Gesture | null>(null);
  #done: Entry[] = [];
  #undone: Entry[] = [];

  push(gesture: Gesture, mergeKey: string | null = null, at = performance.now()): void {
    const last = this.#done.at(-1);
    if (last && mergeKey !== null && last.mergeKey === mergeKey && at - last.at < MERGE_WITHIN) {
      this.#done.pop();
      const merged = merge(last.gesture, gesture);
      if (merged) this.#done.push({ gesture: merged, mergeKey, at });
    } else {
      this.#done.push({ gesture, mergeKey, at });
      if (this.#done.length > LIMIT) this.#done.shift();
    }
    this.#undone = [];
    this.#tell();
  }

  /** Take the newest gesture off; the caller turns it round. */
  undo(): Gesture | null {
    return this.#move(this.#done, this.#undone);
  }

  redo(): Gesture | null {
    return this.#move(this.#undone, this.#done);
  }

  /** Leave an instance out of what can be undone: somebody else's version of it was taken. */
  forget(instance: string): void {
    const without = (entry: Entry): Entry[] => {
      const diffs = entry.gesture.diffs.filter((diff) => diff.instance !== instance);
      if (diffs.length === entry.gesture.diffs.length) return [entry];
      return diffs.length || entry.gesture.routes.length ? [{ ...entry, gesture: { ...entry.gesture, diffs } }] : [];
    };
    this.#done = this.#done.flatMap(without);
    this.#undone = this.#undone.flatMap(without);
    this.#tell();
  }

  clear(): void {
    this.#done = [];
    this.#undone = [];
    this.#tell();
  }

  #move(from: Entry[], to: Entry[]): Gesture | null {
    const entry = from.pop();
    if (!entry) return null;
    // Merging must not reach across an undo.
    to.push({ ...entry, mergeKey: null });
    this.#tell();
    return entry.gesture;
  }

  #tell(): void {
    this.canUndo.value = this.#done.at(-1)?.gesture ?? null;
    this.canRedo.value = this.#undone.at(-1)?.gesture ?? null;
  }
}

function merge(first: Gesture, second: Gesture): Gesture | null {
  const diffs = new Map<string, Diff>(first.diffs.map((diff) => [diff.instance, diff]));
  for (const diff of second.diffs) {
    diffs.set(diff.instance, { ...diff, before: diffs.get(diff.instance)?.before ?? diff.before });
  }
  const kept = [...diffs.values()].filter((diff) => isChange(diff.before, diff.after));
  const routes = [...first.routes, ...second.routes];
  return kept.length || routes.length ? { ...second, diffs: kept, routes } : null;
}
