// @vitest-environment node
import { existsSync, readFileSync, statSync } from "node:fs";
import { expect, it } from "vitest";
import { COMMANDS } from "../../src/editor/commands";
import { spokenChord } from "../../src/editor/keymap";

const FOLDER = new URL("../../../docs/", import.meta.url);
const PAGE = readFileSync(new URL("editor.md", FOLDER), "utf8");

/** What stands between backticks and is no name of a file. */
const keys = [...PAGE.matchAll(/`([^`\n]+)`/g)].map((found) => found[1] ?? "").filter((text) => !text.includes("/"));

it("names no key that the page does not have", () => {
  // "?" belongs to the page around the editor.
  const there = new Set(["?", ...COMMANDS.flatMap((command) => command.keys.map((chord) => spokenChord(chord)))]);
  expect(keys.length).toBeGreaterThan(60);
  expect(keys.filter((key) => !there.has(key))).toEqual([]);
});

it("shows pictures that are there and small", () => {
  const pictures = [...PAGE.matchAll(/\]\((images\/[^)]+)\)/g)].map((found) => new URL(found[1] ?? "", FOLDER));
  expect(pictures).toHaveLength(3);
  for (const picture of pictures) {
    expect(existsSync(picture)).toBe(true);
    expect(statSync(picture).size).toBeLessThan(150_000);
  }
});
