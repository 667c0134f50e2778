import { describe, expect, it } from "vitest";
import type { EditorRoute } from "../../src/editor/types";
import { nearestOpen } from "../../src/views/openWork";
import { route } from "../editor/scene";

const BARE = [3, 4, 9, 20, 21, 22, 50];
let asked = 0;

function unlabelled({ after = 0, offset = 0 }): Promise<{ id: number | null; total: number }> {
  asked++;
  return Promise.resolve({ id: BARE.filter((id) => id > after)[offset] ?? null, total: BARE.length });
}

const doubtful = (media: number, frame = 0): EditorRoute => ({ ...route(media, "a", 1, frame), media });

describe("the nearest media with open work", () => {
  it.each([
    [10, 1, [], 20], [50, 1, [], null], [9, -1, [], 4], [3, -1, [], null], [60, -1, [], 50],
    [10, 1, [doubtful(15)], 15], [10, 1, [doubtful(30)], 20], [10, -1, [doubtful(9, 5), doubtful(9, 7)], 9], [10, -1, [doubtful(8)], 9],
    [60, 1, [doubtful(70, 4), doubtful(70, 2)], 70],
  ] as const)("of %i, step %i", async (media, step, routes, wanted) => {
    expect((await nearestOpen(unlabelled, routes, media, step))?.media ?? null).toBe(wanted);
  });

  it("leads to the doubtful frame that is nearest", async () => {
    expect(await nearestOpen(unlabelled, [doubtful(9, 5), doubtful(9, 7)], 10, -1)).toEqual({ media: 9, frame: 7 });
    expect(await nearestOpen(unlabelled, [doubtful(70, 4), doubtful(70, 2)], 60, 1)).toEqual({ media: 70, frame: 2 });
  });

  it("does not read the list through", async () => {
    asked = 0;
    await nearestOpen(unlabelled, [], 22, -1);
    expect(asked).toBeLessThan(6);
  });
});
