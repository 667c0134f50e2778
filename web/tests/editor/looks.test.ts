import { describe, expect, it } from "vitest";
import { loupeTarget, loupeWindow } from "../../src/canvas/loupe";
import { drawPixelGrid } from "../../src/canvas/pixelGrid";
import type { Context } from "../../src/canvas/batches";
import { drawInstances } from "../../src/canvas/instances";
import { chosenPoints } from "../../src/editor/chosen";
import { shownInstances } from "../../src/editor/shown";
import { CATEGORIES, person, stage } from "./scene";

/** How often each call of a canvas was made. */
function counter(): { context: Context; calls: Record<string, number> } {
  const calls: Record<string, number> = {};
  const context = new Proxy({} as Record<string, unknown>, {
    get: (target, name) => target[String(name)] ?? (() => void (calls[String(name)] = (calls[String(name)] ?? 0) + 1)),
  });
  return { context: context as unknown as Context, calls };
}

describe("looks", () => {
  it("others are hidden while one instance is selected, and cannot be pressed", () => {
    const { editor, key, click } = stage([person("a", 0, 200, 200), person("b", 0, 600, 300)]);
    editor.select("a");
    expect(key("Shift+A")).toBe(true);
    const { options, selection, instances } = editor;
    expect(shownInstances(instances.value, selection.value, options.value).map(({ id }) => id)).toEqual(["a"]);
    expect(editor.hits({ x: 600, y: 300 })).toEqual([]);
    click([600, 300]);
    expect(selection.value.instance).toBeNull();
    click([600, 300]);
    expect(selection.value.instance).toBe("b");
    key("Shift+A");
    expect(editor.hits({ x: 200, y: 200 })[0]).toMatchObject({ instance: "a" });
  });

  it("one keypoint is shown through all instances, and only it can be pressed or taken by a lasso", () => {
    const { editor, key, click, down, move, up, messages } = stage([
      person("a", 0, 200, 200, { box: [100, 100, 200, 300] }),
      person("b", 0, 600, 300),
    ]);
    click([160, 260]);
    key("Shift+K");
    expect(editor.options.value.onlyKeypoint).toBe(1);
    expect(messages[0]).toContain("left wrist");
    expect(editor.hits({ x: 200, y: 200 })).toEqual([]);
    expect(editor.hits({ x: 560, y: 360 })).toMatchObject([{ kind: "point", instance: "b", keypoint: 1 }]);
    const { context, calls } = counter();
    const look = { camera: editor.camera.value, options: editor.options.value, category: () => CATEGORIES[0] ?? null, cheap: true, strong: false };
    drawInstances(context, editor.instances.value, look);
    expect([calls.fillRect, calls.lineTo, calls.strokeRect]).toEqual([2, undefined, undefined]);
    editor.select("a");
    down([100, 150]);
    for (const corner of [[300, 150], [300, 400], [100, 400]] as const) move(corner);
    up([100, 160]);
    expect(chosenPoints(editor.selection.value)).toEqual([1]);
    key("Shift+K");
    expect(editor.options.value.onlyKeypoint).toBeNull();
    expect(editor.hits({ x: 200, y: 200 })[0]).toMatchObject({ keypoint: 0 });
  });

  it("the loupe looks at the pointer, and at the held point while one is dragged; a finger gets it by itself", () => {
    const { editor, key, move, down, up, input } = stage([person("a", 0, 200, 200)]);
    move([300, 310]);
    expect(loupeTarget(editor)).toBeNull();
    key("Shift+M");
    expect(loupeTarget(editor)).toMatchObject({ x: expect.closeTo(300, 9), y: expect.closeTo(310, 9) });
    const [x = 0, y = 0, width = 0, height = 0] = loupeWindow(editor) ?? [];
    const { scale, x: ox, y: oy } = editor.camera.value;
    const at = { x: 300 * scale + ox, y: 310 * scale + oy };
    expect(at.x < x || at.x > x + width || at.y < y || at.y > y + height).toBe(true);
    down([203, 201]);
    move([253, 241]);
    expect(loupeTarget(editor)).toMatchObject({ x: expect.closeTo(250, 9), y: expect.closeTo(240, 9) });
    up([253, 241]);
    key("Shift+M");
    editor.coarse.value = true;
    down([250, 240]);
    move([300, 300]);
    expect(loupeTarget(editor)).not.toBeNull();
    input.cancel();
    expect(loupeTarget(editor)).toBeNull();
  });

  it("the loupe stays inside the view, in every corner", () => {
    const { editor, key, move } = stage([person("a", 0, 200, 200)]);
    key("Shift+M");
    for (const coarse of [false, true]) {
      editor.coarse.value = coarse;
      for (const at of [[1, 1], [999, 1], [1, 799], [999, 799], [500, 400]] as const) {
        move(at);
        const [x = 0, y = 0, width = 0, height = 0] = loupeWindow(editor) ?? [];
        expect([at, x + 3 >= 0, y + 3 >= 0, x + width <= 1019, y + height <= 819]).toEqual([at, true, true, true, true]);
      }
    }
  });

  it("the pixel grid comes when pixels are large, with as many lines as the view has", () => {
    const size = { width: 1000, height: 800 };
    const far = counter();
    drawPixelGrid(far.context, { scale: 4, x: 0, y: 0 }, size, size);
    expect(far.calls.lineTo).toBeUndefined();
    const near = counter();
    drawPixelGrid(near.context, { scale: 20, x: -105, y: -100 }, size, { width: 400, height: 200 });
    expect(near.calls.lineTo).toBe(20 + 11);
  });

  it("the picture's tone is set by keys and put back by one", () => {
    const { editor, key } = stage();
    for (const chord of ["Alt+=", "Alt+=", "Alt+[", "Alt+."]) key(chord);
    const { brightness, contrast, gamma } = editor.options.value;
    expect([brightness > 1.3, contrast < 1, gamma > 1]).toEqual([true, true, true]);
    key("Alt+-");
    key("Alt+-");
    expect(editor.options.value.brightness).toBe(1);
    key("Alt+0");
    expect(editor.options.value).toMatchObject({ brightness: 1, contrast: 1, gamma: 1 });
    expect(key("Alt+0")).toBe(false);
  });
});
