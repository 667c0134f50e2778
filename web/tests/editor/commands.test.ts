import { describe, expect, it } from "vitest";
import { COMMANDS, commandGroups, run } from "../../src/editor/commands";
import { chordOf, spokenChord } from "../../src/editor/keymap";
import { point } from "../../src/editor/instance";
import { person, route, stage } from "./scene";
import type { Stage } from "./scene";

/** Situations in which keys could be fought over. */
const SITUATIONS: Record<string, (stage: Stage) => void> = {
  nothing: () => undefined,
  "an instance": ({ editor }) => editor.select("a"),
  "a point": ({ editor }) => editor.select("a", 1),
  placing: ({ editor, key, click }) => {
    editor.select(null);
    key("N");
    click([400, 400]);
  },
  tour: ({ key }) => void key("R"),
};

/** Where the more particular command comes first on purpose. */
const EARLIER_WINS = new Set(["ArrowLeft", "ArrowRight", "Delete", "Backspace"]);

describe("the command table", () => {
  it("names every command once", () => {
    const ids = COMMANDS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...commandGroups().values()].flat()).toHaveLength(ids.length);
    expect(COMMANDS.every(({ title, keys }) => title && keys.length)).toBe(true);
  });

  it.each(Object.entries(SITUATIONS))("gives a key one meaning with %s selected or under way", (_, arrange) => {
    const scene = stage([person("a", 0, 200, 200), person("b", 0, 500, 300)]);
    scene.editor.routes.set([route(1, "a", 1), route(2, "b", 2)]);
    arrange(scene);
    const meanings = new Map<string, string[]>();
    for (const command of COMMANDS.filter((one) => one.enabled(scene.editor))) {
      for (const key of command.keys) meanings.set(key, [...(meanings.get(key) ?? []), command.id]);
    }
    const fought = [...meanings].filter(([key, ids]) => ids.length > 1 && !EARLIER_WINS.has(key));
    expect(fought).toEqual([]);
  });

  it("does not run what is not enabled", () => {
    const { editor, gestures } = stage([person("a", 0, 200, 200)]);
    expect(run(editor, "instance.delete")).toBe(false);
    editor.select("a");
    expect(run(editor, "instance.delete")).toBe(true);
    expect(gestures[0]?.diffs[0]?.after.deleted).toBe(true);
    expect(editor.instances.value).toEqual([]);
  });
});

describe("keys on points", () => {
  it("0, 1 and 2 set the visibility of the point that is selected or under the cursor", () => {
    const { editor, key, click, move } = stage([person("a", 0, 200, 200)]);
    const state = (k: number) => point(editor.instances.value[0] ?? person("", 0, 0, 0), k);
    click([200, 200]);
    key("1");
    expect(state(0)).toEqual({ x: 200, y: 200, v: 1 });
    key("2");
    expect(state(0).v).toBe(2);
    editor.select("a");
    move([160, 260]);
    key("0");
    expect(state(1)).toEqual({ x: 0, y: 0, v: 0 });
  });

  it("Tab goes from point to point over unlabelled ones; X swaps left and right", () => {
    const { editor, key } = stage([person("a", 0, 200, 200)]);
    editor.select("a", 1);
    key("0");
    editor.select("a", 0);
    key("Tab");
    expect(editor.selection.value.keypoint).toBe(2);
    key("Shift+Tab");
    expect(editor.selection.value.keypoint).toBe(0);
    key("X");
    const now = editor.instances.value[0] ?? person("", 0, 0, 0);
    expect(point(now, 1)).toEqual({ x: 240, y: 260, v: 2 });
    expect(point(now, 2).v).toBe(0);
    expect(point(now, 3).x).toBe(220);
  });

  it("keeps track and keypoint from frame to frame, and copies the earlier pose into the same track", () => {
    const { editor, key } = stage([person("a@0", 0, 200, 200), person("a@1", 1, 210, 200)]);
    editor.select("a@0", 3);
    key("F");
    expect(editor.selection.value).toMatchObject({ instance: "a@1", keypoint: 3 });
    editor.goTo(5);
    key("C");
    const copy = editor.instances.value[0];
    expect(copy?.track).toBe("a");
    expect(copy?.revision).toBe(0);
    expect([...(copy?.points ?? [])]).toEqual([...person("x", 0, 210, 200).points]);
    key("M");
    expect(editor.frame.value).toBe(5);
    editor.goTo(3);
    key("M");
    expect(editor.frame.value).toBe(3);
  });
});

describe("chords", () => {
  const press = (key: string, more = {}) => ({ key, code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

  it("read alike on every keyboard", () => {
    expect(chordOf(press("z", { ctrlKey: true }))).toBe("Mod+Z");
    expect(chordOf(press("Z", { metaKey: true, shiftKey: true }))).toBe("Mod+Shift+Z");
    expect(chordOf(press("&", { code: "Digit1" }))).toBe("1");
    expect(chordOf(press("я", { code: "KeyZ", ctrlKey: true }))).toBe("Mod+Z");
    expect(chordOf(press("+", { shiftKey: true }))).toBe("+");
    expect(chordOf(press("Tab", { shiftKey: true }))).toBe("Shift+Tab");
  });

  it("are told to a person", () => {
    expect(spokenChord("Mod+ArrowLeft")).toBe("Ctrl+←");
    expect(spokenChord("Mod+Z", true)).toBe("⌘ Z");
    expect(spokenChord("+")).toBe("+");
  });
});
