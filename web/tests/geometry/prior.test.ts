import { describe, expect, it } from "vitest";
import CASES from "../../../tests/vectors/prior.json";
import { PosePrior, type PriorDocument } from "../../src/geometry/prior";
import type { Box } from "../../src/geometry/types";

const cases = CASES.map(({ document, asked }) => ({ prior: new PosePrior(document as PriorDocument), asked }));

describe("a pose prior", () => {
  it("is the server's", () => {
    for (const { prior, asked } of cases) {
      for (const { fixed, box, points, mean, log_likelihood } of asked) {
        const given = prior.given(fixed);
        const found = given.mean(points, box as unknown as Box);
        expect(found).toHaveLength(mean.length);
        mean.forEach((value, n) => {
          expect(Math.abs((found[n] ?? NaN) - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
        });
        expect(given.logLikelihood(points, box as unknown as Box)).toBeCloseTo(log_likelihood, 8);
      }
    }
  });

  it("does not care in which order, or how often, points were fixed", () => {
    const { prior, asked } = cases[2] ?? expect.fail();
    const { points, box } = asked[0] ?? expect.fail();
    const mean = (fixed: number[]) => prior.given(fixed).mean(points, box as unknown as Box);
    expect(mean([4, 1, 1])).toEqual(mean([1, 4]));
  });

  it("leaves fixed points exactly where they are", () => {
    const { prior } = cases[1] ?? expect.fail();
    const points = [0.1, 0.2, 2, 33.3, 44.4, 1, 5, 6, 0];
    expect([...prior.given([1]).mean(points, [0, 0, 50, 60])].slice(2, 4)).toEqual([33.3, 44.4]);
  });

  it("refuses a box without area, and a document that does not fit", () => {
    const { prior } = cases[0] ?? expect.fail();
    expect(() => prior.given([]).mean([0, 0, 0], [0, 0, 0, 5])).toThrow("box with an area");
    const document = CASES[0]?.document as PriorDocument;
    expect(() => new PosePrior({ ...document, keypoints: 2 })).toThrow("reload the page");
  });
});
