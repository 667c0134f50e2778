/** What the server's no means for what was sent. */
import type { ApiError, Schemas } from "../api/client";
import type { Conflict, EditorInstance } from "../editor/types";
import { instanceUnit, routeUnit, type Unit } from "./entries";
import { fromWire } from "./wire";

/** Somebody changed the same points; a person chooses. */
export interface SaveConflict {
  readonly instance: string;
  readonly fields: readonly string[];
  readonly theirs: EditorInstance;
}

/**
 * `away`: no server. `later`: it will take the same request another time. `signedOut`: when the person has signed in.
 * `narrow`: something in it is wrong, or it is too long. `never`: all of it is refused.
 */
export type Verdict = "away" | "later" | "signedOut" | "narrow" | "never";

export function verdict(error: unknown): Verdict {
  const { status } = error as Partial<ApiError>;
  if (!status) return "away";
  if (status === 401 || status === 403) return "signedOut";
  if (status === 404 || status === 413 || status === 422) return "narrow";
  return status < 400 || status >= 500 || status === 408 || status === 429 ? "later" : "never";
}

export function inWords(error: unknown): string {
  const { message, hint } = error as Partial<ApiError>;
  return [message ?? String(error), hint].filter(Boolean).join(". ");
}

/** Both versions of what is in conflict; empty when the answer does not tell, or speaks of nothing that was sent. */
export function conflictsIn(error: unknown, body: Schemas["SaveIn"] | null): SaveConflict[] {
  const { status, details } = error as Partial<ApiError>;
  const told: unknown = status === 409 ? details?.["conflicts"] : null;
  return Array.isArray(told) ? told.flatMap((one: unknown) => conflict(one, body)) : [];
}

const POINT = "points.";

/** A conflict as the editor shows it. */
export function conflictOf(
  { fields, theirs }: SaveConflict,
  mine: EditorInstance,
  more: number,
  resolve: Conflict["resolve"],
): Conflict {
  const points = fields.filter((field) => field.startsWith(POINT)).map((field) => Number(field.slice(POINT.length)));
  const others = fields.filter((field) => !field.startsWith(POINT) && field !== "deleted");
  // Told by an event, their deletion may lie under what is unsent already: then mine looks deleted too.
  const own = fields.includes("deleted") ? { ...mine, deleted: !theirs.deleted } : mine;
  return { mine: own, theirs, points: points.sort((a, b) => a - b), fields: others, more, resolve };
}

function conflict(one: unknown, body: Schemas["SaveIn"] | null): SaveConflict[] {
  const { instance, fields, theirs } = (one ?? {}) as { [K in keyof SaveConflict]?: unknown };
  const sent = body?.changes?.some((change) => change.instance === instance);
  const shape = theirs as Partial<Schemas["InstanceOut"]> | null | undefined;
  if (!sent || typeof instance !== "string" || shape?.id !== instance || !Array.isArray(shape.points)) return [];
  const named = Array.isArray(fields) ? fields.filter((field) => typeof field === "string") : [];
  return [{ instance, fields: named, theirs: fromWire(shape as Schemas["InstanceOut"]) }];
}

/** The one change that the server names as the bad one, or null. */
export function culprit(error: unknown, body: Schemas["SaveIn"] | null): Unit | null {
  const { where = "" } = error as Partial<ApiError>;
  const [, list, at] = /^\$\.(changes|routes)\[(\d+)\]/.exec(where) ?? [];
  const named = body?.changes?.find(({ instance }, n) =>
    list ? list === "changes" && n === Number(at) : where === `instance ${instance}` || where.startsWith(`instance ${instance},`),
  );
  if (named) return instanceUnit(named.instance);
  const route = list === "routes" ? body?.routes?.[Number(at)] : undefined;
  return route ? routeUnit(route.id) : null;
}
