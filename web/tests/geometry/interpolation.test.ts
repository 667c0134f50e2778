import { describe, expect, it } from "vitest";
import CASES from "../../../tests/vectors/interpolation.json";
import { interpolate } from "../../src/geometry/interpolation";

describe.each(["linear", "pchip"] as const)("%s interpolation", (kind) => {
  it("is the server's and scipy's", () => {
    for (const { keys, values, at, ...expected } of CASES) {
      at.forEach((t, i) => expect(interpolate(kind, keys, values, t)).toBeCloseTo(expected[kind][i] ?? NaN, 9));
    }
  });

  it("needs no more than two keys on either side", () => {
    for (const { keys, values, at } of CASES) {
      for (const t of at) {
        const last = keys.findLastIndex((key) => key <= t);
        const from = Math.max(0, last - 1);
        const near = [keys.slice(from, last + 3), values.slice(from, last + 3)] as const;
        if (last >= 0) expect(interpolate(kind, ...near, t)).toBeCloseTo(interpolate(kind, keys, values, t), 9);
      }
    }
  });
});
