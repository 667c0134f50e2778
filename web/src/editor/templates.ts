/**
 * The template in hand: a pose that was dropped into a box. Points that a person set are fixed; the loose rest lies where
 * the pose prior expects it and follows every gesture that changes a fixed point or the box, whatever tool made it.
 */
import { signal } from "@preact/signals-core";
import type { Given, PosePrior } from "../geometry/prior";
import type { Editor } from "./Editor";
import { keypointCount, point, setPoints } from "./instance";
import type { Box, EditorInstance, Point } from "./types";

/** Which points were fixed when the instance looked like this. Undo brings the look back, and so this. */
interface Stage {
  readonly points: Float64Array;
  readonly fixed: ReadonlySet<number>;
  /** What the gesture that led here began with; its steps take each other's place. */
  readonly start: EditorInstance | null;
}

export interface Template {
  readonly instance: string;
  readonly category: string;
  readonly prior: PosePrior;
}

/** Pixels. What moves by less stays where it is, so that a point that is set where it lies makes no change. */
const STILL = 1e-6;

const NONE: ReadonlySet<number> = new Set();

export class Templates {
  /** null once all points count as set. */
  readonly open = signal<Template | null>(null);
  #stages: Stage[] = [];
  #box: Box | null = null;
  #given: Given | null = null;

  constructor(private readonly editor: Editor) {}

  /** The pose that is expected in the instance's box, all of it visible; null where the instance has no box with an area. */
  pose(instance: EditorInstance, prior: PosePrior): EditorInstance | null {
    return hasArea(instance.box) ? laid(instance, prior.given([]), instance.box, all(instance)) : null;
  }

  /** Take an instance that `pose` made in hand: all its points are loose. */
  take(instance: EditorInstance, prior: PosePrior): void {
    this.#stages = [{ points: instance.points, fixed: new Set(), start: null }];
    this.#box = instance.box;
    this.#given = null;
    this.open.value = { instance: instance.id, category: instance.category, prior };
  }

  /** All points count as set. */
  end(): void {
    this.open.value = null;
    this.#stages = [];
    this.#given = null;
  }

  /** End once another instance is chosen, or none; while its making is undone, it may still come back. */
  leave(): void {
    const template = this.open.peek();
    const { instance } = this.editor.selection.value;
    if (!template || template.instance === instance) return;
    if (instance !== null || !this.editor.store.row(template.instance)?.deleted) this.end();
  }

  /** Points of the instance that nobody has set yet. */
  loose(instance: EditorInstance): ReadonlySet<number> {
    if (this.open.value?.instance !== instance.id) return NONE;
    const { fixed } = this.#stage(instance);
    return new Set(all(instance).filter((k) => !fixed.has(k) && point(instance, k).v > 0));
  }

  /** From now on these points are set where they are. Returns those that were not before. */
  hold(instance: EditorInstance, keypoints: readonly number[]): number[] {
    const loose = this.loose(instance);
    const held = keypoints.filter((k) => loose.has(k));
    if (!held.length) return held;
    const { fixed } = this.#stage(instance);
    this.#stages.push({ points: instance.points, fixed: new Set([...fixed, ...held]), start: null });
    // Nothing else tells that it looks different now.
    this.open.value = this.open.value && { ...this.open.value };
    return held;
  }

  /** An instance as a gesture wants it, with the loose points where they are expected then. */
  follow(wanted: EditorInstance, start: EditorInstance | null): EditorInstance {
    const template = this.open.peek();
    const now = template?.instance === wanted.id ? this.editor.store.get(wanted.id) : null;
    if (!template || !now || wanted.deleted) return wanted;
    if (wanted.category !== template.category) {
      this.end();
      return wanted;
    }
    if (hasArea(wanted.box)) this.#box = wanted.box;
    const fixed = this.#fixed(now, wanted);
    const loose = all(wanted).filter((k) => !fixed.has(k));
    const followed = loose.length && this.#box ? laid(wanted, this.#givenBy(template, wanted, fixed), this.#box, loose) : wanted;
    if (this.#stages.at(-1)?.start === start) this.#stages.pop();
    this.#stages.push({ points: followed.points, fixed, start });
    return followed;
  }

  /** Points that differ were set, unless all went along with the box. What sides exchange, they exchange wholly. */
  #fixed(now: EditorInstance, wanted: EditorInstance): ReadonlySet<number> {
    const { fixed } = this.#stage(now);
    const differ = all(now).filter((k) => !alike(now.points, k, wanted.points, k));
    const moved = now.box?.[0] !== wanted.box?.[0] || now.box?.[1] !== wanted.box?.[1];
    if (!differ.length || (moved && differ.length === keypointCount(now))) return fixed;
    const flip = this.editor.skeleton(now)?.flip ?? [];
    const after = new Set(fixed);
    for (const k of differ) {
      const partner = flip[k] ?? k;
      if (partner !== k && alike(now.points, partner, wanted.points, k) && !fixed.has(partner)) after.delete(k);
      else after.add(k);
    }
    return after;
  }

  /** The stage at which the instance looked most like this, newest first; what differs even so, somebody else set. */
  #stage({ points }: EditorInstance): Stage {
    let best: Stage = { points, fixed: new Set(), start: null };
    let fewest = Infinity;
    for (const stage of this.#stages.toReversed()) {
      const differ: number[] = [];
      for (let k = 0; 3 * k < points.length; k++) if (!alike(stage.points, k, points, k)) differ.push(k);
      if (!differ.length) return stage;
      if (differ.length >= fewest) continue;
      fewest = differ.length;
      best = { points, fixed: new Set([...stage.fixed, ...differ]), start: null };
    }
    return best;
  }

  /** What is given is worked out once for each set of fixed points: it costs more than a step of a drag may. */
  #givenBy({ prior }: Template, instance: EditorInstance, fixed: ReadonlySet<number>): Given {
    const known = [...fixed].filter((k) => point(instance, k).v > 0).sort((a, b) => a - b);
    const kept = this.#given;
    if (kept?.fixed.length === known.length && known.every((k, n) => kept.fixed[n] === k)) return kept;
    return (this.#given = prior.given(known));
  }
}

/** The instance with these points where they are expected. */
function laid(instance: EditorInstance, given: Given, box: Box, keypoints: readonly number[]): EditorInstance {
  const mean = given.mean(instance.points, box);
  const places: (readonly [number, Point])[] = [];
  for (const k of keypoints) {
    const { x, y, v } = point(instance, k);
    const to = { x: mean[2 * k] ?? x, y: mean[2 * k + 1] ?? y, v: v || 2 };
    if (!v || Math.abs(to.x - x) > STILL || Math.abs(to.y - y) > STILL) places.push([k, to]);
  }
  return places.length ? setPoints(instance, places) : instance;
}

function hasArea(box: Box | null): box is Box {
  return box !== null && box[2] > 0 && box[3] > 0;
}

function all(instance: EditorInstance): number[] {
  return Array.from({ length: keypointCount(instance) }, (_, k) => k);
}

function alike(a: Float64Array, j: number, b: Float64Array, k: number): boolean {
  return a[3 * j] === b[3 * k] && a[3 * j + 1] === b[3 * k + 1] && a[3 * j + 2] === b[3 * k + 2];
}
