/** What the outbox holds, and how it becomes requests: plain functions over entries. */
import type { Schemas } from "../api/client";
import { squash } from "../editor/diff";
import { newId } from "../editor/ids";
import type { Diff, RouteDiff } from "../editor/types";
import { toChange } from "./wire";

/** Sorts in the order of the gestures. Older pages let the database count. */
export type Key = string | number;

export interface Entry {
  readonly key: Key;
  readonly labelSet: number;
  /** The tab that sends it. */
  readonly tab: string;
  readonly diffs: readonly Diff[];
  readonly routes: readonly RouteDiff[];
  /** Set once it was part of a request: sending again must say the same. */
  readonly request: string | null;
}

/** The smallest thing that the server can take or refuse: what happened to one instance, or the answer to one route. */
export type Unit = string;

export const instanceUnit = (instance: string): Unit => `instance ${instance}`;
export const routeUnit = (route: number): Unit => `route ${String(route)}`;

/** Later than `last`, also when the clock was set back. */
export function nextKey(last: Key | undefined): Key {
  const before = typeof last === "string" ? Number.parseInt(last, 10) : 0;
  return `${String(Math.max(Date.now(), before + 1)).padStart(15, "0")}-${newId()}`;
}

export function unitsOf(entries: readonly Entry[]): Unit[] {
  const units = entries.flatMap(({ diffs, routes }) => [
    ...diffs.map(({ instance }) => instanceUnit(instance)),
    ...routes.map(({ route }) => routeUnit(route)),
  ]);
  return [...new Set(units)];
}

/** The part of an entry that is about some units. A route's answer goes with its gesture, if all of that is among them. */
function part(entry: Entry, among: (unit: Unit) => boolean): Entry {
  const diffs = entry.diffs.filter(({ instance }) => among(instanceUnit(instance)));
  const whole = entry.diffs.length > 0 && diffs.length === entry.diffs.length;
  return { ...entry, diffs, routes: whole ? entry.routes : entry.routes.filter(({ route }) => among(routeUnit(route))) };
}

/** An entry as two: what `among` names, and the rest, which comes after it; either may be missing. */
export function divide(entry: Entry, among: (unit: Unit) => boolean): { named: Entry | null; rest: Entry | null } {
  const named = part(entry, among);
  if (!named.diffs.length && !named.routes.length) return { named: null, rest: entry };
  const diffs = entry.diffs.filter((diff) => !named.diffs.includes(diff));
  const routes = entry.routes.filter((route) => !named.routes.includes(route));
  if (!diffs.length && !routes.length) return { named: entry, rest: null };
  return { named, rest: { ...entry, diffs, routes, key: `${String(entry.key)}+${newId()}` } };
}

/** The request that says all of a batch: several diffs of an instance are one change. */
export function request(id: string, batch: readonly Entry[], base: (diff: Diff) => number): Schemas["SaveIn"] {
  const joined = new Map<string, { first: Diff; last: Diff }>();
  for (const diff of batch.flatMap(({ diffs }) => diffs)) {
    joined.set(diff.instance, { first: joined.get(diff.instance)?.first ?? diff, last: diff });
  }
  const states = new Map(batch.flatMap(({ routes }) => routes).map(({ route, after }) => [route, after]));
  return {
    request: id,
    // The first and the last state are all that counts: an instance may have gone and come back in between.
    changes: [...joined.values()]
      .map(({ first, last }) => (first === last ? first : squash(first, last)))
      .filter((diff) => diff !== null)
      .map((diff) => toChange(diff, base(diff))),
    routes: [...states].map(([route, state]) => ({ id: route, state })),
  };
}

/** Instances that a batch made and took back again, so that the server never heard of them. */
export function unborn(batch: readonly Entry[], body: Schemas["SaveIn"]): Set<string> {
  const told = new Set(body.changes?.map(({ instance }) => instance));
  const made = batch.flatMap(({ diffs }) => diffs).filter(({ before }) => before === null);
  return new Set(made.map(({ instance }) => instance).filter((instance) => !told.has(instance)));
}

/** Entries as if they had been made on the given revisions: a reload must not see a conflict with one's own save. */
export function onRevisions(entries: readonly Entry[], revisions: ReadonlyMap<string, number>): Entry[] {
  return entries.map((entry) => {
    if (entry.request !== null || !entry.diffs.some(({ instance }) => revisions.has(instance))) return entry;
    return { ...entry, diffs: entry.diffs.map((diff) => onRevision(diff, revisions.get(diff.instance))) };
  });
}

function onRevision(diff: Diff, revision: number | undefined): Diff {
  return diff.before && revision !== undefined ? { ...diff, before: { ...diff.before, revision } } : diff;
}

/** Entries that bring back an instance which somebody else deleted: what was done to it says that it is there. */
export function reviving(entries: readonly Entry[], instance: string): Entry[] {
  const revived = (diff: Diff): Diff =>
    diff.instance === instance && diff.before && !diff.after.deleted ? { ...diff, before: { ...diff.before, deleted: true } } : diff;
  return entries.map((entry) =>
    entry.diffs.some((diff) => revived(diff) !== diff) ? { ...entry, diffs: entry.diffs.map(revived) } : entry,
  );
}

/** A gesture's diffs for a server that does not know some instances: the first of each makes it. Takes those off `from`. */
export function bearing(diffs: readonly Diff[], from: Set<string>): Diff[] {
  return diffs.map((diff) => (from.delete(diff.instance) ? { ...diff, before: null } : diff));
}
