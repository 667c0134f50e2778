import { describe, expect, it } from "vitest";
import { maskContains, maskShape, maskSpans } from "../../src/editor/mask";
import { packCounts, spansArea } from "../../src/geometry/rle";
import { person, stage, VIDEO } from "../editor/scene";

const SQUARE = [[100, 100, 200, 100, 200, 200, 100, 200]];
const covered = (mask: unknown): number => spansArea(maskSpans(maskShape(mask), VIDEO) ?? new Float64Array(0));
const holds = (mask: unknown, x: number, y: number): boolean => {
  const shape = maskShape(mask);
  return !!shape && maskContains(shape, { x, y });
};

describe("the brush", () => {
  it("paints the selected instance; a stroke is one gesture, undo and redo go by strokes", () => {
    const { editor, key, drag, click, gestures } = stage([person("a", 0, 300, 300)]);
    const mask = () => editor.store.get("a")?.mask;
    editor.select("a");
    key("K");
    drag([200, 400], [400, 400]);
    const first = mask();
    expect([holds(first, 300, 400), holds(first, 300, 411), holds(first, 300, 420)]).toEqual([true, true, false]);
    expect(first).toMatchObject({ size: [800, 1000], counts: expect.any(String) });
    click([600, 600]);
    expect(Math.abs(covered(mask()) - covered(first) - Math.PI * 13 ** 2)).toBeLessThan(20);
    expect(gestures).toHaveLength(2);
    key("Mod+Z");
    expect(mask()).toEqual(first);
    key("Mod+Z");
    expect(mask()).toBeNull();
    key("Mod+Shift+Z");
    expect(mask()).toEqual(first);
    expect(editor.store.get("a")?.points).toEqual(person("a", 0, 300, 300).points);
  });

  it("erases with Shift, with the right button and with the eraser, down to nothing", () => {
    const { editor, key, drag, click } = stage([person("a", 0, 700, 300, { mask: SQUARE, area: 10_000 })]);
    const mask = () => editor.store.get("a")?.mask;
    editor.select("a");
    key("K");
    click([150, 150], { shiftKey: true });
    expect([holds(mask(), 150, 150), holds(mask(), 150, 170)]).toEqual([false, true]);
    expect(editor.store.get("a")?.area).toBeNull();
    click([120, 120], { button: 2 });
    expect(holds(mask(), 120, 120)).toBe(false);
    key("Shift+K");
    for (let i = 0; i < 12; i++) key("]");
    drag([100, 150], [200, 150]);
    expect(mask()).toBeNull();
    expect(editor.store.get("a")?.deleted).toBe(false);
  });

  it("the keys of size are the brush's while it is out, and the next instance's otherwise", () => {
    const { editor, key } = stage([person("a", 0, 300, 300), person("b", 0, 600, 300)]);
    editor.select("a");
    key("]");
    expect(editor.selection.value.instance).toBe("b");
    key("K");
    const before = editor.tool.value.hint();
    key("]");
    expect(editor.selection.value.instance).toBe("b");
    expect(editor.drawing.radius.value).toBe(16);
    expect(editor.tool.value.hint()).not.toBe(before);
    for (let i = 0; i < 40; i++) key("[");
    expect(editor.drawing.radius.value).toBe(0.5);
    for (let i = 0; i < 60; i++) key("]");
    expect(editor.drawing.radius.value).toBe(400);
  });

  it("shows masks that were hidden, and the eraser is put away with the brush", () => {
    const { editor, key } = stage();
    key("Shift+V");
    expect(editor.options.value.masks).toBe(false);
    key("K");
    key("Shift+K");
    expect([editor.options.value.masks, editor.drawing.erasing.value]).toEqual([true, true]);
    key("V");
    key("K");
    expect(editor.drawing.erasing.value).toBe(false);
  });

  it("begins an instance when none is selected; Escape in mid-stroke leaves nothing", () => {
    const { editor, key, drag, down, move, up, gestures } = stage();
    key("K");
    down([300, 300]);
    move([350, 300]);
    key("Escape");
    up([360, 300]);
    expect([editor.instances.value, gestures]).toEqual([[], []]);
    drag([300, 300], [350, 300]);
    expect(editor.instances.value).toHaveLength(1);
    expect(editor.selected.value?.mask).toMatchObject({ size: [800, 1000] });
  });

  it("painted on a computed instance it makes a row of that frame, with the mask and no key", () => {
    const keyed = (frame: number, x: number) => person(`t@${String(frame)}`, frame, x, 300, { track: "t", keyed: new Uint8Array(5).fill(1) });
    const { editor, key, drag, gestures } = stage([keyed(0, 300), keyed(10, 400)]);
    editor.goTo(5);
    editor.select(editor.instances.value[0]?.id ?? null);
    expect(editor.selected.value?.between).toBe(true);
    key("K");
    drag([330, 400], [370, 400]);
    const row = editor.store.row(editor.selected.value?.id ?? "");
    expect(row).toMatchObject({ frame: 5, track: "t", between: false });
    expect([...(row?.keyed ?? [1])]).toEqual([0, 0, 0, 0, 0]);
    expect(holds(row?.mask, 350, 400)).toBe(true);
    expect(gestures).toHaveLength(1);
    // The points stay computed, and the mask is this frame's alone.
    expect(editor.selected.value?.points[0]).toBeCloseTo(350);
    editor.goTo(6);
    expect(editor.instances.value[0]?.mask).toBeNull();
    key("Mod+Z");
    expect(editor.store.at(1, 5)[0]).toMatchObject({ between: true, mask: null });
  });

  it("goes on in the spelling of the mask, and leaves what it cannot paint on alone", () => {
    const plain = { size: [800, 1000], counts: [80_000, 100, 719_900] };
    const odd = { size: [800, 1000], counts: packCounts([1, 2]) };
    const { editor, key, click, messages } = stage([person("a", 0, 700, 300, { mask: plain }), person("b", 0, 500, 300, { mask: odd })]);
    editor.select("a");
    key("K");
    click([300, 300]);
    expect(editor.store.get("a")?.mask).toMatchObject({ counts: expect.any(Array) });
    editor.select("b");
    click([300, 300]);
    expect(editor.store.get("b")?.mask).toBe(odd);
    expect(messages[0]).toContain("cannot be read");
  });
});
