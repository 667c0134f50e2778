// @vitest-environment node
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PLAIN, SIDE_COLORS, skeletonStyle } from "../../src/canvas/style";
import type { EditorCategory, Side } from "../../src/editor/types";
import { apart, contrast, mixed, SIGHTS } from "./colour";

const tokens = readFileSync(new URL("../../src/views/tokens.css", import.meta.url), "utf8");
const SIDES = { left: SIDE_COLORS.left, right: SIDE_COLORS.right, middle: PLAIN };
const PAIRS = [["left", "right"], ["left", "middle"], ["right", "middle"]] as const;

/** A token of the page, as its light or its dark colours have it. */
function token(name: string, scheme: "light" | "dark"): string {
  const found = [...tokens.matchAll(new RegExp(`--${name}: (#[0-9a-f]{6})`, "g"))][scheme === "light" ? 0 : 1]?.[1];
  if (!found) throw new Error(`tokens.css has no ${scheme} --${name}`);
  return found;
}

function category(sides: readonly Side[], color: string | null): EditorCategory {
  return {
    name: "thing",
    color: "#3399ff",
    skeleton: {
      names: sides.map((side, k) => `${side} ${String(k)}`),
      edges: sides.slice(1).map((_, k) => [k, k + 1] as const),
      flip: sides.map((_, k) => k),
      sides,
      colors: sides.map(() => color),
      groups: sides.map(() => ""),
      sigmas: sides.map(() => null),
      where: sides.map(() => ""),
    },
  };
}

describe.each(Object.keys(SIGHTS) as (keyof typeof SIGHTS)[])("for %s sight", (sight) => {
  it.each(PAIRS)("%s and %s keep apart", (a, b) => {
    // Two colours 2.3 apart can just be told side by side; a small dot at a glance needs far more.
    expect(apart(SIDES[a], SIDES[b], sight)).toBeGreaterThan(25);
  });

  it.each(Object.entries(SIDES))("%s keeps apart from the ground around the picture, light and dark", (_, color) => {
    for (const scheme of ["light", "dark"] as const) expect(apart(color, token("stage", scheme), sight)).toBeGreaterThan(25);
  });

  it.each(["light", "dark"] as const)("labelled and doubtful frames keep apart, %s", (scheme) => {
    expect(apart(token("good", scheme), token("doubt", scheme), sight)).toBeGreaterThan(20);
  });
});

it.each(["light", "dark"] as const)("the rim of a mark in the list stands out from the panel, %s", (scheme) => {
  for (const color of Object.values(SIDES)) {
    const rim = mixed(color, token("ink", scheme), 0.55);
    // WCAG 2.2, 1.4.11: what is needed to understand a graphic.
    for (const ground of ["surface", "accent-soft"]) expect(contrast(rim, token(ground, scheme))).toBeGreaterThan(3);
  }
});

it("gives the middle of a body no colour of its own that could pass for a side", () => {
  const style = skeletonStyle(category(["middle", "middle", "left", "right"], "#3399ff"));
  expect(style?.marks.map(({ color }) => color)).toEqual([PLAIN, PLAIN, SIDE_COLORS.left, SIDE_COLORS.right]);
  expect(style?.marks.map(({ shape }) => shape)).toEqual(["diamond", "diamond", "square", "disc"]);
  expect(style?.edges.map(({ color }) => color)).toEqual([PLAIN, SIDE_COLORS.left, PLAIN]);
});

it("leaves a thing without sides its own colours", () => {
  const style = skeletonStyle(category(["middle", "middle"], "#aa3377"));
  expect(style?.marks.map(({ color }) => color)).toEqual(["#aa3377", "#aa3377"]);
});
