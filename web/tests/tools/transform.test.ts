import { describe, expect, it } from "vitest";
import { point } from "../../src/editor/instance";
import { maskArea, maskContains, maskShape, runsDocument } from "../../src/editor/mask";
import { GRIP_RADIUS } from "../../src/editor/transform";
import type { TransformGrip } from "../../src/editor/types";
import { boxPolygon } from "../../src/geometry/polygons";
import { rasterise } from "../../src/geometry/rasterise";
import { combineSpans } from "../../src/geometry/rle";
import type { Spans } from "../../src/geometry/rle";
import { person, stage, VIDEO } from "../editor/scene";
import type { Stage } from "../editor/scene";

function grip({ editor }: Stage, name: TransformGrip): [number, number] {
  const found = editor.transform.value?.grips.find((each) => each.grip === name);
  if (!found) throw new Error(`no grip ${name}`);
  return [found.at.x, found.at.y];
}

const at = ({ editor }: Stage, k: number) => point(editor.store.get("a") ?? person("", 0, 0, 0), k);
const places = (scene: Stage) => [0, 1, 2, 3, 4].map((k) => [at(scene, k).x, at(scene, k).y]);

describe("moving, turning and scaling by grips", () => {
  it("a whole instance moves by its own handle, box and all, and by nothing else", () => {
    const scene = stage([person("a", 0, 200, 200, { box: [150, 190, 100, 170] })]);
    scene.editor.select("a");
    const [x, y] = grip(scene, "move");
    scene.drag([x + 9, y - 5], [x + 39, y + 15]);
    expect(at(scene, 0)).toMatchObject({ x: expect.closeTo(230, 9), y: expect.closeTo(220, 9) });
    expect(scene.editor.store.get("a")?.box?.slice(0, 2)).toEqual([expect.closeTo(180, 9), expect.closeTo(210, 9)]);
    expect(scene.gestures.map(({ title }) => title)).toEqual(["Move person"]);
  });

  it("a near miss of a point never moves anything, wherever it is and wherever it goes", () => {
    const scene = stage([person("a", 0, 200, 200, { box: [150, 190, 100, 170] })]);
    const before = scene.editor.store.get("a");
    for (const k of [0, 1, 2, 3, 4]) {
      for (let turn = 0; turn < 12; turn++) {
        scene.editor.select("a");
        const { x, y } = at(scene, k);
        const [dx, dy] = [Math.cos(turn / 2) * 13, Math.sin(turn / 2) * 13];
        const hit = scene.editor.hits({ x: x + dx, y: y + dy })[0];
        if (hit?.kind === "handle") continue;
        expect(hit?.kind).not.toBe("transform");
        scene.drag([x + dx, y + dy], [x + dx + 40, y + dy + 25]);
      }
    }
    expect(scene.editor.store.get("a")).toBe(before);
  });

  it("no grip lies under a point of anybody, and each has room to be pressed", () => {
    const crowd = Array.from({ length: 12 }, (_, i) => person(`p${i}`, 0, 100 + (i % 4) * 70, 100 + Math.floor(i / 4) * 90));
    const scene = stage(crowd);
    for (const { id } of crowd) {
      scene.editor.select(id);
      for (const { grip: name, at: place } of scene.editor.transform.value?.grips ?? []) {
        if (name !== "move" && name !== "rotate") continue;
        for (const other of crowd) {
          for (let k = 0; k < 5; k++) {
            const { x, y } = point(other, k);
            expect(Math.hypot(x - place.x, y - place.y)).toBeGreaterThanOrEqual(2 * GRIP_RADIUS);
          }
        }
        expect(scene.editor.hits(place)[0]).toMatchObject({ kind: "transform", grip: name });
      }
    }
  });

  it("turning keeps distances; Shift turns by steps of 15 degrees", () => {
    const scene = stage([person("a", 0, 200, 200)]);
    scene.editor.select("a");
    const middle = { x: 200, y: 275 };
    const start = grip(scene, "rotate");
    const before = places(scene);
    scene.drag(start, [middle.x + 120, middle.y + 5]);
    const after = places(scene);
    for (const [i, [x = 0, y = 0]] of after.entries()) {
      const [bx = 0, by = 0] = before[i] ?? [];
      expect(Math.hypot(x - middle.x, y - middle.y)).toBeCloseTo(Math.hypot(bx - middle.x, by - middle.y), 6);
    }
    expect(scene.gestures.map(({ title }) => title)).toEqual(["Turn person"]);
    scene.key("Mod+Z");
    expect(places(scene)).toEqual(before);
    const [x, y] = grip(scene, "rotate");
    scene.drag([x, y], [middle.x + 100, middle.y - 96], { shiftKey: true });
    const { x: nx, y: ny } = at(scene, 0);
    expect(Math.atan2(nx - middle.x, middle.y - ny)).toBeCloseTo(Math.PI / 4, 6);
  });

  it("scaling holds the opposite corner; Shift keeps proportions; it never turns over", () => {
    const scene = stage([person("a", 0, 200, 200)]);
    scene.editor.select("a");
    const [x, y] = grip(scene, "se");
    scene.drag([x, y], [x + (x - 160), y]);
    expect(at(scene, 1).x).toBeCloseTo(160, 6);
    expect(at(scene, 2).x).toBeCloseTo(320, 6);
    expect(at(scene, 4).y).toBeCloseTo(350, 6);
    scene.key("Mod+Z");
    scene.drag([x, y], [x + (x - 160), y + (y - 200)], { shiftKey: true });
    expect([at(scene, 2).x, at(scene, 4).y]).toEqual([expect.closeTo(320, 6), expect.closeTo(500, 6)]);
    scene.key("Mod+Z");
    scene.drag([x, y], [20, 20]);
    expect(at(scene, 2).x).toBeCloseTo(164, 6);
    expect(at(scene, 2).v).toBe(2);
  });

  it("a whole instance takes its box and its polygon along when it is scaled, as one gesture", () => {
    const scene = stage([person("a", 0, 200, 200, { box: [150, 190, 100, 170], mask: [[160, 200, 240, 200, 240, 350, 160, 350]] })]);
    scene.editor.select("a");
    const [x, y] = grip(scene, "se");
    const outline = scene.editor.transform.value?.box ?? [0, 0, 0, 0];
    const fixed = { x: outline[0], y: outline[1] };
    scene.drag([x, y], [fixed.x + 1.5 * (x - fixed.x), fixed.y + 1.5 * (y - fixed.y)]);
    const now = scene.editor.store.get("a");
    const grown = (px: number, py: number) => [expect.closeTo(fixed.x + 1.5 * (px - fixed.x), 6), expect.closeTo(fixed.y + 1.5 * (py - fixed.y), 6)];
    expect(now?.box).toEqual([...grown(150, 190), expect.closeTo(150, 6), expect.closeTo(255, 6)]);
    expect(now?.mask).toEqual([[...grown(160, 200), ...grown(240, 200), ...grown(240, 350), ...grown(160, 350)]]);
    expect([at(scene, 3).x, at(scene, 3).y]).toEqual(grown(180, 350));
    expect(scene.gestures).toHaveLength(1);
    scene.key("Mod+Z");
    expect(scene.editor.store.get("a")).toMatchObject({ box: [150, 190, 100, 170], mask: [[160, 200, 240, 200, 240, 350, 160, 350]] });
  });

  it("painted pixels turn with their instance, hole and island too; the box keeps its size", () => {
    const ring = (shape: number[][]) => shape.map(([x = 0, y = 0, side = 0]) => rasterise(boxPolygon([x, y, side, side]), 1000, 800));
    const [outer, hole, island] = ring([[150, 225, 100], [170, 245, 60], [190, 265, 20]]) as [Spans, Spans, Spans];
    const mask = runsDocument(combineSpans(combineSpans(outer, hole, "cut"), island, "add"), VIDEO, null);
    const scene = stage([person("a", 0, 200, 200, { box: [150, 190, 100, 170], mask })]);
    scene.editor.select("a");
    const start = grip(scene, "rotate");
    const middle = { x: 200, y: 275 };
    const [dx, dy] = [start[0] - middle.x, start[1] - middle.y];
    // A quarter turn about the middle of the points, which is the mask's own: it covers the same pixels but for its edge.
    scene.drag(start, [middle.x - dy, middle.y + dx]);
    const now = scene.editor.store.get("a");
    const shape = maskShape(now?.mask ?? null);
    const holds = (x: number, y: number) => !!shape && maskContains(shape, { x, y });
    expect([holds(155, 275), holds(180, 275), holds(200, 275), holds(200, 230)]).toEqual([true, false, true, true]);
    expect(Math.abs((shape ? maskArea(shape) : 0) - (100 ** 2 - 60 ** 2 + 20 ** 2))).toBeLessThan(400);
    expect(now?.box).toEqual([expect.closeTo(150, 6), expect.closeTo(190, 6), 100, 170]);
    expect(scene.gestures).toHaveLength(1);
  });

  it("acts on the chosen points only, and Escape puts them back", () => {
    const scene = stage([person("a", 0, 200, 200)]);
    scene.editor.select("a", 1, [2]);
    const before = places(scene);
    scene.drag(grip(scene, "rotate"), [300, 262]);
    const after = places(scene);
    expect([after[0], after[3], after[4]]).toEqual([before[0], before[3], before[4]]);
    expect(after[1]).not.toEqual(before[1]);
    scene.key("Mod+Z");
    scene.down(grip(scene, "move"));
    scene.move([500, 500]);
    expect(at(scene, 1).x).not.toBe(160);
    scene.key("Escape");
    scene.up([510, 500]);
    expect(places(scene)).toEqual(before);
    expect(scene.gestures).toHaveLength(2);
  });

  it("the cursor and the status line tell what each grip does", () => {
    const scene = stage([person("a", 0, 200, 200)]);
    scene.editor.select("a");
    const tool = scene.editor.tool.value;
    const told = (["move", "rotate", "nw", "ne"] as const).map((name) => {
      scene.move(grip(scene, name));
      return tool.cursor();
    });
    expect(told).toEqual(["move", "grab", "nwse-resize", "nesw-resize"]);
    scene.move(grip(scene, "rotate"));
    expect(tool.hint()).toContain("turn");
    scene.down(grip(scene, "rotate"));
    scene.move([300, 300]);
    expect(tool.cursor()).toBe("grabbing");
    scene.input.cancel();
    expect(tool.cursor()).not.toBe("grabbing");
  });
});
