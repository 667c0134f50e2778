/**
 * What was done, to be taken back and done again. Holds gestures; editor/edits.ts turns them round, and whoever is its
 * `keeper` hears of every entry that changes.
 */
import { signal } from "@preact/signals-core";
import { isChange } from "./diff";
import type { Diff, Gesture } from "./types";

const LIMIT = 2000;
/** Key presses of one kind that follow each other this closely (ms) are one step of undo. */
const MERGE_WITHIN = 1000;

/** A gesture at its place in the history. */
export interface Past {
  /** Larger the later it was done; never used twice. */
  readonly order: number;
  readonly gesture: Gesture;
  /** Taken back, and waits to be done again. */
  readonly undone: boolean;
}

/** Writes down what changed, and drops the entries of the orders in `gone`. */
export type Keeper = (changed: readonly Past[], gone: readonly number[]) => void;

interface Entry {
  readonly order: number;
  readonly gesture: Gesture;
  readonly mergeKey: string | null;
  readonly at: number;
}

export class History {
  readonly canUndo = signal<Gesture | null>(null);
  readonly canRedo = signal<Gesture | null>(null);
  keeper: Keeper | null = null;
  #done: Entry[] = [];
  #undone: Entry[] = [];
  #last = 0;

  /** Begin with what an earlier page did, oldest first. */
  restore(past: readonly Past[]): void {
    const entries = past.map(({ order, gesture }): Entry => ({ order, gesture, mergeKey: null, at: -Infinity }));
    this.#done = entries.filter((_, n) => past[n]?.undone === false);
    this.#undone = entries.filter((_, n) => past[n]?.undone).reverse();
    this.#last = entries.reduce((last, { order }) => Math.max(last, order), this.#last);
    this.#tell([], []);
  }

  push(gesture: Gesture, mergeKey: string | null = null, at = performance.now()): void {
    const last = this.#done.at(-1);
    const gone = this.#undone;
    this.#undone = [];
    if (last && mergeKey !== null && last.mergeKey === mergeKey && at - last.at < MERGE_WITHIN) {
      this.#done.pop();
      const merged = merge(last.gesture, gesture);
      const entry = merged && { order: last.order, gesture: merged, mergeKey, at };
      if (entry) this.#done.push(entry);
      this.#tell(entry ? [entry] : [], entry ? gone : [...gone, last]);
    } else {
      const entry = { order: ++this.#last, gesture, mergeKey, at };
      this.#done.push(entry);
      const oldest = this.#done.length > LIMIT ? this.#done.shift() : undefined;
      this.#tell([entry], oldest ? [...gone, oldest] : gone);
    }
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
    const changed: Entry[] = [];
    const gone: Entry[] = [];
    const without = (entry: Entry): Entry[] => {
      const diffs = entry.gesture.diffs.filter((diff) => diff.instance !== instance);
      if (diffs.length === entry.gesture.diffs.length) return [entry];
      const rest = { ...entry, gesture: { ...entry.gesture, diffs } };
      const stays = diffs.length > 0 || entry.gesture.routes.length > 0;
      (stays ? changed : gone).push(rest);
      return stays ? [rest] : [];
    };
    this.#done = this.#done.flatMap(without);
    this.#undone = this.#undone.flatMap(without);
    this.#tell(changed, gone);
  }

  clear(): void {
    const gone = [...this.#done, ...this.#undone];
    this.#done = [];
    this.#undone = [];
    this.#tell([], gone);
  }

  #move(from: Entry[], to: Entry[]): Gesture | null {
    const entry = from.pop();
    if (!entry) return null;
    // Merging must not reach across an undo.
    const moved = { ...entry, mergeKey: null };
    to.push(moved);
    this.#tell([moved], []);
    return entry.gesture;
  }

  #tell(changed: readonly Entry[], gone: readonly Entry[]): void {
    this.canUndo.value = this.#done.at(-1)?.gesture ?? null;
    this.canRedo.value = this.#undone.at(-1)?.gesture ?? null;
    if (!this.keeper || (!changed.length && !gone.length)) return;
    const undone = new Set(this.#undone);
    this.keeper(
      changed.map((entry) => ({ order: entry.order, gesture: entry.gesture, undone: undone.has(entry) })),
      gone.map(({ order }) => order),
    );
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
