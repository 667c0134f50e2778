import { describe, expect, it } from "vitest";
import { squash } from "../../src/editor/diff";
import { moveInstance, point, setBox, setPoint, swapSides } from "../../src/editor/instance";
import type { Diff, EditorInstance } from "../../src/editor/types";
import { FLIP, NAMES, person, random, stage } from "./scene";

const flip = FLIP.map((name, i) => (name ? NAMES.indexOf(name) : i));

function snapshot(instances: readonly EditorInstance[]): unknown {
  return instances.map(({ id, points, box, deleted }) => ({ id, points: [...points], box, deleted }));
}

describe("undo and redo", () => {
  it("walk the same states back and forth, whatever was done", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const draw = random(seed);
      const { editor } = stage([person("a", 0, 200, 200), person("b", 0, 500, 300), person("c", 3, 400, 300)]);
      const ids = ["a", "b", "c"];
      const all = (): unknown => snapshot(ids.map((id) => editor.store.get(id)).filter((one) => one !== null));
      const states = [all()];
      for (let step = 0; step < 12; step++) {
        const now = editor.store.get(ids[Math.floor(draw() * ids.length)] ?? "a");
        if (!now) continue;
        const k = Math.floor(draw() * 5);
        const edits = [
          () => setPoint(now, k, { x: draw() * 900, y: draw() * 700, v: draw() < 0.5 ? 1 : 2 }),
          () => setPoint(now, k, { x: 0, y: 0, v: 0 }),
          () => moveInstance(now, draw() * 20 - 10, draw() * 20),
          () => setBox(now, [draw() * 100, draw() * 100, 50, 60]),
          () => swapSides(now, flip),
          () => ({ ...now, deleted: !now.deleted }),
        ];
        if (editor.change("Edit", [(edits[Math.floor(draw() * edits.length)] ?? (() => now))()])) states.push(all());
      }
      for (let i = states.length - 2; i >= 0; i--) {
        editor.edits.undo();
        expect(all()).toEqual(states[i]);
      }
      expect(editor.history.canUndo.value).toBeNull();
      for (const state of states.slice(1)) {
        editor.edits.redo();
        expect(all()).toEqual(state);
      }
    }
  });

  it("send what they do to the outbox, so that playing all diffs gives what is on the page", () => {
    const { editor, gestures, drag, key } = stage([person("a", 0, 200, 200)]);
    drag([200, 200], [260, 220]);
    drag([160, 260], [150, 300]);
    key("Mod+Z");
    key("Mod+Z");
    key("Mod+Shift+Z");
    const played = gestures.flatMap(({ diffs }) => diffs).reduce((_, diff) => diff.after, person("a", 0, 200, 200));
    expect([...played.points]).toEqual([...(editor.store.get("a")?.points ?? [])]);
    expect(gestures).toHaveLength(5);
  });

  it("turn to the frame of what they change", () => {
    const { editor, drag, key } = stage([person("a@0", 0, 200, 200), person("a@7", 7, 300, 200)]);
    drag([200, 200], [250, 200]);
    editor.goTo(7);
    drag([300, 200], [350, 200]);
    editor.goTo(12);
    key("Mod+Z");
    expect(editor.frame.value).toBe(7);
    key("Mod+Z");
    expect(editor.frame.value).toBe(0);
    expect(editor.selection.value).toMatchObject({ instance: "a@0", keypoint: 0 });
    key("Mod+Shift+Z");
    key("Mod+Shift+Z");
    expect(editor.frame.value).toBe(7);
  });

  it("ask for another media when the change is there", () => {
    const jumps: number[][] = [];
    const { editor, drag, key } = stage([person("a", 4, 200, 200)], { onJump: (...to) => jumps.push(to) });
    editor.goTo(4);
    drag([200, 200], [250, 200]);
    editor.open({ id: 2, kind: "image", name: "b.jpg", width: 10, height: 10, frames: 1, fps: 0 });
    key("Mod+Z");
    expect(jumps).toEqual([[1, 4]]);
    expect(point(editor.store.get("a") ?? person("", 0, 0, 0), 0).x).toBe(200);
  });

  it("take back their own point only, when somebody else moved another one since", () => {
    const { editor, drag, key } = stage([person("a", 0, 200, 200)]);
    drag([200, 200], [250, 230]);
    const mine = editor.store.get("a");
    if (!mine) throw new Error("lost");
    editor.load([{ ...setPoint(mine, 4, { x: 9, y: 8, v: 1 }), revision: 3 }]);
    key("Mod+Z");
    const now = editor.store.get("a");
    expect(now && point(now, 0)).toEqual({ x: 200, y: 200, v: 2 });
    expect(now && point(now, 4)).toEqual({ x: 9, y: 8, v: 1 });
    expect(now?.revision).toBe(3);
  });

  it("call off a gesture in hand instead of reaching for older work", () => {
    const { editor, gestures, drag, down, move, up, key } = stage([person("a", 0, 200, 200)]);
    drag([200, 200], [250, 200]);
    down([250, 200]);
    move([300, 300]);
    key("Mod+Z");
    up([300, 300]);
    expect([...(editor.store.get("a")?.points.slice(0, 2) ?? [])]).toEqual([250, 200]);
    expect(gestures).toHaveLength(1);
  });

  it("count key presses in a row as one step", () => {
    const { editor, click, key } = stage([person("a", 0, 200, 200)]);
    click([200, 200]);
    for (let i = 0; i < 5; i++) key("ArrowRight");
    key("Shift+ArrowDown");
    key("Alt+ArrowUp");
    const now = editor.store.get("a");
    expect(now && point(now, 0).x).toBe(205);
    expect(now && point(now, 0).y).toBeCloseTo(209.9, 9);
    key("Mod+Z");
    expect([...(editor.store.get("a")?.points.slice(0, 2) ?? [])]).toEqual([200, 200]);
    expect(editor.history.canUndo.value).toBeNull();
  });

  it("leaves out an instance of which somebody else's version was taken", () => {
    const { editor, click, key } = stage([person("a", 0, 200, 200), person("b", 0, 500, 200)]);
    click([200, 200]);
    key("ArrowRight");
    click([500, 200]);
    key("ArrowRight");
    editor.history.forget("b");
    key("Mod+Z");
    expect(editor.store.get("b")?.points[0]).toBe(501);
    expect(editor.store.get("a")?.points[0]).toBe(200);
    editor.history.forget("a");
    expect(editor.history.canRedo.value).toBeNull();
  });
});

describe("squashing", () => {
  const a = person("a", 0, 200, 200);
  const b = setPoint(a, 0, { x: 1, y: 2, v: 2 });

  it("joins a chain and drops what comes back to where it began", () => {
    const there: Diff = { instance: "a", before: a, after: b };
    const back: Diff = { instance: "a", before: b, after: { ...a, points: a.points.slice() } };
    expect(squash(there, back)).toBeNull();
    expect(squash(there, { instance: "a", before: b, after: { ...b, deleted: true } })?.before).toBe(a);
  });

  it("forgets an instance that was made and taken back before it was sent", () => {
    expect(squash({ instance: "n", before: null, after: a }, { instance: "n", before: a, after: { ...a, deleted: true } })).toBeNull();
  });
});
