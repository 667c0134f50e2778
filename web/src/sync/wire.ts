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
  if (points.length) {
    change.points = Object.fromEntries(points.map((k) => [String(k), [...after.points.subarray(3 * k, 3 * k + 3)]]));
  }
  for (const field of fields) Object.assign(change, { [field]: after[field] });
  return change;
}
