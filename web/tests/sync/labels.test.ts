import { describe, expect, it } from "vitest";
import type { Span } from "../../src/editor/lanes";
import type { EditorInstance } from "../../src/editor/types";
import { fetchRest, type RestOfLabels } from "../../src/sync/labels";
import { person } from "../editor/scene";

function film(frames: number, more: Partial<RestOfLabels> = {}) {
  const asked: Span[] = [];
  const taken: EditorInstance[] = [];
  const stretches: (Span | null)[] = [];
  const abort = new AbortController();
  const setup: RestOfLabels = {
    frames,
    here: [400, 520],
    current: () => 460,
    fetch: (first, last) => {
      asked.push([first, last]);
      return Promise.resolve(Array.from({ length: last - first + 1 }, (_, i) => person(`p@${String(first + i)}`, first + i, 1, 1)));
    },
    take: (instances, here) => {
      taken.push(...instances);
      stretches.push(here);
    },
    failed: (error) => {
      throw error;
    },
    ...more,
  };
  return { asked, taken, stretches, abort, done: () => fetchRest(setup, abort.signal) };
}

describe("labels further off", () => {
  it("come each once, outwards, and what is here has no gaps", async () => {
    const { taken, stretches, done } = film(3000);
    await done();
    const frames = taken.map(({ frame }) => frame).sort((a, b) => a - b);
    expect(frames).toEqual([...Array(400).keys(), ...Array.from({ length: 3000 - 521 }, (_, i) => 521 + i)]);
    expect(stretches.at(-1)).toBeNull();
    let [first, last] = [400, 520];
    for (const here of stretches.slice(0, -1)) {
      const [from, to] = here ?? [NaN, NaN];
      expect(from <= first && to >= last && (from === first || to === last)).toBe(true);
      [first, last] = [from, to];
    }
  });

  it("come first from where somebody went meanwhile", async () => {
    const { asked, done } = film(3000, { current: () => 100 });
    await done();
    expect(asked[0]).toEqual([150, 399]);
    expect(asked[1]?.[1]).toBe(149);
  });

  it("come in shorter pieces where many are in a frame", async () => {
    const asked: Span[] = [];
    const crowd = (first: number, last: number) => {
      asked.push([first, last]);
      return Promise.resolve(Array.from({ length: 50 * (last - first + 1) }, (_, i) => person(`p${String(first)}-${String(i)}`, first, 1, 1)));
    };
    await film(900, { fetch: crowd }).done();
    const lengths = asked.map(([first, last]) => last - first + 1);
    expect(lengths[0]).toBe(250);
    expect(Math.max(...lengths.slice(1))).toBe(25);
  });

  it("are asked for again when no answer came", async () => {
    const failures: number[] = [];
    let broken = true;
    const { asked, taken, done } = film(700, {
      here: [0, 500],
      fetch: (first, last) => {
        asked.push([first, last]);
        if (broken) {
          broken = false;
          return Promise.reject(new Error("away"));
        }
        return Promise.resolve([person("p", first, 1, 1)]);
      },
      failed: (_, times) => failures.push(times),
    });
    await done();
    expect(failures).toEqual([1]);
    expect(asked).toEqual([[501, 699], [501, 699]]);
    expect(taken).toHaveLength(1);
  });

  it("are dropped when another media is opened meanwhile", async () => {
    const { taken, abort, done } = film(3000);
    const running = done();
    abort.abort();
    await running;
    expect(taken).toEqual([]);
  });
});
