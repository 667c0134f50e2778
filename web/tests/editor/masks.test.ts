import { describe, expect, it } from "vitest";
import { changed } from "../../src/editor/diff";
import { setMask } from "../../src/editor/instance";
import { maskArea, maskContains, maskShape, maskSpans, moveMask, runsDocument } from "../../src/editor/mask";
import { packCounts, spansArea } from "../../src/geometry/rle";
import { run } from "../../src/editor/commands";
import { person, stage, VIDEO } from "./scene";

const SQUARE = [[10, 10, 30, 10, 30, 30, 10, 30]];
const RUNS = { size: [4, 5], counts: [5, 2, 2, 2, 9] };
const PACKED = { size: [4, 5], counts: packCounts(RUNS.counts) };

describe("reading masks", () => {
  it("polygons, lengths and packed lengths are read; what is none is left alone", () => {
    expect(maskShape(SQUARE)?.bounds).toEqual([10, 10, 20, 20]);
    for (const mask of [RUNS, PACKED]) {
      const shape = maskShape(mask);
      expect(shape?.bounds).toEqual([1, 1, 2, 2]);
      expect(shape && maskArea(shape)).toBe(4);
      expect(shape && [maskContains(shape, { x: 1.5, y: 1.5 }), maskContains(shape, { x: 0.5, y: 1.5 })]).toEqual([true, false]);
    }
    for (const odd of [null, undefined, 7, [], [[1, 2, 3]], [["a"]], [[0, 0, 1, 1, 2, 1e300]], {}, { size: [4, 5], counts: [1] }, { size: [4], counts: "~" }]) {
      expect(maskShape(odd)).toBeNull();
    }
  });

  it("painted pixels are spelled as the mask that they replace", () => {
    const spans = Float64Array.of(5, 8);
    expect(runsDocument(spans, { width: 5, height: 4 }, maskShape(RUNS))).toEqual({ size: [4, 5], counts: [5, 3, 12] });
    expect(runsDocument(spans, { width: 5, height: 4 }, maskShape(PACKED))).toEqual({ size: [4, 5], counts: packCounts([5, 3, 12]) });
    expect(runsDocument(spans.subarray(0, 0), { width: 5, height: 4 }, null)).toBeNull();
  });

  it("a mask of another picture's size has no pixels in this one", () => {
    expect(maskSpans(maskShape(RUNS), VIDEO)).toBeNull();
  });

  it("moves by whole pixels, and what leaves the picture is cut", () => {
    expect(moveMask(RUNS, 0.4, 0.4)).toBe(RUNS);
    expect(moveMask(RUNS, 1, 1)).toEqual({ size: [4, 5], counts: [10, 2, 2, 2, 4] });
    expect(moveMask(RUNS, 0, -2)).toEqual({ size: [4, 5], counts: [4, 1, 3, 1, 11] });
    expect(moveMask(RUNS, 9, 0)).toBeNull();
    expect(moveMask(SQUARE, 0.5, -1)).toEqual([[10.5, 9, 30.5, 9, 30.5, 29, 10.5, 29]]);
  });
});

describe("masks of instances", () => {
  it("moving, hiding or placing a point leaves the mask's record alone", () => {
    const { editor, drag, key } = stage([person("a", 0, 300, 300, { mask: PACKED, area: 4 })]);
    editor.select("a", 0);
    drag([300, 300], [320, 310]);
    key("1");
    expect(editor.store.get("a")?.mask).toBe(PACKED);
    expect(editor.store.get("a")?.area).toBe(4);
  });

  it("another mask makes a stated area void, and undo brings both back", () => {
    const { editor, key, gestures } = stage([person("a", 0, 300, 300, { mask: SQUARE, area: 123, box: [0, 0, 9, 9] })]);
    editor.select("a");
    expect(run(editor, "mask.remove")).toBe(true);
    expect(gestures[0] && changed(gestures[0].diffs[0]?.before ?? null, gestures[0].diffs[0]?.after ?? person("x", 0, 0, 0)).fields).toEqual(["mask", "area"]);
    key("Mod+Z");
    expect(editor.store.get("a")).toMatchObject({ mask: SQUARE, area: 123, box: [0, 0, 9, 9] });
    expect(setMask(person("b", 0, 1, 1), null).area).toBeNull();
  });

  it("box, polygon and pixels are made of each other, and each goes alone", () => {
    const { editor, key } = stage([person("a", 0, 300, 300, { box: [100, 100, 50, 40] })]);
    const mask = () => editor.store.get("a")?.mask;
    editor.select("a");
    key("Alt+Shift+B");
    expect(mask()).toEqual([[100, 100, 150, 100, 150, 140, 100, 140]]);
    key("Alt+G");
    expect(editor.store.get("a")?.box).toBeNull();
    key("Alt+K");
    expect(spansArea(maskSpans(maskShape(mask()), VIDEO) ?? new Float64Array(0))).toBe(2000);
    expect(run(editor, "mask.box")).toBe(true);
    expect(editor.store.get("a")?.box).toEqual([100, 100, 50, 40]);
    key("Alt+O");
    expect(mask()).toEqual([[100, 100, 150, 100, 150, 140, 100, 140]]);
    key("Alt+Delete");
    expect(mask()).toBeNull();
    expect(editor.store.get("a")?.points).toEqual(person("a", 0, 300, 300).points);
  });

  it("the points go without the box and the mask, and come back", () => {
    const { editor, key } = stage([person("a", 0, 300, 300, { box: [100, 100, 50, 40], mask: SQUARE })]);
    editor.select("a");
    expect(run(editor, "instance.removePoints")).toBe(true);
    expect(editor.store.get("a")).toMatchObject({ box: [100, 100, 50, 40], mask: SQUARE, points: new Float64Array(15) });
    expect(run(editor, "instance.removePoints")).toBe(false);
    key("Mod+Z");
    expect(editor.store.get("a")?.points).toEqual(person("a", 0, 300, 300).points);
  });

  it("the mask goes where the whole instance goes", () => {
    const { editor, drag } = stage([person("a", 0, 300, 300, { mask: SQUARE, box: [10, 10, 20, 20] })]);
    drag([20, 10], [120.4, 60.2], { ctrlKey: true });
    const { mask, box } = editor.store.get("a") ?? person("a", 0, 0, 0);
    expect(maskShape(mask)?.bounds.map(Math.round)).toEqual(box?.map(Math.round));
    expect(box?.map(Math.round)).toEqual([110, 60, 20, 20]);
  });
});

describe("what a press takes", () => {
  it("Alt goes round what lies there, whatever of it lies there", () => {
    const box = [0, 0, 300, 300] as const;
    const mask = [[0, 0, 300, 0, 300, 300, 0, 300]];
    const { editor, click } = stage([person("a", 0, 900, 300, { box, mask }), person("b", 0, 900, 600, { box: [1, 1, 500, 500] })]);
    const taken = [0, 1, 2, 3].map(() => {
      click([2, 150], { altKey: true });
      return editor.selection.value.instance;
    });
    expect(new Set(taken.slice(0, 2))).toEqual(new Set(["a", "b"]));
    expect(taken.slice(2)).toEqual(taken.slice(0, 2));
  });

  const kinds = (editor: ReturnType<typeof stage>["editor"], x: number, y: number) =>
    editor.hits({ x, y }).map((hit) => `${hit.kind} ${hit.instance}`);

  it("points, grips, edges, outlines of boxes, then masks and insides, the smallest first", () => {
    const around = [[200, 200, 500, 200, 500, 500, 200, 500]];
    const { editor } = stage([
      person("a", 0, 300, 300),
      person("b", 0, 800, 300, { mask: around, box: [190, 290, 400, 400] }),
      person("c", 0, 800, 600, { mask: [[290, 290, 320, 290, 320, 320, 290, 320]] }),
    ]);
    expect(kinds(editor, 300, 300)).toEqual(["point a", "edge a", "mask c", "mask b"]);
    expect(kinds(editor, 192, 400)).toEqual(["box b", "box b"]);
    editor.select("b");
    expect(kinds(editor, 190, 290)[0]).toBe("handle b");
    editor.setOptions({ masks: false });
    expect(kinds(editor, 300, 300)).toEqual(["point a", "edge a", "box b"]);
  });

  it("a press inside a mask selects its instance; pressed on a point below, the point moves", () => {
    const { editor, click, drag } = stage([
      person("a", 0, 300, 300),
      { ...person("b", 0, 0, 0, { mask: [[200, 200, 500, 200, 500, 500, 200, 500]] }), category: "mug", points: new Float64Array(0) },
    ]);
    click([450, 250]);
    expect(editor.selection.value).toMatchObject({ instance: "b", keypoint: null });
    drag([300, 300], [310, 320]);
    expect(editor.selection.value).toMatchObject({ instance: "a", keypoint: 0 });
    expect(editor.store.get("a")?.points[1]).toBeCloseTo(320);
  });
});
