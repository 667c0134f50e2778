import { describe, expect, test } from "vitest";
import { setPoint } from "../../src/editor/instance";
import type { EditorInstance } from "../../src/editor/types";
import { toScreen } from "../../src/geometry/camera";
import { VIDEO, person, stage } from "../editor/scene";
import type { Stage } from "../editor/scene";

function keyed(id: string, frame: number, x: number): EditorInstance {
  return { ...person(id, frame, x, 300), keyed: new Uint8Array([1, 1, 1, 1, 1]) };
}

/** The picture of the wanted frame is there. */
function show({ editor }: Stage): void {
  const media = editor.media.value?.id ?? 0;
  editor.picture.value = { media, frame: editor.frame.value, source: {} as CanvasImageSource };
}

/** A person through frames 0 to 10, keyed at both ends; the left wrist is chosen. */
function begun(): Stage {
  const scene = stage([keyed("a@0", 0, 200), keyed("a@10", 10, 400)]);
  show(scene);
  scene.editor.select("a@0", 1);
  scene.key("J");
  return scene;
}

const at = ({ editor }: Stage, frame: number) => editor.store.tracks.at(1, "a", frame);
const middle = ({ editor }: Stage) => {
  const { width, height } = editor.view.value;
  const { x, y } = editor.imageAt({ x: width / 2, y: height / 2 });
  return [Math.round(x), Math.round(y)];
};

describe("through a video", () => {
  test("the camera stands on the joint in each frame, at one zoom", () => {
    const scene = begun();
    expect(middle(scene)).toEqual([160, 360]);
    const { scale } = scene.editor.camera.value;
    scene.key("S");
    show(scene);
    expect(scene.editor.frame.value).toBe(1);
    const computed = at(scene, 1)?.points;
    expect(middle(scene)).toEqual([Math.round(computed?.[3] ?? 0), 360]);
    expect(scene.editor.camera.value.scale).toBe(scale);
    expect(scene.editor.selection.value.keypoint).toBe(1);
  });

  test("a click places it, keys it alone, and turns to the next frame; undo comes back", () => {
    const scene = begun();
    scene.editor.goTo(4);
    show(scene);
    scene.click([244, 380]);
    expect(scene.editor.frame.value).toBe(5);
    const row = at(scene, 4);
    expect(Array.from(row?.keyed ?? [])).toEqual([0, 1, 0, 0, 0]);
    expect([Math.round(row?.points[3] ?? 0), Math.round(row?.points[4] ?? 0), row?.points[5]]).toEqual([244, 380, 2]);
    scene.key("Mod+Z");
    expect([scene.editor.frame.value, at(scene, 4)?.between, scene.editor.tool.value.id]).toEqual([4, true, "joint"]);
  });

  test("right press and Shift: hidden; Enter: as it is; 0: not there; Backspace: back", () => {
    const scene = begun();
    const v = (frame: number) => [at(scene, frame)?.points[5], at(scene, frame)?.keyed?.[1]];
    const next = (act: () => unknown) => {
      act();
      show(scene);
    };
    next(() => scene.key("S"));
    next(() => scene.click([180, 370], { button: 2 }));
    next(() => scene.click([190, 370], { shiftKey: true }));
    next(() => scene.key("Enter"));
    next(() => scene.key("1"));
    next(() => scene.key("0"));
    expect([1, 2, 3, 4, 5].map(v)).toEqual([[1, 1], [1, 1], [2, 1], [1, 1], [0, 1]]);
    expect(scene.editor.frame.value).toBe(6);
    scene.key("Backspace");
    expect(scene.editor.frame.value).toBe(5);
  });

  test("longer steps, and the end is told", () => {
    const scene = begun();
    scene.key("]");
    scene.key("]");
    scene.key("S");
    expect(scene.editor.frame.value).toBe(5);
    expect(scene.editor.tool.value.hint()).toContain("every 5 frames");
    scene.editor.goTo(18);
    show(scene);
    scene.key("S");
    expect([scene.editor.frame.value, scene.messages.length]).toEqual([18, 1]);
  });

  test("beyond the last key the camera goes on as the joint moved, and a click makes a row of the same track", () => {
    const scene = begun();
    scene.editor.goTo(15);
    show(scene);
    expect(middle(scene)).toEqual([460, 360]);
    scene.click([455, 365]);
    const row = at(scene, 15);
    expect([row?.track, Array.from(row?.keyed ?? [])]).toEqual(["a", [0, 1, 0, 0, 0]]);
  });

  test("Tab takes the next joint in the same frame", () => {
    const scene = begun();
    scene.key("Tab");
    expect([scene.editor.selection.value.keypoint, scene.editor.frame.value]).toEqual([2, 0]);
    expect(middle(scene)).toEqual([240, 360]);
  });

  test("nothing is marked on the picture of another frame", () => {
    const scene = begun();
    scene.key("S");
    const count = scene.gestures.length;
    scene.key("Enter");
    scene.click([100, 100]);
    expect([scene.gestures.length, scene.editor.frame.value]).toEqual([count, 1]);
  });

  test("works from nothing: the first click begins the track", () => {
    const scene = stage();
    show(scene);
    scene.key("J");
    scene.click([300, 300]);
    show(scene);
    scene.click([310, 300]);
    const [first, second] = [scene.editor.store.at(1, 0)[0], scene.editor.store.at(1, 1)[0]];
    expect([first?.track === second?.track, first?.track !== null, scene.editor.frame.value]).toEqual([true, true, 2]);
  });
});

describe("through images", () => {
  test("each object of an image, then the next image, at the same zoom", () => {
    const jumps: number[] = [];
    const image = { ...VIDEO, kind: "image" as const, frames: 1, fps: 0 };
    const scene = stage([], { onJump: (media) => jumps.push(media) });
    const { editor } = scene;
    editor.open(image);
    editor.neighbours.value = { before: null, after: 2 };
    const [one, two] = [person("p@0", 0, 200, 300, { track: null }), person("q@0", 0, 600, 300, { track: null })];
    editor.load([one, setPoint(two, 1, { x: 0, y: 0, v: 0 })]);
    show(scene);
    editor.select(one.id, 1);
    scene.key("J");
    const { scale } = editor.camera.value;
    expect(middle(scene)).toEqual([160, 360]);
    scene.key("Enter");
    expect(editor.selection.value.instance).toBe(two.id);
    const place = toScreen(editor.camera.value, { x: 560, y: 360 });
    expect(place.x > 0 && place.x < 1016).toBe(true);
    scene.click([560, 360]);
    expect(Array.from(editor.store.get(two.id)?.points.slice(3, 6) ?? [])).toEqual([560, 360, 2].map((n) => expect.closeTo(n, 6) as number));
    expect(jumps).toEqual([2]);
    editor.open({ ...image, id: 2 });
    editor.load([person("r@0", 0, 500, 300, { media: 2, track: null })]);
    show(scene);
    expect(middle(scene)).toEqual([460, 360]);
    expect(editor.camera.value.scale).toBeCloseTo(scale, 9);
  });
});
