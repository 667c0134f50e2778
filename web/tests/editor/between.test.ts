import { describe, expect, it } from "vitest";
import CASES from "../../../tests/vectors/tracks.json";
import { emptyInstance } from "../../src/editor/instance";
import type { Box, EditorInstance } from "../../src/editor/types";
import { InstanceStore } from "../../src/editor/store";

describe.each(["linear", "pchip"] as const)("a track shows what the server exports, %s", (kind) => {
  it.each(CASES)("$name", ({ rows, ...expected }) => {
    const store = new InstanceStore();
    store.tracks.setInterpolation(kind);
    store.put(
      rows.map(({ frame, points, keyed, box }): EditorInstance => ({
        ...emptyInstance(`r${String(frame)}`, "person", 1, frame, points.length / 3),
        track: "a",
        points: Float64Array.from(points),
        keyed: keyed && Uint8Array.from(keyed),
        box: box as Box | null,
      })),
    );
    const seen = Array.from({ length: 14 }, (_, frame) => store.at(1, frame)).flat();
    expect(seen.map(({ frame }) => frame)).toEqual(expected[kind].map(({ frame }) => frame));
    seen.forEach(({ points, box }, i) => {
      const wanted = expected[kind][i];
      expect([...points].map((value) => value.toFixed(4))).toEqual(wanted?.points.map((value) => value.toFixed(4)));
      expect(box?.map((value) => value.toFixed(4))).toEqual(wanted?.box?.map((value) => value.toFixed(4)));
    });
  });
});
