// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { contrast } from "../canvas/colour";

const VIEWS = new URL("../../src/views/", import.meta.url);
const TOKENS = readFileSync(new URL("tokens.css", VIEWS), "utf8");
const COMPONENTS = readdirSync(VIEWS, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".svelte"))
  .map((name) => [name, readFileSync(new URL(name, VIEWS), "utf8")] as const);

function tokens(block: RegExp): Map<string, string> {
  const text = block.exec(TOKENS)?.[1] ?? "";
  return new Map([...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = "", color = ""]) => [name, color]));
}

const LIGHT = tokens(/^:root \{(.*?)^\}/ms);
const DARK = new Map([...LIGHT, ...tokens(/prefers-color-scheme: dark\) \{(.*?)^\}/ms)]);

/** WCAG 2.2, 1.4.3, for text of the sizes that the page has. */
const LEGIBLE = 4.5;
const GROUNDS = ["ground", "surface", "surface-2", "accent-soft"];
/** Text on a ground of its own. */
const OWN = { "accent-ink": ["accent"], warn: ["ground", "surface", "warn-soft"], good: ["ground", "surface"], bad: ["ground", "surface"], surface: ["ink"] };
const ELSEWHERE = new Map<string, readonly string[]>(Object.entries(OWN));

/** Tokens that some component writes text in. */
const INKS = [...new Set(COMPONENTS.flatMap(([, text]) => [...text.matchAll(/[^-]color: var\(--([\w-]+)\)/g)].map((found) => found[1] ?? "")))];

describe.each([["light", LIGHT], ["dark", DARK]] as const)("%s", (_, scheme) => {
  it.each([...new Set(["ink", "ink-2", "accent", "accent-ink", ...INKS])])("text in %s can be read on every ground it stands on", (ink) => {
    const grounds = ELSEWHERE.get(ink) ?? (ink === "accent" ? ["ground", "surface", "accent-soft"] : GROUNDS);
    for (const ground of grounds) {
      const [a, b] = [scheme.get(ink), scheme.get(ground)];
      expect(a && b && contrast(a, b), `${ink} on ${ground}`).toBeGreaterThanOrEqual(LEGIBLE);
    }
  });
});

it("finds the inks that components use", () => {
  expect(INKS).toEqual(expect.arrayContaining(["ink", "ink-2", "bad"]));
  expect(LIGHT.size).toBeGreaterThan(14);
  expect(DARK.get("ink")).not.toBe(LIGHT.get("ink"));
});
