import { describe, expect, it } from "vitest";
import { distal } from "../../src/geometry/graph";
import type { Edge } from "../../src/geometry/graph";

/** COCO's person: loops at the head and at the trunk. */
const COCO: Edge[] = [
  [15, 13], [13, 11], [16, 14], [14, 12], [11, 12], [5, 11], [6, 12], [5, 6], [5, 7], [6, 8], [7, 9], [8, 10], [1, 2], [0, 1],
  [0, 2], [1, 3], [2, 4], [3, 5], [4, 6],
];

/** MPII's person: a tree from the pelvis (6) over the thorax (7) to head and arms. */
const MPII: Edge[] = [
  [0, 1], [1, 2], [2, 6], [6, 3], [3, 4], [4, 5], [6, 7], [7, 8], [8, 9], [7, 12], [12, 11], [11, 10], [7, 13], [13, 14], [14, 15],
];

describe("what hangs on a point", () => {
  it("is the limb beyond it, on both sides alike, in a skeleton with loops", () => {
    expect(distal(COCO, 5)).toEqual([5, 7, 9]);
    expect(distal(COCO, 6)).toEqual([6, 8, 10]);
    expect(distal(COCO, 11)).toEqual([11, 13, 15]);
    expect(distal(COCO, 13)).toEqual([13, 15]);
    expect(distal(COCO, 15)).toEqual([15]);
    expect(distal(COCO, 0)).toEqual([0]);
  });

  it("is the subtree away from the middle of a tree, and everything at the middle itself", () => {
    expect(distal(MPII, 2)).toEqual([0, 1, 2]);
    expect(distal(MPII, 6)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(distal(MPII, 14)).toEqual([14, 15]);
    expect(distal(MPII, 7)).toEqual([...Array(16).keys()]);
  });

  it("knows chains, lone points and skeletons in pieces", () => {
    const chain: Edge[] = [[0, 1], [1, 2], [2, 3], [3, 4]];
    expect(distal(chain, 1)).toEqual([0, 1]);
    expect(distal(chain, 2)).toEqual([0, 1, 2, 3, 4]);
    expect(distal(chain, 3)).toEqual([3, 4]);
    expect(distal([], 7)).toEqual([7]);
    expect(distal([...chain, [10, 11], [11, 12], [12, 13]], 11)).toEqual([10, 11]);
  });
});
