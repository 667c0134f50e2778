import { describe, expect, it } from "vitest";
import { stateWords } from "../../src/editor/checklist";
import { point } from "../../src/editor/instance";
import { redo, undo } from "../../src/editor/verbs/undo";
import { PosePrior } from "../../src/geometry/prior";
import { toChange } from "../../src/sync/wire";
import { person, stage } from "./scene";

const LAYOUT = [[0, -0.4], [-0.3, 0], [0.3, 0], [-0.2, 0.4], [0.2, 0.4]] as const;
/** Of the variance, what all points share: so much of a point's way the others go along. */
const SHARED = 0.8;

/** People of five points that go together: one Gaussian, x and y apart. */
function people(): PosePrior {
  const pack = (numbers: readonly number[]): string => btoa(String.fromCharCode(...new Uint8Array(Float32Array.from(numbers).buffer)));
  const lower: number[] = [];
  for (let row = 0; row < 11; row++) {
    for (let column = 0; column <= row; column++) {
      if (row === 10) lower.push(row === column ? 1 : 0);
      else lower.push(row === column ? 1 : (row - column) % 2 ? 0 : SHARED);
    }
  }
  return new PosePrior({ source: "labels", poses: 100, keypoints: 5, weights: [1], means: pack([...LAYOUT.flat(), 0]), covariances: pack(lower) });
}

/** A template of a person in the box from 100, 100 to 300, 300. */
function scene(more: Parameters<typeof stage>[0] = []) {
  const staged = stage(more);
  const { editor, key, drag } = staged;
  editor.picture.value = { media: 1, frame: 0, source: {} as CanvasImageSource };
  editor.priors.value = new Map([["person", people()]]);
  key("T");
  drag([100, 100], [300, 300]);
  const made = () => editor.selected.value ?? person("", 0, 0, 0);
  const at = (k: number) => point(made(), k);
  const loose = () => [...editor.templates.loose(made())];
  return { ...staged, made, at, loose };
}

describe("a template in a drawn box", () => {
  it("is a new, selected instance, all of it visible and loose, in one gesture", () => {
    const { editor, gestures, made, at, loose } = scene();
    expect(gestures.map(({ title }) => title)).toEqual(["Template of person"]);
    expect(made().box).toEqual([100, 100, 200, 200]);
    LAYOUT.forEach(([x, y], k) => {
      expect(at(k).v).toBe(2);
      expect(at(k).x).toBeCloseTo(200 + 200 * x, 4);
      expect(at(k).y).toBeCloseTo(200 + 200 * y, 4);
    });
    expect(loose()).toEqual([0, 1, 2, 3, 4]);
    expect(editor.tool.value.id).toBe("select");
  });

  it("on a video every point of it is a key, also of those that follow later", () => {
    const { gestures, drag, made } = scene();
    expect([...(made().keyed ?? [])]).toEqual([1, 1, 1, 1, 1]);
    drag([200, 120], [210, 120]);
    const diff = gestures[1]?.diffs[0];
    expect(Object.keys((diff && toChange(diff, 0).points) ?? {})).toHaveLength(5);
  });

  it("follows live the point that is dragged, and never moves what was set before", () => {
    const { at, down, move, up, drag, loose } = scene();
    down([200, 120]);
    move([220, 120]);
    expect(at(1).x).toBeCloseTo(140 + SHARED * 20, 3);
    move([250, 130]);
    const nose = at(0);
    expect(nose.x).toBeCloseTo(250, 5);
    expect(nose.y).toBeCloseTo(130, 5);
    expect(at(1).x).toBeCloseTo(140 + SHARED * 50, 3);
    expect(at(1).y).toBeCloseTo(200 + SHARED * 10, 3);
    up([250, 130]);
    expect(loose()).toEqual([1, 2, 3, 4]);
    const wrist = at(2);
    drag([at(3).x, at(3).y], [at(3).x - 60, at(3).y]);
    expect(at(0)).toEqual(nose);
    expect(at(2).x).toBeLessThan(wrist.x - 10);
    expect(loose()).toEqual([1, 2, 4]);
  });

  it("one undo gives the point and the rest back, and which are loose; redo does it again", () => {
    const { editor, gestures, drag, made, loose } = scene();
    const template = [...made().points];
    drag([200, 120], [260, 120]);
    const first = [...made().points];
    drag([first[3] ?? 0, first[4] ?? 0], [60, 220]);
    const second = [...made().points];
    expect(gestures).toHaveLength(3);
    undo(editor);
    expect([...made().points]).toEqual(first);
    expect(loose()).toEqual([1, 2, 3, 4]);
    undo(editor);
    expect([...made().points]).toEqual(template);
    expect(loose()).toEqual([0, 1, 2, 3, 4]);
    redo(editor);
    redo(editor);
    expect([...made().points]).toEqual(second);
    expect(loose()).toEqual([2, 3, 4]);
    // After an undo the next drag goes on from there.
    undo(editor);
    drag([first[6] ?? 0, first[7] ?? 0], [400, 220]);
    expect(loose()).toEqual([1, 3, 4]);
  });

  it("undo of the template itself takes the instance away, and redo brings it back still loose", () => {
    const { editor, drag, loose, at } = scene();
    undo(editor);
    expect(editor.instances.value).toEqual([]);
    redo(editor);
    expect(loose()).toHaveLength(5);
    drag([200, 120], [220, 120]);
    expect(at(1).x).toBeCloseTo(140 + SHARED * 20, 3);
  });

  it("Escape in mid-drag puts the rest back too", () => {
    const { made, down, move, up, key, loose } = scene();
    const before = [...made().points];
    down([200, 120]);
    move([300, 200]);
    key("Escape");
    up([300, 200]);
    expect([...made().points]).toEqual(before);
    expect(loose()).toHaveLength(5);
  });

  it("a click sets a point where it is, without a step of undo where nothing moves", () => {
    const { click, drag, at, loose, gestures, made } = scene();
    const before = [...made().points];
    click([140, 200]);
    expect(loose()).toEqual([0, 2, 3, 4]);
    expect([...made().points]).toEqual(before);
    expect(gestures).toHaveLength(1);
    drag([200, 120], [250, 120]);
    expect(at(1)).toMatchObject({ x: before[3], y: before[4] });
    expect(at(2).x).toBeGreaterThan(260);
  });

  it("setting a visibility sets the point, one that stays visible too", () => {
    const { editor, made, key, loose, at, drag } = scene();
    editor.select(made().id, 1);
    key("1");
    expect(at(1).v).toBe(1);
    expect(loose()).toEqual([0, 2, 3, 4]);
    undo(editor);
    expect(loose()).toEqual([0, 1, 2, 3, 4]);
    redo(editor);
    expect(loose()).toEqual([0, 2, 3, 4]);
    editor.select(made().id, 3);
    key("2");
    expect(loose()).toEqual([0, 2, 4]);
    // What is not labelled says nothing about the rest.
    editor.select(made().id, 4);
    key("0");
    expect(loose()).toEqual([0, 2]);
    drag([200, 120], [230, 120]);
    expect(at(4).v).toBe(0);
    expect(loose()).toEqual([2]);
  });

  it("several chosen points that are judged right are set together", () => {
    const { editor, made, key, loose, gestures } = scene();
    editor.select(made().id, 1, [2, 4]);
    key("2");
    expect(loose()).toEqual([0, 3]);
    expect(gestures).toHaveLength(1);
    editor.select(made().id, 3);
    key("1");
    editor.select(made().id, 0, [3]);
    key("2");
    expect(loose()).toEqual([]);
    undo(editor);
    expect(editor.store.get(made().id)?.points[11]).toBe(1);
  });

  it("the list of keypoints tells which points nobody has set yet", () => {
    const { editor, drag, key } = scene();
    const told = () => editor.checks.list.value?.checks.map(stateWords);
    expect(told()).toEqual(Array(5).fill("visible, not set yet"));
    drag([200, 120], [220, 120]);
    expect(told()?.slice(0, 2)).toEqual(["visible", "visible, not set yet"]);
    key("Enter");
    expect(told()).toEqual(Array(5).fill("visible"));
  });

  it("of another category it is no template any more", () => {
    const { editor, made, drag, loose } = scene();
    const { id } = made();
    editor.change("Change category", [{ ...made(), category: "mug", points: new Float64Array(0), keyed: new Uint8Array(0) }]);
    expect(editor.store.row(id)?.category).toBe("mug");
    expect(editor.templates.open.value).toBe(null);
    drag([100, 150], [110, 150], { ctrlKey: true });
    expect(made().box?.[0]).toBe(110);
    expect(loose()).toEqual([]);
  });

  it("U goes through the points that nobody has set, and the keyboard alone sets them", () => {
    const { editor, key, loose } = scene();
    key("U");
    expect(editor.selection.value.keypoint).toBe(0);
    key("2");
    key("U");
    key("U");
    expect(editor.selection.value.keypoint).toBe(2);
    key("ArrowLeft");
    key("Shift+U");
    expect(editor.selection.value.keypoint).toBe(1);
    expect(loose()).toEqual([1, 3, 4]);
    key("Shift+U");
    expect(editor.selection.value.keypoint).toBe(4);
    for (let left = 2; left >= 0; left--) {
      key("U");
      key("2");
      expect(loose()).toHaveLength(left);
    }
  });

  it("arrow keys set the point they move, and merge into one step of undo", () => {
    const { editor, made, key, loose, gestures, at } = scene();
    const before = [...made().points];
    editor.select(made().id, 0);
    key("ArrowRight");
    key("ArrowRight");
    expect(loose()).toEqual([1, 2, 3, 4]);
    expect(at(0).x).toBeCloseTo(202, 4);
    expect(at(1).x).toBeCloseTo(140 + 2 * SHARED, 4);
    expect(gestures.length).toBe(3);
    undo(editor);
    expect([...made().points]).toEqual(before);
    expect(loose()).toHaveLength(5);
  });

  it("the box takes its loose points along when it is resized, and all when the whole is moved", () => {
    const { editor, drag, at, loose, made } = scene();
    drag([300, 300], [500, 300]);
    expect(made().box).toEqual([100, 100, 400, 200]);
    expect(at(0).x).toBeCloseTo(300, 3);
    expect(loose()).toHaveLength(5);
    undo(editor);
    drag([200, 120], [250, 120]);
    const other = at(3);
    drag([100, 150], [110, 170], { ctrlKey: true });
    expect(made().box).toEqual([110, 120, 200, 200]);
    expect(at(0).x).toBeCloseTo(260, 6);
    expect(at(3).x).toBeCloseTo(other.x + 10, 6);
    expect(loose()).toEqual([1, 2, 3, 4]);
  });

  it("a swap of the sides exchanges what was set, and the rest follows", () => {
    const { editor, key, drag, at, loose } = scene();
    drag([140, 200], [280, 200]);
    expect(loose()).toEqual([0, 2, 3, 4]);
    const wrist = at(1);
    key("X");
    expect(loose()).toEqual([0, 1, 3, 4]);
    expect(at(2)).toEqual(wrist);
    undo(editor);
    expect(loose()).toEqual([0, 2, 3, 4]);
  });

  it("another person's change in mid-work stays, and counts as set", () => {
    const { editor, drag, made, loose, at } = scene();
    drag([200, 120], [220, 120]);
    const points = made().points.slice();
    points.set([150, 310, 2], 9);
    editor.load([{ ...(editor.store.row(made().id) ?? made()), points, revision: 2 }]);
    expect(loose()).toEqual([1, 2, 4]);
    drag([220, 120], [260, 120]);
    expect(at(3)).toEqual({ x: 150, y: 310, v: 2 });
  });

  it("a save that comes back in mid-drag changes nothing", () => {
    const { editor, gestures, down, move, up, made, loose } = scene();
    down([200, 120]);
    move([240, 120]);
    const before = [...made().points];
    const saved = gestures[0]?.diffs[0]?.after;
    editor.load(saved ? [{ ...saved, revision: 1 }] : []);
    expect([...made().points]).toEqual(before);
    move([241, 120]);
    up([241, 120]);
    expect(loose()).toEqual([1, 2, 3, 4]);
    expect(gestures).toHaveLength(2);
  });
});

describe("the end of a template", () => {
  it("Enter: all count as set, and only what is dragged moves", () => {
    const { key, drag, at, loose } = scene();
    key("Enter");
    expect(loose()).toEqual([]);
    const wrist = at(1);
    drag([200, 120], [250, 120]);
    expect(at(1)).toEqual(wrist);
  });

  it("so does choosing something else, or another frame", () => {
    const { editor, made, loose } = scene([person("a", 0, 600, 400)]);
    const { id } = made();
    editor.select("a");
    editor.select(id);
    expect(loose()).toEqual([]);
    const again = scene();
    const first = again.made().id;
    again.editor.goTo(3);
    again.editor.goTo(0);
    again.editor.select(first);
    expect(again.loose()).toEqual([]);
  });
});

describe("a model's proposal", () => {
  it("is no template: only the point that is dragged moves, though the prior is known", async () => {
    const points = LAYOUT.flatMap(([x, y]) => [200 + 200 * x, 200 + 200 * y, 2]);
    const propose = () => Promise.resolve({ points, scores: Array<number>(5).fill(0.5) });
    const { editor, drag, key } = stage([], { proposer: { ready: () => Promise.resolve(), propose } });
    editor.picture.value = { media: 1, frame: 0, source: {} as CanvasImageSource };
    editor.priors.value = new Map([["person", people()]]);
    key("A");
    drag([100, 100], [300, 300]);
    await new Promise((done) => setTimeout(done));
    key("V");
    drag([200, 120], [250, 140]);
    const now = [...(editor.selected.value?.points ?? [])];
    expect(now[0]).toBeCloseTo(250, 6);
    expect(now.slice(3)).toEqual(points.slice(3));
  });
});

describe("the template tool", () => {
  it("fills the box of a selected instance that has no points", () => {
    const empty = person("b", 0, 0, 0, { points: new Float64Array(15), box: [400, 400, 100, 200] });
    const { editor, key, at, made, gestures } = scene([empty]);
    editor.select("b");
    key("T");
    expect(made().id).toBe("b");
    expect(at(0).v).toBe(2);
    expect(at(1).x).toBeLessThan(450);
    expect(gestures).toHaveLength(2);
  });

  it("fills a box that is clicked", () => {
    const empty = person("b", 0, 0, 0, { points: new Float64Array(15), box: [400, 400, 100, 200] });
    const { editor, key, click, made } = scene([empty]);
    editor.select(null);
    key("T");
    click([450, 500]);
    expect(made().id).toBe("b");
    expect(editor.templates.loose(made()).size).toBe(5);
  });

  it("keeps the box and says why where no template is known yet", () => {
    const { editor, key, drag, messages, made, at } = scene();
    editor.priors.value = new Map();
    editor.select(null);
    key("T");
    drag([500, 500], [600, 700]);
    expect(messages).toEqual(["The template of a person has not come from the server yet: select the box in a moment; T: fill it"]);
    expect(made().box).toEqual([500, 500, 100, 200]);
    expect(at(0).v).toBe(0);
  });

  it("says so where a category has no keypoints", () => {
    const { editor, key, messages } = scene();
    editor.select(null);
    editor.category.value = "mug";
    key("T");
    expect(messages).toEqual(["A mug has no keypoints: draw a box instead"]);
    expect(editor.tool.value.id).toBe("select");
  });
});
