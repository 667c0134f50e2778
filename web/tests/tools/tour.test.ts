import { describe, expect, it } from "vitest";
import { point } from "../../src/editor/instance";
import { toScreen } from "../../src/geometry/camera";
import { person, route, stage } from "../editor/scene";
import type { Stage } from "../editor/scene";

function tour(): Stage {
  const scene = stage([person("a@0", 0, 200, 200), person("a@3", 3, 210, 210), person("b@3", 3, 600, 300)]);
  scene.editor.routes.set([route(1, "a@0", 1), route(2, "a@3", 2, 3), route(3, "b@3", 0, 3)]);
  scene.key("R");
  return scene;
}

const states = ({ editor }: Stage) => editor.routes.list.value.map(({ state }) => state);

describe("the review tour", () => {
  it("goes to each point, zoomed in, by Tab and back by Shift+Tab", () => {
    const { editor, key } = tour();
    expect(editor.selection.value).toMatchObject({ instance: "a@0", keypoint: 1 });
    const middle = toScreen(editor.camera.value, { x: 160, y: 260 });
    expect(middle.x).toBeCloseTo(508);
    expect(middle.y).toBeCloseTo(408);
    expect(editor.camera.value.scale).toBeGreaterThan(2);
    key("Tab");
    expect(editor.frame.value).toBe(3);
    expect(editor.selection.value).toMatchObject({ instance: "a@3", keypoint: 2 });
    key("Tab");
    key("Shift+Tab");
    expect(editor.routeId.value).toBe(2);
  });

  it("Enter accepts and goes on; after the last one it says so", () => {
    const scene = tour();
    scene.key("Enter");
    scene.key("Enter");
    scene.key("Enter");
    expect(states(scene)).toEqual(["accepted", "accepted", "accepted"]);
    expect(scene.messages).toEqual(["All doubtful points are done"]);
    expect(scene.editor.tool.value.id).toBe("select");
    expect(scene.gestures.every(({ diffs, routes }) => !diffs.length && routes.length === 1)).toBe(true);
  });

  it("a drag fixes: the point and its route are one gesture, and undo opens it again", () => {
    const scene = tour();
    const { editor, drag, key, gestures } = scene;
    drag([160, 260], [175, 270]);
    expect(states(scene)[0]).toBe("fixed");
    expect(gestures).toHaveLength(1);
    expect(gestures[0]?.routes).toEqual([{ route: 1, before: "open", after: "fixed" }]);
    key("Enter");
    expect(editor.routeId.value).toBe(2);
    expect(gestures).toHaveLength(1);
    key("Mod+Z");
    expect(states(scene)[0]).toBe("open");
    expect(editor.routeId.value).toBe(1);
    expect(point(editor.store.get("a@0") ?? person("", 0, 0, 0), 1).x).toBe(160);
  });

  it("a press elsewhere puts the doubtful point there; with Shift it is hidden", () => {
    const scene = tour();
    scene.click([185, 225], { shiftKey: true });
    const at = point(scene.editor.store.get("a@0") ?? person("", 0, 0, 0), 1);
    expect(at.x).toBeCloseTo(185, 6);
    expect(at.v).toBe(1);
    expect(states(scene)[0]).toBe("fixed");
  });

  it("visibility and arrow keys answer a route, deleting the instance dismisses it", () => {
    const scene = tour();
    scene.key("1");
    scene.key("Tab");
    scene.key("ArrowLeft");
    scene.key("Tab");
    scene.key("Shift+Delete");
    expect(states(scene)).toEqual(["fixed", "fixed", "dismissed"]);
  });

  it("a visibility that stands already confirms the point", () => {
    const scene = tour();
    scene.key("2");
    expect(states(scene)).toEqual(["accepted", "open", "open"]);
    expect(scene.editor.routeId.value).toBe(1);
    scene.key("Mod+Z");
    expect(states(scene)[0]).toBe("open");
  });

  it("begins at the frame on the screen, and comes back to a point that was left", () => {
    const scene = tour();
    const { editor, key } = scene;
    key("Escape");
    editor.routeId.value = null;
    editor.goTo(2);
    key("R");
    expect(editor.routeId.value).toBe(2);
    key("D");
    scene.click([200, 300]);
    expect(scene.gestures).toEqual([]);
    expect(scene.messages.at(-1)).toContain("frame 3");
    key("R");
    expect([editor.routeId.value, editor.frame.value]).toEqual([2, 3]);
  });

  it("a route of a whole instance: a press places nothing, Enter accepts it", () => {
    const scene = stage([person("a@0", 0, 200, 200), person("a@3", 3, 210, 210)]);
    scene.editor.routes.set([route(1, "a@0", null), route(2, "a@3", 2, 3)]);
    scene.key("R");
    expect(scene.editor.selection.value).toMatchObject({ instance: "a@0", keypoint: null });
    expect(scene.editor.tool.value.hint()).toContain("Enter: it is gone there");
    scene.click([420, 420]);
    expect(scene.gestures).toHaveLength(0);
    scene.key("Enter");
    expect(states(scene)).toEqual(["accepted", "open"]);
    expect(scene.editor.routeId.value).toBe(2);
  });

  it("waits for a media that is opened later", () => {
    const scene = stage();
    const { editor } = scene;
    editor.routes.set([{ ...route(7, "z", 0), media: 2 }]);
    scene.key("R");
    expect(editor.selection.value.instance).toBeNull();
    editor.open({ id: 2, kind: "image", name: "z.jpg", width: 500, height: 400, frames: 1, fps: 0 });
    editor.load([person("z", 0, 100, 100, { media: 2 })]);
    expect(editor.selection.value).toMatchObject({ instance: "z", keypoint: 0 });
    expect(toScreen(editor.camera.value, { x: 100, y: 100 }).x).toBeCloseTo(508);
  });
});
