import { afterEach, describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/editor/commands";
import { chooseKeys, keyName, keysAsJson, keysFromJson, keysOf, ownKeys, sharing, takeAway, withKeys } from "../../src/editor/ownKeys";
import { CVAT_KEYS, likeCvat } from "../../src/editor/presetKeys";
import { person, stage } from "./scene";

afterEach(() => {
  ownKeys.value = new Map();
});

describe("keys of one's own", () => {
  it("are the table's until somebody chooses others, and then do what the others did", () => {
    const { editor, key } = stage([person("1", 0, 300, 200)]);
    expect(keysOf("instance.next")).toEqual(["W", "]"]);
    chooseKeys("instance.next", ["Alt+N"]);
    expect(key("W")).toBe(false);
    expect(editor.selected.value).toBeNull();
    expect(key("Alt+N")).toBe(true);
    expect(editor.selected.value?.id).toBe("1");
    chooseKeys("instance.next", ["W", "]"]);
    expect(ownKeys.value.size).toBe(0);
  });

  it("are told wherever a key is told", () => {
    const { editor } = stage();
    expect(editor.tool.value.hint()).toContain("N: new instance");
    chooseKeys("instance.new", ["Shift+B"]);
    expect(keyName("instance.new")).toBe("Shift+B");
    expect(editor.tool.value.hint()).toContain("Shift+B: new instance");
    chooseKeys("instance.new", []);
    expect(editor.tool.value.hint()).not.toContain("new instance");
    expect(withKeys("Do it", ["instance.new", "new"], ["cancel", "leave"])).toBe("Do it; Esc: leave");
  });

  it("tell which other commands have a key, and take it from them", () => {
    chooseKeys("view.boxes", [...keysOf("view.boxes"), "X"]);
    expect(sharing("X", "view.boxes")).toEqual(["instance.swap"]);
    takeAway("X", "view.boxes");
    expect(keysOf("instance.swap")).toEqual([]);
    expect(sharing("X", "view.boxes")).toEqual([]);
  });

  it("come back from a file, but for commands that are no more", () => {
    chooseKeys("instance.swap", ["Alt+W"]);
    const kept = keysAsJson();
    ownKeys.value = new Map();
    expect(keysFromJson(kept.replace('"keys": {', '"keys": { "point.gone": ["J"],'))).toEqual(new Map([["instance.swap", ["Alt+W"]]]));
  });

  it.each([
    ["no json", "not JSON"],
    ["[]", "no keys in this file"],
    ['{"vitruvian": "keys", "keys": {"instance.swap": "X"}}', "instance.swap"],
  ])("refuse a file of other things: %s", (text, words) => {
    expect(() => keysFromJson(text)).toThrow(words);
  });
});

describe("keys as in CVAT", () => {
  it("are of commands that there are, and belong to nothing else", () => {
    const known = new Set(COMMANDS.map(({ id }) => id));
    likeCvat();
    for (const [id, keys] of CVAT_KEYS) {
      expect(known).toContain(id);
      expect(keysOf(id)).toEqual(keys);
      for (const chord of keys) expect(sharing(chord, id), `${chord} of ${id}`).toEqual([]);
    }
  });
});
