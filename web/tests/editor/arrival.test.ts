import { batch } from "@preact/signals-core";
import { describe, expect, it } from "vitest";
import { insertKey } from "../../src/editor/verbs/keys";
import { person, route, stage } from "./scene";

const keyed = (frame: number, x: number) => person(`t@${String(frame)}`, frame, x, 200, { track: "t", keyed: new Uint8Array(5).fill(1) });

/** A film of 20 frames with keys in 0, 8 and 16, of which frames 0 to 4 are here. */
function arriving() {
  const scene = stage([keyed(0, 100)]);
  scene.editor.arrival.begin([0, 4], [0, 8, 16]);
  const arrive = () =>
    batch(() => {
      scene.editor.load([keyed(8, 180), keyed(16, 260)]);
      scene.editor.arrival.here.value = null;
    });
  return { ...scene, arrive };
}

describe("labels that are still to come", () => {
  it("leave their frames alone until they are here", () => {
    const { editor, key, click, gestures, arrive } = arriving();
    expect(editor.ready).toBe(true);
    editor.goTo(8);
    expect(editor.ready).toBe(false);
    expect(editor.instances.value).toEqual([]);
    key("N");
    click([300, 300]);
    expect(gestures).toEqual([]);
    key("Escape");
    arrive();
    expect(editor.ready).toBe(true);
    expect(editor.instances.value.map(({ id }) => id)).toEqual(["t@8"]);
  });

  it("show nothing computed from half of the keys, also where a later one is known already", () => {
    const { editor } = arriving();
    editor.load([keyed(16, 260)]);
    editor.goTo(10);
    expect(editor.instances.value).toEqual([]);
  });

  it("are stepped to and drawn by what the server counted", () => {
    const { editor, key, arrive } = arriving();
    expect(editor.arrival.labelledFrames.value).toEqual([0, 8, 16]);
    key("Mod+ArrowRight");
    expect(editor.frame.value).toBe(8);
    arrive();
    expect(editor.arrival.labelledFrames.value).toEqual([0, 8, 16]);
    expect(editor.arrival.share.value).toBe(1);
  });

  it("hold back what reaches through the whole film, and say so", () => {
    const { editor, key, messages, gestures, arrive } = arriving();
    editor.select("t@0");
    key("Alt+S");
    key("Alt+M");
    insertKey(editor, { track: "t", keypoint: null }, 6);
    expect(gestures).toEqual([]);
    expect(editor.tracks.joining.value).toBeNull();
    expect(messages).toEqual(Array(3).fill("The labels of this video are still loading: try again in a moment"));
    arrive();
    editor.goTo(4);
    key("Alt+S");
    expect(gestures).toHaveLength(1);
  });

  it("do not disturb what is in hand", () => {
    const { editor, down, move, up, arrive, gestures } = arriving();
    down([100, 200]);
    move([120, 220]);
    arrive();
    move([130, 230]);
    up([130, 230]);
    expect(gestures).toHaveLength(1);
    expect(editor.store.get("t@0")?.points[0]).toBe(130);
    expect(editor.store.at(1, 4)[0]?.points[0]).toBeGreaterThan(130);
  });

  it("take the tour to its point as soon as it is here", () => {
    const { editor, arrive } = arriving();
    editor.routes.set([route(1, "t@16", 2, 16)]);
    editor.setTool("tour");
    const first = editor.routes.get(1);
    if (first) editor.showRoute(first);
    expect(editor.frame.value).toBe(16);
    expect(editor.selected.value).toBeNull();
    arrive();
    expect(editor.selection.value).toMatchObject({ instance: "t@16", keypoint: 2 });
    expect(editor.selected.value?.id).toBe("t@16");
  });

  it("are not lost to an undo of what is not here", () => {
    const { editor, key, messages, arrive } = arriving();
    const before = keyed(16, 260);
    const after = { ...before, deleted: true };
    editor.history.push({ title: "Delete person", media: 1, frame: 16, diffs: [{ instance: "t@16", before, after }], routes: [] });
    key("Mod+Z");
    expect(messages).toHaveLength(1);
    expect(editor.history.canUndo.value).not.toBeNull();
    arrive();
    editor.load([after]);
    key("Mod+Z");
    expect(editor.store.get("t@16")?.deleted).toBe(false);
  });
});
