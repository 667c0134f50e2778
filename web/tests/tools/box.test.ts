import { describe, expect, it } from "vitest";
import { person, stage } from "../editor/scene";

describe("boxes", () => {
  it("a box goes to the selected instance that has none, so both are one instance", () => {
    const { editor, key, drag } = stage([person("a", 0, 300, 300)]);
    editor.select("a");
    key("B");
    drag([230, 280], [370, 480]);
    expect(editor.instances.value).toHaveLength(1);
    expect(editor.store.get("a")?.box?.map(Math.round)).toEqual([230, 280, 140, 200]);
    drag([600, 100], [700, 220]);
    expect(editor.instances.value).toHaveLength(2);
  });

  it("resizes by grips and moves by its outline, without its points", () => {
    const { editor, key, drag } = stage([person("a", 0, 300, 300, { box: [200, 250, 200, 250] })]);
    editor.select("a");
    const points = [...(editor.store.get("a")?.points ?? [])];
    drag([400, 500], [420, 530]);
    expect(editor.store.get("a")?.box?.map(Math.round)).toEqual([200, 250, 220, 280]);
    key("B");
    drag([200, 300], [190, 310]);
    expect(editor.store.get("a")?.box?.map(Math.round)).toEqual([190, 260, 220, 280]);
    expect([...(editor.store.get("a")?.points ?? [])]).toEqual(points);
  });

  it("is cut at the picture, made from the points by key, and removed by key", () => {
    const { editor, key, drag } = stage([person("a", 0, 300, 300)]);
    key("B");
    drag([900, 700], [1100, 900]);
    expect(editor.selected.value?.box?.map(Math.round)).toEqual([900, 700, 100, 100]);
    key("V");
    editor.select("a");
    key("G");
    expect(editor.store.get("a")?.box?.map(Math.round)).toEqual([252, 285, 96, 180]);
    key("Alt+G");
    expect(editor.store.get("a")?.box).toBeNull();
  });

  it("Escape drops the box being drawn; a click only selects", () => {
    const { editor, gestures, key, down, move, up, click } = stage([person("a", 0, 300, 300)]);
    key("B");
    down([500, 500]);
    move([600, 600]);
    expect(editor.rubber.value).not.toBeNull();
    key("Escape");
    up([600, 600]);
    click([300, 300]);
    expect(editor.rubber.value).toBeNull();
    expect(gestures).toEqual([]);
    expect(editor.selection.value.instance).toBe("a");
  });
});
