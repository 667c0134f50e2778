import { describe, expect, it } from "vitest";
import { point, setPoint } from "../../src/editor/instance";
import type { EditorInstance } from "../../src/editor/types";
import { person, stage } from "./scene";

const need = (instance: EditorInstance | null): EditorInstance => {
  if (!instance) throw new Error("no such instance");
  return instance;
};

describe("what comes from the server", () => {
  it("never moves the point that is being dragged", () => {
    const { editor, gestures, down, move, up } = stage([person("a", 0, 200, 200)]);
    down([200, 200]);
    move([230, 240]);
    const remote = { ...setPoint(person("a", 0, 200, 200), 1, { x: 5, y: 6, v: 1 }), revision: 2 };
    editor.load([remote]);
    expect(point(need(editor.store.get("a")), 0)).toEqual({ x: 230, y: 240, v: 2 });
    move([260, 270]);
    up([260, 270]);
    const now = need(editor.store.get("a"));
    expect(point(now, 0)).toEqual({ x: 260, y: 270, v: 2 });
    expect(point(now, 1)).toEqual({ x: 5, y: 6, v: 1 });
    expect(now.revision).toBe(2);
    expect(gestures).toHaveLength(1);
    expect(gestures[0]?.diffs[0]?.before?.revision).toBe(2);
  });

  it("stays under what was not saved yet", () => {
    const { editor, gestures, drag } = stage([person("a", 0, 200, 200)]);
    drag([200, 200], [300, 210]);
    const pending = gestures.flatMap(({ diffs }) => diffs);
    editor.load([{ ...person("a", 0, 200, 200), revision: 9 }], pending);
    const now = need(editor.store.get("a"));
    expect(point(now, 0).x).toBe(300);
    expect(now.revision).toBe(9);
  });

  it("brings back an instance that only the outbox knows, after a reload", () => {
    const before = stage();
    before.key("N");
    before.click([100, 100]);
    before.click([120, 130]);
    const pending = before.gestures.flatMap(({ diffs }) => diffs);
    const { editor } = stage();
    editor.load([], pending);
    expect(editor.instances.value).toHaveLength(1);
    expect(point(need(editor.instances.value[0] ?? null), 1)).toEqual({ x: 120, y: 130, v: 2 });
  });

  it("a point set by a person loses the model's score and becomes a key", () => {
    const scores = new Float32Array(5).fill(0.9);
    const { editor, drag } = stage([person("a", 0, 200, 200, { scores, keyed: new Uint8Array(5) })]);
    drag([200, 200], [210, 230]);
    const now = need(editor.store.get("a"));
    expect(Number.isNaN(now.scores?.[0])).toBe(true);
    expect(now.scores?.[1]).toBeCloseTo(0.9);
    expect([...(now.keyed ?? [])]).toEqual([1, 0, 0, 0, 0]);
  });
});
