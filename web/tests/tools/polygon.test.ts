import { describe, expect, it } from "vitest";
import { maskShape, maskSpans } from "../../src/editor/mask";
import { spansArea } from "../../src/geometry/rle";
import { person, stage, VIDEO } from "../editor/scene";

const SQUARE = [[100, 100, 200, 100, 200, 200, 100, 200]];

const covered = (mask: unknown): number => spansArea(maskSpans(maskShape(mask), VIDEO) ?? new Float64Array(0));

describe("drawing polygons", () => {
  it("clicks and a click on the first corner give the selected instance a mask: one gesture", () => {
    const { editor, key, click, gestures } = stage([person("a", 0, 300, 300)]);
    editor.select("a");
    key("O");
    for (const at of [[200, 200], [400, 200], [400, 500], [200, 500]] as const) click(at);
    expect(gestures).toEqual([]);
    click([203, 198]);
    expect(editor.store.get("a")?.mask).toEqual([[200, 200, 400, 200, 400, 500, 200, 500]]);
    expect(editor.instances.value).toHaveLength(1);
    expect(gestures).toHaveLength(1);
    key("Mod+Z");
    expect(editor.store.get("a")?.mask).toBeNull();
    expect(editor.store.get("a")?.points).toEqual(person("a", 0, 300, 300).points);
  });

  it("Enter or a double click closes, Backspace and undo take the last corner back, Escape calls off", () => {
    const { editor, key, click, gestures, messages } = stage([person("a", 0, 300, 300)]);
    editor.select("a");
    key("O");
    click([10, 10]);
    click([50, 10]);
    key("Enter");
    expect(messages).toEqual(["A polygon needs three corners"]);
    click([90, 90]);
    click([70, 70]);
    key("Backspace");
    key("Mod+Z");
    expect(editor.drawing.polygon.value?.vertices).toHaveLength(2);
    click([50, 60]);
    click([50, 60]);
    expect(editor.store.get("a")?.mask).toEqual([[10, 10, 50, 10, 50, 60]]);
    click([500, 500]);
    key("Escape");
    expect(editor.drawing.polygon.value).toBeNull();
    expect([editor.tool.value.id, gestures.length]).toEqual(["polygon", 1]);
  });

  it("with nothing selected it is a new instance, of a category without keypoints too", () => {
    const { editor, key, click } = stage();
    editor.category.value = "mug";
    key("O");
    for (const at of [[10, 10], [60, 10], [60, 60]] as const) click(at);
    key("Enter");
    expect(editor.selected.value).toMatchObject({ category: "mug", box: null, mask: [[10, 10, 60, 10, 60, 60]], points: new Float64Array(0) });
  });

  it("a second one is one more part, with Shift a hole", () => {
    const { editor, key, click } = stage([person("a", 0, 700, 300, { mask: SQUARE })]);
    editor.select("a");
    key("O");
    for (const at of [[300, 300], [350, 300], [350, 350], [300, 350]] as const) click(at);
    key("Enter");
    expect(editor.store.get("a")?.mask).toEqual([...SQUARE, [300, 300, 350, 300, 350, 350, 300, 350]]);
    click([120, 120], { shiftKey: true });
    for (const at of [[150, 120], [150, 150], [120, 150]] as const) click(at);
    key("Enter");
    expect(covered(editor.store.get("a")?.mask)).toBe(10_000 + 2500 - 900);
    expect(editor.store.get("a")?.mask).toMatchObject({ size: [800, 1000], counts: expect.any(String) });
    // And back to polygons: the hole hangs on its surroundings, and nothing is lost.
    key("Alt+O");
    expect(covered(editor.store.get("a")?.mask)).toBe(11_600);
  });

  it("a hole needs a mask, and a mask of another size is left alone", () => {
    const strange = { size: [4, 5], counts: [5, 2, 2, 2, 9] };
    const { editor, key, click, messages } = stage([person("a", 0, 700, 300), person("b", 0, 100, 300, { mask: strange })]);
    editor.select("a");
    key("O");
    click([10, 10], { shiftKey: true });
    expect(editor.drawing.polygon.value).toBeNull();
    editor.select("b");
    for (const at of [[10, 10], [60, 10], [60, 60]] as const) click(at);
    key("Enter");
    expect(editor.store.get("b")?.mask).toBe(strange);
    expect(messages.map((text) => text.split(" ").slice(0, 3).join(" "))).toEqual(["Select an instance", "This mask was"]);
  });
});

describe("corners", () => {
  it("move, come out of a side and go with Alt, each as one gesture", () => {
    const { editor, key, drag, click, gestures } = stage([person("a", 0, 700, 300, { mask: SQUARE })]);
    const mask = () => editor.store.get("a")?.mask;
    editor.select("a");
    key("O");
    drag([200, 100], [260, 90]);
    expect(mask()).toEqual([[100, 100, 260, 90, 200, 200, 100, 200]]);
    drag([100, 150], [80, 150]);
    expect(mask()).toEqual([[100, 100, 260, 90, 200, 200, 100, 200, 80, 150]]);
    click([260, 90], { altKey: true });
    expect(mask()).toEqual([[100, 100, 200, 200, 100, 200, 80, 150]]);
    expect(gestures.map(({ title }) => title)).toEqual(["Move corner of person", "Add corner of person", "Remove corner of person"]);
    for (const at of [[80, 150], [100, 200]] as const) click(at, { altKey: true });
    expect(mask()).toBeNull();
  });

  it("a press that trembles moves no corner", () => {
    const { editor, key, drag, gestures } = stage([person("a", 0, 700, 300, { mask: SQUARE })]);
    editor.select("a");
    key("O");
    drag([201, 101], [202, 101]);
    expect(gestures).toEqual([]);
    expect(editor.edits.inHand.value).toBeNull();
  });
});
