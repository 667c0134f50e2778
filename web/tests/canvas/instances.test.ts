import { describe, expect, it } from "vitest";
import { drawInstances } from "../../src/canvas/instances";
import type { Look } from "../../src/canvas/instances";
import type { Context } from "../../src/canvas/batches";
import { toleranceRadius } from "../../src/canvas/rings";
import { skeletonStyle } from "../../src/canvas/style";
import { setPoint } from "../../src/editor/instance";
import { CATEGORIES, person, stage } from "../editor/scene";

/** Writes down which calls were made and with which colour. */
function recorder(): { context: Context; calls: string[] } {
  const calls: string[] = [];
  const state: Record<string, unknown> = {};
  const context = new Proxy(state, {
    get: (target, name) =>
      name in target
        ? target[String(name)]
        : (...args: unknown[]) => {
            const look = name === "stroke" ? state.strokeStyle : name === "fill" || name === "fillRect" ? state.fillStyle : "";
            calls.push(`${String(name)}(${args.map(String).join(",")})${look ? ` ${String(look)}` : ""}`);
          },
    set: (target, name, value) => {
      target[String(name)] = value;
      return true;
    },
  });
  return { context: context as unknown as Context, calls };
}

const [category] = CATEGORIES;
const look = (more: Partial<Look> = {}): Look => ({
  camera: { scale: 2, x: 10, y: 20 },
  options: stage().editor.options.value,
  category: () => category ?? null,
  cheap: false,
  strong: false,
  ...more,
});

const count = (calls: string[], start: string): number => calls.filter((call) => call.startsWith(start)).length;

describe("drawing instances", () => {
  it("tells left from right by colour and by shape", () => {
    const style = category && skeletonStyle(category);
    expect(style?.marks.map(({ shape }) => shape)).toEqual(["diamond", "square", "disc", "square", "disc"]);
    expect(style?.marks[1]?.color).not.toBe(style?.marks[2]?.color);
  });

  it("draws hidden points hollow and visible ones filled", () => {
    const visible = recorder();
    drawInstances(visible.context, [person("a", 0, 100, 100)], look());
    const filled = count(visible.calls, "fill()");
    const hidden = recorder();
    const instance = [0, 1, 2, 3, 4].reduce((now, k) => setPoint(now, k, { x: 50, y: 60, v: 1 }), person("a", 0, 100, 100));
    drawInstances(hidden.context, [instance], look());
    expect(filled).toBe(3);
    expect(count(hidden.calls, "fill()")).toBe(0);
  });

  it("draws the loose points of a template and the lines to them dotted, the others as ever", () => {
    const { context, calls } = recorder();
    drawInstances(context, [person("a", 0, 100, 100)], look({ loose: new Set([1, 2, 3]) }));
    const style = category && skeletonStyle(category);
    const color = style?.marks[1]?.color ?? "";
    expect(calls.filter((call) => call.startsWith("setLineDash(") && /\d/.test(call)).length).toBeGreaterThan(3);
    expect(calls).not.toContain(`fill() ${color}`);
    expect(calls).toContain(`stroke() ${color}`);
    expect(calls).toContain(`fill() ${style?.marks[4]?.color ?? ""}`);
    expect(count(calls, "lineTo")).toBeGreaterThanOrEqual(4);
  });

  it("while something moves, draws loose points as empty squares, without dots", () => {
    const { context, calls } = recorder();
    drawInstances(context, [person("a", 0, 100, 100)], look({ cheap: true, loose: new Set([1, 2, 3]) }));
    expect(count(calls, "rect(")).toBe(3);
    expect(count(calls, "fillRect")).toBe(2);
    expect(calls.filter((call) => call.startsWith("setLineDash(") && /\d/.test(call))).toEqual([]);
  });

  it("leaves out what is not labelled, and edges to it", () => {
    const { context, calls } = recorder();
    drawInstances(context, [setPoint(person("a", 0, 100, 100), 0, { x: 0, y: 0, v: 0 })], look());
    expect(count(calls, "lineTo")).toBe(0);
    expect(count(calls, "rect")).toBe(2);
    expect(count(calls, "arc")).toBe(2);
  });

  it("draws a part: some points and all lines at them, or everything else", () => {
    const points = new Set([1]);
    const [all, inside, outside] = [undefined, true, false].map((side) => {
      const { context, calls } = recorder();
      const part = side === undefined ? null : { points, inside: side };
      drawInstances(context, [person("a", 0, 100, 100)], look({ cheap: true, part }));
      return { lines: count(calls, "lineTo"), dots: count(calls, "fillRect") };
    });
    expect(inside?.dots).toBe(1);
    expect(inside?.lines).toBeGreaterThan(0);
    expect((inside?.dots ?? 0) + (outside?.dots ?? 0)).toBe(all?.dots);
    expect((inside?.lines ?? 0) + (outside?.lines ?? 0)).toBe(all?.lines);
  });

  it("maps to the screen exactly", () => {
    const { context, calls } = recorder();
    drawInstances(context, [person("a", 0, 100.25, 100.5)], look({ cheap: true }));
    expect(calls.some((call) => call.startsWith("moveTo(210.5,221)"))).toBe(true);
  });

  it("rings points of low score with dashes, and draws many instances in few calls", () => {
    const scores = Float32Array.of(0.9, 0.1, 0.9, NaN, 0.9);
    const { context, calls } = recorder();
    drawInstances(context, [person("a", 0, 100, 100, { scores })], look());
    expect(calls).toContain("setLineDash(3,2.5)");
    const many = recorder();
    drawInstances(many.context, Array.from({ length: 50 }, (_, i) => person(`p${i}`, 0, i * 10, 100)), look({ cheap: true }));
    expect(count(many.calls, "stroke(")).toBe(2);
    expect(count(many.calls, "fillRect")).toBe(250);
  });

  it("knows the tolerance from sigma and size", () => {
    const skeleton = category?.skeleton;
    if (!skeleton) throw new Error("no skeleton");
    expect(toleranceRadius(person("a", 0, 0, 0, { box: [0, 0, 100, 400] }), skeleton, 0)).toBeCloseTo(2 * 0.05 * 200);
  });
});
