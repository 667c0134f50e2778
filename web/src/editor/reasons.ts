/**
 * Why a point is hidden, where somebody said so: COCO's visibility 1 alone does not tell another object in front from
 * the body's own arm, from blur or from the picture's edge. Kept by name among the attributes of the instance.
 */
import { point, visibility } from "./instance";
import { spoken } from "./ontology";
import type { TrackIndex } from "./tracks";
import type { EditorInstance, EditorSkeleton } from "./types";
import { keyName } from "./ownKeys";

export const REASONS = ["other_object", "self", "blur", "out_of_frame"] as const;
export type Reason = (typeof REASONS)[number];

const ATTRIBUTE = "hidden_because";
const WORDS: Record<string, string> = { self: "own body" };

/** As a person reads it; a file may say more than the four. */
export function reasonWords(reason: string): string {
  return WORDS[reason] ?? spoken(reason);
}

type Reasons = Readonly<Record<string, unknown>>;

function reasonsIn({ attributes }: EditorInstance): Reasons {
  const stated = attributes[ATTRIBUTE];
  return typeof stated === "object" && stated !== null && !Array.isArray(stated) ? (stated as Reasons) : {};
}

/** The reason that this very record states; null where it states none or the point is not hidden. */
export function statedReason(instance: EditorInstance, skeleton: EditorSkeleton | null, keypoint: number): string | null {
  const name = skeleton?.names[keypoint];
  const reason = name === undefined || visibility(instance, keypoint) !== 1 ? null : reasonsIn(instance)[name];
  return typeof reason === "string" && reason ? reason : null;
}

/** The same, on a track also from the key that holds the point hidden. */
export function reasonOf(
  tracks: TrackIndex,
  instance: EditorInstance,
  skeleton: EditorSkeleton | null,
  keypoint: number,
): string | null {
  if (visibility(instance, keypoint) !== 1) return null;
  if (!instance.keyed || instance.keyed[keypoint] || instance.track === null) return statedReason(instance, skeleton, keypoint);
  const held = tracks
    .rows(instance.media, instance.track)
    .findLast((row) => row.frame <= instance.frame && row.keyed?.[keypoint]);
  return held ? statedReason(held, skeleton, keypoint) : null;
}

/** State or take away reasons, by keypoint. */
export function withReasons(
  instance: EditorInstance,
  skeleton: EditorSkeleton,
  changes: Iterable<readonly [keypoint: number, reason: string | null]>,
): EditorInstance {
  const reasons: Record<string, unknown> = { ...reasonsIn(instance) };
  for (const [keypoint, reason] of changes) {
    const name = skeleton.names[keypoint];
    if (name === undefined) continue;
    if (reason === null) Reflect.deleteProperty(reasons, name);
    else reasons[name] = reason;
  }
  return stated(instance, reasons);
}

function stated(instance: EditorInstance, reasons: Reasons): EditorInstance {
  const attributes: Record<string, unknown> = { ...instance.attributes, [ATTRIBUTE]: reasons };
  if (!Object.keys(reasons).length) Reflect.deleteProperty(attributes, ATTRIBUTE);
  return { ...instance, attributes };
}

/** A row without the reasons of points that it does not hide, or no longer. */
export function tidyReasons(row: EditorInstance, skeleton: EditorSkeleton | null): EditorInstance {
  const reasons = reasonsIn(row);
  const names = Object.keys(reasons);
  if (!names.length || !skeleton) return row;
  const kept = names.filter((name) => {
    const keypoint = skeleton.names.indexOf(name);
    // What another version of the skeleton may know is left alone.
    return keypoint < 0 || (point(row, keypoint).v === 1 && (!row.keyed || row.keyed[keypoint] === 1));
  });
  return kept.length === names.length ? row : stated(row, Object.fromEntries(kept.map((name) => [name, reasons[name]])));
}

/** Reasons go with their points to the other side. */
export function swapReasons(
  instance: EditorInstance,
  skeleton: EditorSkeleton,
  only: readonly number[] | null = null,
): EditorInstance {
  const { flip, names } = skeleton;
  const before = reasonsIn(instance);
  if (!Object.keys(before).length) return instance;
  const touched = new Set([...(only ?? names.keys())].flatMap((k) => [k, flip[k] ?? k]));
  const moved = [...touched].map((k): [number, string | null] => {
    const reason = before[names[flip[k] ?? k] ?? ""];
    return [k, typeof reason === "string" ? reason : null];
  });
  return withReasons(instance, skeleton, moved);
}

/** " (Shift+1 to Shift+4: and why)" of a hint, where the reasons have keys. */
export function whyHidden(): string {
  const [first, last] = [REASONS[0], REASONS.at(-1) ?? REASONS[0]].map((reason) => keyName(`point.hidden.${reason}`));
  return first && last ? ` (${first} to ${last}: and why)` : "";
}
