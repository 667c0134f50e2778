import { describe, expect, it } from "vitest";
import { contents, inOrder, instanceName } from "../../src/editor/naming";
import { person } from "./scene";

describe("names of instances", () => {
  it("come from the track, shortened where it is a made-up id, else from the place in the list", () => {
    expect(instanceName(person("a", 0, 0, 0, { track: "7" }), 0)).toBe("person 7");
    expect(instanceName(person("a", 0, 0, 0, { track: "2ae107e8719e00466e98d93c" }), 0)).toBe("person 2ae1");
    expect(instanceName(person("a", 0, 0, 0, { track: null }), 2)).toBe("person 3");
  });

  it("and what is marked of each", () => {
    const box = [0, 0, 5, 5] as const;
    const bare = person("a", 0, 0, 0, { points: new Float64Array(15) });
    expect(contents(person("a", 0, 0, 0, { box, mask: [[0, 0, 1, 0, 1, 1]] }))).toBe("5 points · box · polygon");
    expect(contents({ ...bare, mask: { size: [1, 1], counts: [0, 1] } })).toBe("mask");
    expect(contents(bare)).toBe("0 points");
    expect(contents({ ...bare, category: "mug", points: new Float64Array(0) })).toBe("empty");
  });

  it("stand in the order of the tracks, as numbers", () => {
    const people = ["10", "9", "1"].map((track) => person(track, 0, 0, 0, { track }));
    expect(inOrder(people).map(({ track }) => track)).toEqual(["1", "9", "10"]);
  });
});
