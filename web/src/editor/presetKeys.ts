/** Keys as in other programs, for who has them in the fingers. What they displace stays in the palette. */
import { chooseKeys, ownKeys, takeAway } from "./ownKeys";
import type { CommandId } from "./types";

/** CVAT's defaults, where it has the command. */
export const CVAT_KEYS: readonly (readonly [CommandId, readonly string[]])[] = [
  ["frame.next", ["F"]],
  ["frame.previous", ["D"]],
  ["frame.forward", ["V"]],
  ["frame.backward", ["C"]],
  ["instance.new", ["N"]],
  ["instance.delete", ["Delete", "Shift+Delete"]],
  ["instance.next", ["Tab"]],
  ["instance.previous", ["Shift+Tab"]],
  ["point.hidden", ["Q", "1"]],
  ["track.key", ["K"]],
  ["track.nextKey", ["R"]],
  ["track.previousKey", ["E"]],
  ["track.end", ["O"]],
  ["track.join", ["M"]],
  ["track.split", ["Alt+M"]],
  ["play.toggle", ["Space"]],
];

export function likeCvat(): void {
  ownKeys.value = new Map();
  for (const [id, keys] of CVAT_KEYS) {
    for (const chord of keys) takeAway(chord, id);
    chooseKeys(id, keys);
  }
}
