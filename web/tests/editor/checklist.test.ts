import { effect } from "@preact/signals-core";
import { describe, expect, it } from "vitest";
import { grouped, stateWords } from "../../src/editor/checklist";
import { categoriesOf } from "../../src/editor/ontology";
import { createEditor } from "../../src/tools";
import { person, route, stage, VIDEO } from "./scene";

describe("the checklist", () => {
  it("tells the state of each keypoint and how many are labelled", () => {
    const scores = new Float32Array([0.9, 0.25, NaN, NaN, NaN]);
    const { editor, key } = stage([person("a", 0, 200, 200, { scores })]);
    expect(editor.checks.list.value).toBeNull();
    editor.routes.set([route(1, "a", 3)]);
    editor.select("a", 1);
    key("Shift+2");
    editor.select("a", 2);
    key("3");
    const list = editor.checks.list.value;
    expect(list?.labelled).toBe(4);
    expect(list?.checks.map(stateWords)).toEqual(["visible", "hidden: own body", "not labelled", "visible, doubtful", "visible"]);
    expect(list?.checks.map((check) => check.score?.toFixed(2))).toEqual(["0.90", undefined, undefined, undefined, undefined]);
  });

  it("is there before the first click of a placement", () => {
    const { editor, key } = stage();
    key("N");
    expect(editor.checks.list.value?.checks.map(({ v }) => v)).toEqual([0, 0, 0, 0, 0]);
  });

  it("stays the very same while points are dragged, so that a list costs a drag nothing", () => {
    const { editor, move, down, up } = stage([person("a", 0, 200, 200)]);
    editor.select("a", 0);
    let told = 0;
    const stop = effect(() => {
      void editor.checks.list.value;
      told++;
    });
    move([200, 200]);
    down([200, 200]);
    for (let i = 1; i <= 20; i++) move([200 + i, 200]);
    up([220, 200]);
    expect(editor.store.get("a")?.points[0]).toBeCloseTo(220, 9);
    expect(told).toBe(1);
    stop();
  });

  it("folds by the skeleton's groups", () => {
    const keypoints = ["nose", "chin", "left_hand"].map((name, i) => ({ name, group: i < 2 ? "face" : "hands_left" }));
    const editor = createEditor(categoriesOf({ categories: [{ name: "person", skeleton: { keypoints } }] }));
    editor.open(VIDEO);
    editor.load([person("a", 0, 0, 0, { points: new Float64Array([1, 1, 2, 0, 0, 0, 0, 0, 0]) })]);
    editor.select("a");
    const list = editor.checks.list.value;
    const groups = list ? grouped(list).map(({ name, checks, labelled }) => [name, checks.length, labelled]) : [];
    expect(groups).toEqual([["face", 2, 1], ["hands left", 1, 0]]);
  });
});
