/** What is answered when left and right look exchanged. */
import { wordsFor } from "../chosen";
import type { Editor } from "../Editor";
import { swapped } from "./points";
import { spoken } from "../ontology";
import type { LikelySwap } from "../swapped";

export function acceptSwap(editor: Editor): void {
  const offer = editor.swapOffer.value;
  const instance = editor.selected.value;
  const skeleton = editor.skeleton(instance);
  if (!offer || !instance || !skeleton) return;
  const one = offer.keypoints.filter((k) => (skeleton.flip[k] ?? k) > k);
  const what = offer.whole ? instance.category : wordsFor(skeleton, one);
  editor.change(`Swap left and right of ${what}`, [swapped(instance, skeleton, one)]);
}

/** They stay as they are, and nobody asks again. */
export function declineSwap(editor: Editor): void {
  const offer = editor.swapOffer.value;
  if (offer) editor.sidesStand.value = new Set([...editor.sidesStand.value, offer.instance]);
}

/** "Left and right of elbow and wrist look exchanged." */
export function swapWords(editor: Editor, offer: LikelySwap): string {
  const instance = editor.selected.value;
  const skeleton = editor.skeleton(instance);
  const pairs = offer.keypoints.filter((k) => (skeleton?.flip[k] ?? k) > k);
  const names = pairs.map((k) => spoken(skeleton?.names[k] ?? "").replace(/\b(left|right) /i, ""));
  const few = names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}` : (names[0] ?? "");
  const limb = names.length > 4 ? `${String(names.length)} pairs of points` : few;
  return `Left and right of ${offer.whole ? `this ${instance?.category ?? ""}` : limb} look exchanged.`;
}
