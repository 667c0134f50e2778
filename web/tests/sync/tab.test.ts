import { expect, test } from "vitest";
import { claim, claimTab } from "../../src/sync/tab";

test("without Web Locks, as on plain-HTTP pages, tabs find each other by asking", async () => {
  const [one, two] = [await claim(undefined), await claim(undefined)];
  const others = await one.others();
  expect(one.id).not.toBe(two.id);
  expect(others(two.id)).toBe(true);
  expect(others("closed")).toBe(false);
});

test("a page is one tab as long as it lives, so that an editor opened again finds its own work", async () => {
  expect(await claimTab()).toBe(await claimTab());
});
