import { describe, expect, it } from "vitest";
import { point, setPoint, setPoints } from "../../src/editor/instance";
import type { EditorInstance } from "../../src/editor/types";
import { toChange } from "../../src/sync/wire";
import { person, stage } from "./scene";

/** A row of track "a" with some of its points keyed. */
export function row(frame: number, x: number, y: number, keyed: number[] = [1, 1, 1, 1, 1], more: Partial<EditorInstance> = {}): EditorInstance {
  return person(`a@${frame}`, frame, x, y, { keyed: Uint8Array.from(keyed), ...more });
}

/** Every point keyed as not there. */
const end = (frame: number): EditorInstance => row(frame, 0, 0, [1, 1, 1, 1, 1], { points: new Float64Array(15) });

const here = (scene: ReturnType<typeof stage>, frame: number): EditorInstance => {
  scene.editor.goTo(frame);
  const found = scene.editor.instances.value[0];
  if (!found) throw new Error(`nobody in frame ${frame}`);
  return found;
};

describe("between keys", () => {
  it("the object is computed in frames without a row, and only there", () => {
    const scene = stage([row(2, 100, 200), row(6, 140, 200)]);
    expect(here(scene, 3).between).toBe(true);
    expect(point(here(scene, 3), 0)).toEqual({ x: 110, y: 200, v: 2 });
    expect(here(scene, 6).between).toBeFalsy();
    for (const frame of [1, 7]) {
      scene.editor.goTo(frame);
      expect(scene.editor.instances.value).toEqual([]);
    }
  });

  it("nothing is computed beside a row that stands for itself", () => {
    const scene = stage([row(0, 100, 200), person("a@4", 4, 120, 200), row(8, 140, 200)]);
    for (const frame of [2, 6]) {
      scene.editor.goTo(frame);
      expect(scene.editor.instances.value).toEqual([]);
    }
  });

  it("each point goes by its own keys, and is held after its last one", () => {
    const scene = stage([row(0, 100, 200), row(4, 999, 999, [0, 1, 0, 0, 0]), row(8, 180, 200, [1, 0, 1, 1, 0])]);
    scene.editor.tracks.setInterpolation("linear");
    expect(point(here(scene, 4), 0)).toEqual({ x: 140, y: 200, v: 2 });
    expect(point(here(scene, 4), 1).x).toBe(959);
    expect(point(here(scene, 8), 1).x).toBe(959);
    expect(point(here(scene, 8), 4)).toEqual({ x: 120, y: 350, v: 2 });
  });

  it("visibility is held from the key before, and 0 means not there until the next key", () => {
    const first = setPoints(row(0, 100, 200), [[0, { x: 100, y: 200, v: 1 }]]);
    const middle = setPoint(row(4, 140, 200, [0, 0, 0, 0, 0]), 0, { x: 0, y: 0, v: 0 });
    const scene = stage([first, middle, row(8, 180, 200)]);
    expect([2, 4, 6, 8].map((frame) => point(here(scene, frame), 0).v)).toEqual([1, 0, 0, 2]);
    expect(point(here(scene, 6), 1).v).toBe(2);
  });

  it("a box is straight between boxes, and a row at which the presence ends shows nobody until the next", () => {
    const scene = stage([
      row(0, 100, 200, undefined, { box: [0, 0, 100, 100] }),
      row(2, 100, 200, [0, 0, 0, 0, 0]),
      row(4, 140, 200, undefined, { box: [40, 0, 200, 100] }),
      end(8),
      row(12, 180, 200),
    ]);
    expect(here(scene, 1).box).toEqual([10, 0, 125, 100]);
    expect(here(scene, 2).box).toEqual([20, 0, 150, 100]);
    expect(here(scene, 7).box).toEqual([40, 0, 200, 100]);
    for (const frame of [8, 10]) {
      scene.editor.goTo(frame);
      expect(scene.editor.instances.value).toEqual([]);
    }
    expect(here(scene, 12).box).toBeNull();
  });
});

describe("editing between keys", () => {
  it("a drag makes a row in which only that point is keyed; undo takes it away", () => {
    const scene = stage([row(0, 100, 200), row(8, 180, 200)]);
    const { editor, gestures } = scene;
    here(scene, 4);
    scene.drag([140, 200], [140, 300]);
    const made = here(scene, 4);
    expect(point(made, 0)).toEqual({ x: 140, y: 300, v: 2 });
    expect(made.between).toBe(false);
    expect([...(made.keyed ?? [])]).toEqual([1, 0, 0, 0, 0]);
    expect(editor.selected.value?.id).toBe(made.id);
    const [diff] = gestures[0]?.diffs ?? [];
    expect(diff && toChange(diff, 0)).toEqual({
      instance: made.id, base: 0, media: 1, frame: 4, category: "person", track: "a",
      points: { "0": [140, 300, 2] }, keyed: { "0": true },
    });
    scene.key("Mod+Z");
    expect(here(scene, 4)).toMatchObject({ id: made.id, between: true });
    expect(point(here(scene, 4), 0)).toEqual({ x: 140, y: 200, v: 2 });
    scene.key("Mod+Shift+Z");
    expect(point(here(scene, 4), 0).y).toBe(300);
  });

  it("points that are not keyed follow when their keys move, and are no change of their row", () => {
    const scene = stage([row(0, 100, 200), row(4, 0, 0, [1, 0, 0, 0, 0]), row(8, 180, 200)]);
    scene.editor.tracks.setInterpolation("linear");
    here(scene, 8);
    scene.drag([140, 260], [160, 260]);
    expect(point(here(scene, 4), 1).x).toBe(110);
    expect(scene.gestures[0]?.diffs.map(({ instance }) => instance)).toEqual(["a@8"]);
  });

  it("what is computed cannot be deleted, and says so", () => {
    const scene = stage([row(0, 100, 200), row(8, 180, 200)]);
    scene.editor.select(here(scene, 4).id);
    scene.key("Shift+Delete");
    expect(scene.gestures).toEqual([]);
    expect(scene.messages[0]).toMatch("computed");
  });

  it("the track stays selected from frame to frame", () => {
    const scene = stage([row(0, 100, 200), row(8, 180, 200)]);
    scene.editor.select("a@0", 1);
    scene.editor.goTo(5);
    expect(scene.editor.selected.value).toMatchObject({ track: "a", between: true });
    expect(scene.editor.selection.value.keypoint).toBe(1);
  });

  it("a new instance of a video begins a track with keys", () => {
    const scene = stage();
    scene.key("N");
    scene.click([300, 300]);
    expect([...(scene.editor.instances.value[0]?.keyed ?? [])]).toEqual([1, 0, 0, 0, 0]);
  });
});

describe("lanes", () => {
  it("tell presence, and for each keypoint its keys, what is computed and what is hidden", () => {
    const hidden = setPoint(row(6, 0, 0, [0, 0, 0, 0, 0]), 1, { x: 5, y: 5, v: 1 });
    const scene = stage([row(0, 100, 200), hidden, end(10), row(14, 100, 200), person("b@3", 3, 500, 200), person("b@4", 4, 500, 200)]);
    const [a, b] = scene.editor.tracks.lanes(1);
    expect(a).toMatchObject({ track: "a", category: "person", frames: [0, 6, 10, 14], presence: [[0, 9], [14, 14]] });
    expect(a?.points[1]).toEqual({ keypoint: 1, keyed: [0, 6, 10, 14], between: [[1, 5], [7, 9]], hidden: [[6, 9]] });
    expect(a?.points[0]).toEqual({ keypoint: 0, keyed: [0, 10, 14], between: [[1, 9]], hidden: [] });
    expect(b).toMatchObject({ frames: [3, 4], presence: [[3, 4]] });
    expect(b?.points[0]).toEqual({ keypoint: 0, keyed: [3, 4], between: [], hidden: [] });
    expect(scene.editor.tracks.lanes(1)[0]).toBe(a);
  });
});

it("a drag among ten tracks works out nothing of the other nine", () => {
  const count = 133;
  const rows = Array.from({ length: 1000 }, (_, n): EditorInstance => {
    const track = `t${n % 10}`;
    const frame = Math.floor(n / 10) * 10;
    const keyed = new Uint8Array(count).fill(1);
    const points = Float64Array.from({ length: 3 * count }, (_, i) => (i % 3 === 2 ? 2 : i + frame));
    return { ...person(`${track}@${frame}`, frame, 0, 0), category: "mug", points, keyed, track };
  });
  const { editor } = stage(rows.map((one) => ({ ...one, frame: one.frame })));
  editor.open({ id: 1, kind: "video", name: "long", width: 900, height: 900, frames: 1000, fps: 25 }, 505);
  expect(editor.instances.value).toHaveLength(10);
  const still = editor.instances.value[1];
  editor.begin("Move");
  for (let i = 0; i < 50; i++) {
    const now = editor.instances.value.find(({ track }) => track === "t0") as EditorInstance;
    editor.edits.preview(setPoint(now, 5, { x: i, y: i, v: 2 }));
  }
  editor.edits.commit();
  // Other tracks are not worked out again: their records are the very same.
  expect(editor.instances.value.find(({ id }) => id === still?.id)).toBe(still);
});
