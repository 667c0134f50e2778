import { describe, expect, it } from "vitest";
import { paletteEntries } from "../../src/editor/palette";
import { person, stage } from "./scene";

const titles = (typed: string, { editor } = desk(), recent: string[] = []): string[] =>
  paletteEntries(editor, typed, recent).map(({ title }) => title);

const desk = () => stage([person("7", 0, 300, 200), person("12", 0, 600, 200)]);

describe("the palette", () => {
  it("finds commands by their words in any order, the nearest first", () => {
    expect(titles("swap left")[0]).toBe("Swap left and right");
    expect(titles("left swap")).toEqual(expect.arrayContaining(["Swap left and right"]));
    expect(titles("undo")[0]).toBe("Undo");
    expect(titles("nothing of the kind")).toEqual([]);
  });

  it("finds commands by their group, after those by name", () => {
    const found = titles("tracks");
    expect(found).toContain("Split the track here");
    expect(found.indexOf("Join two tracks")).toBeLessThan(found.indexOf("Split the track here"));
  });

  it("goes to frames, instances and keypoints", () => {
    const { editor } = desk();
    const take = (typed: string): void => {
      const first = paletteEntries(editor, typed)[0] ?? expect.fail(typed);
      first.run();
    };
    take("person 12");
    expect(editor.selected.value?.id).toBe("12");
    take("select left ankle");
    expect(editor.selection.value.keypoint).toBe(3);
    take("frame 14");
    expect(editor.frame.value).toBe(14);
    expect(titles("frame 20", { editor } as ReturnType<typeof desk>)).not.toContain("Frame 20"); // frames end at 19
  });

  it("shows what was used last first, and no places before a word was typed", () => {
    expect(titles("", desk(), ["view.boxes", "tool.box"]).slice(0, 2)).toEqual(["Show boxes", "Draw a box"]);
    expect(titles("")).not.toContain("Select person 7");
  });

  it("tells what is not possible now", () => {
    const { editor } = desk();
    const swap = () => paletteEntries(editor, "swap left and right").find(({ id }) => id === "instance.swap");
    expect(swap()?.enabled).toBe(false);
    editor.select("7");
    expect(swap()?.enabled).toBe(true);
  });
});
