import { expect, it } from "vitest";
import { apart, ciede2000, contrast, mixed } from "./colour";

// Pairs of the test data that Sharma, Wu and Dalal published with the formula.
it.each([
  [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
  [[50, -1.3802, -84.2814], [50, 0, -82.7485], 1.0],
  [[50, 2.5, 0], [73, 25, -18], 27.1492],
  [[50, 2.5, 0], [61, -5, 29], 22.8977],
  [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
  [[22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619], 2.0373],
  [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
] as const)("tells %j from %j by %d", (a, b, wanted) => {
  expect(ciede2000(a, b)).toBeCloseTo(wanted, 4);
});

it("knows that red and green lie closer to eyes without one of the two cones", () => {
  const [red, green] = ["#c03030", "#4a8a2a"];
  expect(apart(red, green)).toBeGreaterThan(2 * apart(red, green, "deutan"));
  expect(apart("#ffffff", "#ffffff", "protan")).toBe(0);
});

it("measures contrast and mixes as CSS does", () => {
  expect(contrast("#ffffff", "#000000")).toBeCloseTo(21, 4);
  expect(mixed("#ffffff", "#000000", 0.25)).toBe("#bfbfbf");
});
