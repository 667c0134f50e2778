/** What a person calls an instance in a list: by its track, so that it keeps its name from frame to frame. */
import { keypointCount, labelledCount } from "./instance";
import { maskWord } from "./mask";
import type { EditorInstance } from "./types";

/** Tracks longer than this are made-up ids; their beginning tells them apart as well. */
const READABLE = 12;

export function instanceName(instance: EditorInstance, index: number): string {
  const { category, track } = instance;
  if (track === null) return `${category} ${String(index + 1)}`;
  return `${category} ${track.length > READABLE ? track.slice(0, 4) : track}`;
}

/** What of an instance is marked: "5 points · box · mask". */
export function contents(instance: EditorInstance): string {
  const parts: string[] = [];
  const points = labelledCount(instance);
  if (points) parts.push(points === 1 ? "1 point" : `${points} points`);
  if (instance.box) parts.push("box");
  if (instance.mask !== null) parts.push(maskWord(instance.mask));
  return parts.join(" · ") || (keypointCount(instance) ? "0 points" : "empty");
}

/** In the order of their tracks, so that a list of them looks the same in every frame. */
export function inOrder(instances: readonly EditorInstance[]): EditorInstance[] {
  const order = new Intl.Collator("en", { numeric: true });
  return instances.toSorted((a, b) => order.compare(a.track ?? "", b.track ?? ""));
}
