import { expect, test } from "vitest";
import type { EditorInstance } from "../../src/editor/types";
import { conflictOf } from "../../src/sync/refusal";

const mine: EditorInstance = {
  id: "a",
  media: 1,
  frame: 0,
  category: "person",
  points: Float64Array.of(1, 1, 2, 5, 5, 2),
  scores: null,
  keyed: null,
  box: null,
  mask: null,
  confidence: null,
  area: null,
  crowd: false,
  track: null,
  attributes: {},
  deleted: false,
  revision: 0,
};
const resolve = () => undefined;

test.each([false, true])("their deletion stands against my change, told of before (%s) or not", (told) => {
  const theirs = { ...mine, deleted: true, revision: 1 };
  const conflict = conflictOf({ instance: "a", fields: ["deleted", "points.1", "box"], theirs }, { ...mine, deleted: told }, 0, resolve);
  expect([conflict.mine.deleted, conflict.theirs.deleted]).toEqual([false, true]);
  expect([conflict.points, conflict.fields]).toEqual([[1], ["box"]]);
});

test("my deletion stands against their change", () => {
  const theirs = { ...mine, revision: 1 };
  const conflict = conflictOf({ instance: "a", fields: ["deleted", "points.10", "points.2"], theirs }, { ...mine, deleted: true }, 0, resolve);
  expect([conflict.mine.deleted, conflict.theirs.deleted]).toEqual([true, false]);
  expect(conflict.points).toEqual([2, 10]);
});
