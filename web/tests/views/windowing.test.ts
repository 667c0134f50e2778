import { expect, test } from "vitest";
import { seenAt, shapeOf, stepTo } from "../../src/views/windowing";

const shape = shapeOf(1000, 100_000, 240, 16, 88);

test("as many cards stand side by side as have room", () => {
  expect(shape).toEqual({ columns: 3, row: Math.round((((1000 - 32) / 3) * 9) / 16) + 104, total: 100_000 });
  expect(shapeOf(100, 5, 240, 16, 88).columns).toBe(1);
});

test.each([0, 1, 777, 1e6, 1e9])("everything that is seen at %d is there, and little more", (scroll) => {
  const { first, end, top, height } = seenAt(shape, scroll, 800);
  expect(height).toBe(Math.ceil(100_000 / 3) * shape.row);
  expect(top).toBe((first / 3) * shape.row);
  const last = Math.min(99_999, Math.ceil((scroll + 800) / shape.row) * 3 - 1);
  expect(end > last || end === 100_000).toBe(true);
  expect(first).toBeLessThanOrEqual(Math.min(99_999, Math.floor(scroll / shape.row) * 3));
  expect(end - first).toBeLessThan(40);
});

test("an empty list has nothing", () => {
  expect(seenAt({ ...shape, total: 0 }, 0, 800)).toEqual({ first: 0, end: 0, top: 0, height: 0 });
});

test("keys lead from card to card and stop at the ends", () => {
  const five = { ...shape, total: 5 };
  expect(["ArrowLeft", "ArrowRight", "ArrowDown", "ArrowUp", "Home", "End", "PageDown"].map((key) => stepTo(key, 1, five, 2))).toEqual([
    0, 2, 4, 0, 0, 4, 4,
  ]);
  expect(stepTo("a", 1, five, 2)).toBe(null);
});
