/**
 * The difference between two states of an instance, by field and by point. Undo, a save that comes back late and
 * somebody else's change all use it, so that each touches only what it is about.
 */
import type { Diff, EditorInstance } from "./types";

/** Fields that stand or fall as one. */
const WHOLE = ["category", "track", "box", "mask", "area", "crowd", "attributes", "deleted"] as const;
/** Whether an instance has keys at all; which points are keyed goes point by point. */
const KEYED = "keyed";

export type WholeField = (typeof WHOLE)[number] | typeof KEYED;

export interface Changed {
  readonly points: readonly number[];
  readonly fields: readonly WholeField[];
}

/**
 * Keypoints and fields that differ. Coming into being (`before` null) touches every labelled or keyed point. Of a point
 * that is keyed neither before nor after, the row says nothing.
 */
export function changed(before: EditorInstance | null, after: EditorInstance): Changed {
  const points: number[] = [];
  // Keypoints of another category are other keypoints, whatever their numbers are.
  const other = before !== null && before.category !== after.category;
  for (let k = 0; 3 * k < after.points.length; k++) if (other || differs(before, after, k)) points.push(k);
  const fields: WholeField[] = WHOLE.filter((field) => !equal(before ? before[field] : initial(field), after[field]));
  if ((before?.keyed ?? null) === null ? after.keyed !== null : after.keyed === null) fields.push(KEYED);
  return { points, fields };
}

function differs(before: EditorInstance | null, after: EditorInstance, k: number): boolean {
  const is = !after.keyed || after.keyed[k] === 1;
  const was = before ? !before.keyed || before.keyed[k] === 1 : !after.keyed;
  if (!is && !was) return false;
  if (after.keyed && (!before || before.keyed) && is !== was) return true;
  const b = before?.points;
  const a = after.points;
  for (let i = 3 * k; i < 3 * k + 3; i++) if (!Object.is(b?.[i] ?? 0, a[i])) return true;
  return false;
}

function initial(field: (typeof WHOLE)[number]): unknown {
  if (field === "attributes") return {};
  if (field === "deleted" || field === "crowd") return false;
  return null;
}

/** Whether two JSON-like values say the same. */
export function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const one = a as Record<string, unknown>;
  const two = b as Record<string, unknown>;
  const keys = Object.keys(one);
  return keys.length === Object.keys(two).length && keys.every((key) => key in two && equal(one[key], two[key]));
}

/** Put what `diff` changed on top of another state of the same instance; the rest of that state stays. */
export function rebase(onto: EditorInstance, diff: Diff): EditorInstance {
  return copy(onto, diff.after, changed(diff.before, diff.after));
}

/** `onto` with the named points and fields taken from `from`. Revision, media and frame stay those of `onto`. */
export function copy(onto: EditorInstance, from: EditorInstance, what: Changed): EditorInstance {
  if (!what.points.length && !what.fields.length) return onto;
  const points = onto.points.slice();
  const scores = onto.scores?.slice() ?? null;
  const keyed = onto.keyed?.slice() ?? null;
  for (const k of what.points) {
    for (let i = 3 * k; i < 3 * k + 3; i++) points[i] = from.points[i] ?? 0;
    if (scores) scores[k] = from.scores?.[k] ?? NaN;
    if (keyed) keyed[k] = from.keyed?.[k] ?? 1;
  }
  const fields = Object.fromEntries(what.fields.map((field) => [field, from[field]]));
  if (what.fields.includes("category") && onto.category !== from.category) {
    return { ...onto, ...fields, points: from.points, scores: from.scores, keyed: from.keyed };
  }
  return { ...onto, points, scores, keyed, ...fields };
}

/** A diff turned round, or done again, on what is there now. */
export interface Turned {
  /** null when nothing is left to do. */
  readonly diff: Diff | null;
  /** What somebody else changed since, and which therefore stays. */
  readonly theirs: Changed;
}

const NOTHING: Changed = { points: [], fields: [] };

/** What takes `diff` back from `now`. */
export function reverse(diff: Diff, now: EditorInstance): Turned {
  if (diff.before) return turn(diff.after, diff.before, now);
  // Whoever worked on what was made here would lose that work with it.
  const theirs = now.deleted ? NOTHING : told(changed(diff.after, now));
  return isNothing(theirs) ? turned(now, { ...now, deleted: true }, theirs) : { diff: null, theirs };
}

/** What does `diff` again on `now`. */
export function again(diff: Diff, now: EditorInstance | null): Turned {
  if (diff.before) return now ? turn(diff.before, diff.after, now) : { diff: null, theirs: NOTHING };
  if (!now) return { diff: { ...diff, after: { ...diff.after, revision: 0 } }, theirs: NOTHING };
  return turned(now, { ...rebase(now, diff), deleted: false }, NOTHING);
}

/** Lead from one state to another, but for what is by now as in neither of the two. */
function turn(from: EditorInstance, to: EditorInstance, now: EditorInstance): Turned {
  if (now.deleted && !from.deleted && !to.deleted) return { diff: null, theirs: { points: [], fields: ["deleted"] } };
  const [what, sinceFrom, sinceTo] = [changed(from, to), changed(from, now), told(changed(to, now))];
  const theirs: Changed = {
    points: what.points.filter((k) => sinceFrom.points.includes(k) && sinceTo.points.includes(k)),
    fields: what.fields.filter((field) => sinceFrom.fields.includes(field) && sinceTo.fields.includes(field)),
  };
  const mine: Changed = {
    points: what.points.filter((k) => !theirs.points.includes(k)),
    fields: what.fields.filter((field) => !theirs.fields.includes(field)),
  };
  return turned(now, copy(now, to, mine), theirs);
}

function turned(now: EditorInstance, after: EditorInstance, theirs: Changed): Turned {
  return { diff: isChange(now, after) ? { instance: now.id, before: now, after } : null, theirs };
}

/** An area follows from mask and box, on the server too: that it is another is nobody's doing. */
function told({ points, fields }: Changed): Changed {
  return { points, fields: fields.filter((field) => field !== "area") };
}

export function isNothing({ points, fields }: Changed): boolean {
  return !points.length && !fields.length;
}

export function isChange(before: EditorInstance | null, after: EditorInstance): boolean {
  if (!before) return true;
  return !isNothing(changed(before, after));
}

/** Two diffs of one instance as one; null when together they change nothing. Undone creations vanish. */
export function squash(first: Diff, second: Diff): Diff | null {
  const diff: Diff = { instance: first.instance, before: first.before, after: second.after };
  if (!diff.before) return diff.after.deleted ? null : diff;
  return isChange(diff.before, diff.after) ? diff : null;
}
