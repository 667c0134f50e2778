/** Editor records to the server's JSON and back. */
import type { Schemas } from "../api/client";
import { changed } from "../editor/diff";
import type { Box, Diff, EditorInstance } from "../editor/types";

export function fromWire(instance: Schemas["InstanceOut"]): EditorInstance {
  return {
    ...instance,
    points: Float64Array.from(instance.points),
    scores: instance.scores ? Float32Array.from(instance.scores, (score) => score ?? NaN) : null,
    keyed: instance.keyed ? Uint8Array.from(instance.keyed) : null,
    box: (instance.box as Box | null | undefined) ?? null,
    track: instance.track ?? null,
    mask: instance.mask ?? null,
    confidence: instance.confidence ?? null,
    area: instance.area ?? null,
    crowd: instance.crowd ?? false,
  };
}

/** One change of the save protocol: what `diff` did, made on revision `base`. */
export function toChange(diff: Diff, base: number): Schemas["ChangeIn"] {
  const { before, after } = diff;
  const { points, fields } = changed(before, after);
  const change: Schemas["ChangeIn"] = { instance: diff.instance, base: before ? base : 0 };
  if (!before) Object.assign(change, { media: after.media, frame: after.frame, category: after.category });
  const said = points.filter((k) => !after.keyed || after.keyed[k]);
  if (said.length) {
    change.points = Object.fromEntries(said.map((k) => [String(k), [...after.points.subarray(3 * k, 3 * k + 3)]]));
    const scored = said.filter((k) => !Number.isNaN(after.scores?.[k] ?? NaN));
    if (scored.length) change.scores = Object.fromEntries(scored.map((k) => [String(k), after.scores?.[k] ?? 0]));
  }
  for (const field of fields) if (field !== "keyed") Object.assign(change, { [field]: after[field] });
  const begins = fields.includes("keyed");
  if (begins || said.length < points.length) change.keyed = keysOf(after, begins ? null : points);
  return change;
}

/** Which points are keyed: of the given ones, or the keyed ones of a row that has just got its keys. */
function keysOf({ keyed }: EditorInstance, points: readonly number[] | null): Record<string, boolean> | null {
  if (!keyed) return null;
  const told = points ?? [...keyed.keys()].filter((k) => keyed[k]);
  return Object.fromEntries(told.map((k) => [String(k), keyed[k] === 1]));
}
