import { describe, expect, it } from "vitest";
import { inOrder, instanceName } from "../../src/editor/naming";
import { person } from "./scene";

describe("names of instances", () => {
  it("come from the track, shortened where it is a made-up id, else from the place in the list", () => {
    expect(instanceName(person("a", 0, 0, 0, { track: "7" }), 0)).toBe("person 7");
    expect(instanceName(person("a", 0, 0, 0, { track: "2ae107e8719e00466e98d93c" }), 0)).toBe("person 2ae1");
    expect(instanceName(person("a", 0, 0, 0, { track: null }), 2)).toBe("person 3");
  });

  it("stand in the order of the tracks, as numbers", () => {
    const people = ["10", "9", "1"].map((track) => person(track, 0, 0, 0, { track }));
    expect(inOrder(people).map(({ track }) => track)).toEqual(["1", "9", "10"]);
  });
});
