/** Sides that look exchanged: the same points under their mirror partners' names would be far likelier poses. */
import { distal } from "../geometry/graph";
import type { Given, PosePrior } from "../geometry/prior";
import type { Editor } from "./Editor";
import { labelledCount, pointsBox } from "./instance";
import type { Box, EditorInstance, EditorSkeleton } from "./types";

export interface LikelySwap {
  readonly instance: string;
  /** The keypoints that would change places with their partners, both sides of each pair. */
  readonly keypoints: readonly number[];
  /** All pairs of the skeleton, not those of some limbs only. */
  readonly whole: boolean;
  /** How much likelier the pose would be: a difference of log likelihoods. */
  readonly gain: number;
}

/** From here on the exchange is offered: benchmarks/swaps.py prints how often that is right. */
const FAR_LIKELIER = 12;
/** Fewer points tell no sides. */
const FEWEST = 6;
/** As many limbs are looked at, the largest first. */
const MOST_LIMBS = 12;

/** The exchange that makes the pose likeliest, if one makes it far likelier. */
export function likelySwap(prior: PosePrior, skeleton: EditorSkeleton, instance: EditorInstance): LikelySwap | null {
  const box = instance.box ?? pointsBox(instance);
  if (!box || !(box[2] > 0 && box[3] > 0) || labelledCount(instance) < FEWEST) return null;
  const likelihood = likelihoods(prior, box);
  const now = likelihood(instance.points);
  const labelled = (k: number): boolean => (instance.points[3 * k + 2] ?? 0) > 0;
  let best: LikelySwap | null = null;
  limbsOf(skeleton).forEach((keypoints, n) => {
    if (!keypoints.some(labelled)) return;
    const gain = likelihood(exchanged(instance.points, skeleton.flip, keypoints)) - now;
    if (gain > Math.max(FAR_LIKELIER, best?.gain ?? 0)) best = { instance: instance.id, keypoints, whole: n === 0, gain };
  });
  return best;
}

/** The offer for the selected instance, once it is at rest. */
export function offeredSwap(editor: Editor): LikelySwap | null {
  const instance = editor.selected.value;
  const skeleton = editor.skeleton(instance);
  const prior = instance && editor.priors.value.get(instance.category);
  if (!instance || !skeleton || !prior || editor.edits.inHand.value || editor.playback.playing.value) return null;
  if (prior.keypoints !== skeleton.flip.length || editor.sidesStand.value.has(instance.id)) return null;
  return likelySwap(prior, skeleton, instance);
}

const limbs = new WeakMap<EditorSkeleton, readonly (readonly number[])[]>();

/** All pairs at once, then those of every limb: what hangs on a keypoint, on both sides. */
function limbsOf(skeleton: EditorSkeleton): readonly (readonly number[])[] {
  const known = limbs.get(skeleton);
  if (known) return known;
  const { flip, edges } = skeleton;
  const paired = flip.map((_, k) => k).filter((k) => flip[k] !== k);
  const both = (keypoints: readonly number[]): number[] =>
    paired.filter((k) => keypoints.includes(k) || keypoints.includes(flip[k] ?? k));
  const sets = new Map([paired, ...paired.map((k) => both(distal(edges, k)))].map((set) => [set.join(), set]));
  const found = [...sets.values()].filter((set) => set.length).sort((a, b) => b.length - a.length).slice(0, MOST_LIMBS);
  limbs.set(skeleton, found);
  return found;
}

function exchanged(points: Float64Array, flip: readonly number[], keypoints: readonly number[]): Float64Array {
  const swapped = points.slice();
  for (const k of keypoints) {
    const partner = 3 * (flip[k] ?? k);
    swapped.set(points.subarray(partner, partner + 3), 3 * k);
  }
  return swapped;
}

/** Log likelihood of the labelled points; which ones are labelled mostly stays the same when sides change places. */
function likelihoods(prior: PosePrior, box: Box): (points: Float64Array) => number {
  const known = new Map<string, Given>();
  return (points) => {
    const labelled: number[] = [];
    for (let k = 0; 3 * k < points.length; k++) if ((points[3 * k + 2] ?? 0) > 0) labelled.push(k);
    const key = labelled.join();
    const given = known.get(key) ?? prior.given(labelled);
    known.set(key, given);
    return given.logLikelihood(points, box);
  };
}
