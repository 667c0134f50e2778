import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { drawMasks, maskColor } from "../../src/canvas/masks";
import type { Context } from "../../src/canvas/batches";
import { CATEGORIES, person, stage } from "../editor/scene";

class Path {
  static made = 0;
  readonly corners: string[] = [];
  constructor() {
    Path.made++;
  }
  moveTo(x: number, y: number): void {
    this.corners.push(`${x},${y}`);
  }
  lineTo(x: number, y: number): void {
    this.moveTo(x, y);
  }
  closePath(): void {
    this.corners.push("close");
  }
}

/** Notes what is filled and stroked, under which transform and with which strength. */
function recorder(): { context: Context; calls: string[] } {
  const calls: string[] = [];
  const context = {
    globalAlpha: 0.5,
    lineWidth: 0,
    save: () => undefined,
    restore: () => undefined,
    transform: (...to: number[]) => calls.push(`transform ${to.join(" ")}`),
    fill(path: Path, rule: string) {
      calls.push(`fill ${path.corners.join(" ")} ${rule} ${this.globalAlpha}`);
    },
    stroke() {
      calls.push(`stroke ${this.lineWidth}`);
    },
  };
  return { context: context as unknown as Context, calls };
}

describe("drawing masks", () => {
  const before = globalThis.Path2D;
  beforeEach(() => {
    globalThis.Path2D = Path as unknown as typeof Path2D;
  });
  afterEach(() => {
    globalThis.Path2D = before;
  });

  it("fills in the picture's pixels under the camera; the path is made once for each record", () => {
    const look = {
      camera: { scale: 2, x: 10, y: 20 }, options: stage().editor.options.value, category: () => CATEGORIES[0] ?? null, cheap: false, strong: false,
    };
    const ring = { size: [3, 3], counts: [0, 4, 1, 4] };
    const drawn = recorder();
    drawMasks(drawn.context, [person("a", 0, 0, 0, { mask: ring }), person("b", 0, 0, 0)], look);
    expect(drawn.calls).toEqual([
      "transform 2 0 0 2 10 20",
      "fill 0,0 3,0 3,3 0,3 close 1,1 1,2 2,2 2,1 close nonzero 0.15",
      "stroke 0.625",
    ]);
    const made = Path.made;
    drawMasks(recorder().context, [person("a", 0, 5, 5, { mask: ring })], { ...look, camera: { scale: 7, x: 0, y: 0 } });
    expect(Path.made).toBe(made);
  });

  it("has the category's colour, or one that its track keeps", () => {
    const mug = { name: "mug", color: "#123456", skeleton: null };
    expect(maskColor(person("a", 0, 0, 0), mug)).toBe("#123456");
    const plain = { ...mug, color: null };
    expect(maskColor(person("a@3", 3, 0, 0), plain)).toBe(maskColor(person("a@9", 9, 0, 0), plain));
  });
});
