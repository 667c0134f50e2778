import { describe, expect, it } from "vitest";
import { point } from "../../src/editor/instance";
import type { Diff, EditorInstance, FlowFrame, FlowQuestion } from "../../src/editor/types";
import { join } from "../../src/editor/verbs/tracks/join";
import { moveKeys } from "../../src/editor/verbs/tracks/keys";
import { propagate } from "../../src/editor/verbs/tracks/propagate";
import { toChange } from "../../src/sync/wire";
import { person, stage } from "./scene";
import type { Stage } from "./scene";

function row(frame: number, x: number, keyed: number[] = [1, 1, 1, 1, 1], track = "a"): EditorInstance {
  return person(`${track}@${String(frame)}`, frame, x, 200, { keyed: Uint8Array.from(keyed), track });
}

const keysAt = (scene: Stage, frame: number): number[] | null => {
  const seen = scene.editor.tracks.at(1, "a", frame);
  return seen?.between ? null : [...(seen?.keyed ?? [])];
};

/** Straight lines, so that numbers can be told by heart; frame 4 with the track selected. */
function scene(...rows: EditorInstance[]): Stage {
  const made = stage(rows.length ? rows : [row(0, 100), row(8, 180)]);
  made.editor.tracks.setInterpolation("linear");
  made.editor.goTo(4);
  made.editor.select(made.editor.instances.value[0]?.id ?? null);
  return made;
}

const frames = ({ editor }: Stage, track = "a"): number[] => editor.tracks.rows(1, track).map(({ frame }) => frame);
const seen = ({ editor }: Stage, track = "a"): number[] =>
  Array.from({ length: 20 }, (_, n) => n).filter((n) => editor.tracks.at(1, track, n));

describe("keys", () => {
  it("I keys every point where it is, or the selected one; each is one gesture that undo takes back", () => {
    const one = scene();
    one.key("I");
    expect(keysAt(one, 4)).toEqual([1, 1, 1, 1, 1]);
    expect(point(one.editor.tracks.at(1, "a", 4) as EditorInstance, 0)).toEqual({ x: 140, y: 200, v: 2 });
    one.key("Mod+Z");
    expect(keysAt(one, 4)).toBeNull();
    one.editor.select(one.editor.instances.value[0]?.id ?? null, 2, [3]);
    one.key("I");
    expect(keysAt(one, 4)).toEqual([0, 0, 1, 1, 0]);
    expect(one.gestures).toHaveLength(3);
  });

  it("I makes a keyframe of a frame that stood for itself", () => {
    const one = scene(person("a@4", 4, 140, 200, { track: "a" }));
    one.key("I");
    expect(keysAt(one, 4)).toEqual([1, 1, 1, 1, 1]);
    one.key("Mod+Z");
    expect(one.editor.store.row("a@4")?.keyed).toBeNull();
  });

  it("Shift+I takes away the selected point's key, or all of them and with them the row", () => {
    const one = scene(row(0, 100), row(4, 300), row(8, 180));
    one.editor.select("a@4", 1);
    one.key("Shift+I");
    expect(keysAt(one, 4)).toEqual([1, 0, 1, 1, 1]);
    expect(point(one.editor.selected.value as EditorInstance, 1).x).toBe(100);
    one.editor.select("a@4");
    one.key("Shift+I");
    expect(frames(one)).toEqual([0, 8]);
    expect(one.editor.selected.value).toMatchObject({ between: true, track: "a" });
    one.key("Mod+Z");
    one.key("Mod+Z");
    expect(keysAt(one, 4)).toEqual([1, 1, 1, 1, 1]);
    expect(point(one.editor.tracks.at(1, "a", 4) as EditorInstance, 1).x).toBe(260);
    one.editor.goTo(6);
    one.key("Shift+I");
    expect(one.messages.at(-1)).toMatch("no key");
  });

  it("move to another frame: one point's, or the whole keyframe", () => {
    const one = scene(row(0, 100), row(4, 300), row(8, 180));
    moveKeys(one.editor, "a", 4, 6, [1]);
    expect([keysAt(one, 4), keysAt(one, 6)]).toEqual([[1, 0, 1, 1, 1], [0, 1, 0, 0, 0]]);
    expect(point(one.editor.tracks.at(1, "a", 6) as EditorInstance, 1).x).toBe(260);
    one.key("Mod+Z");
    moveKeys(one.editor, "a", 8, 12);
    expect(frames(one)).toEqual([0, 4, 12]);
    expect(point(one.editor.tracks.at(1, "a", 12) as EditorInstance, 0).x).toBe(180);
    expect(moveKeys(one.editor, "a", 12, 20)).toBeNull();
    one.key("Mod+Z");
    expect(frames(one)).toEqual([0, 4, 8]);
  });

  it("are stepped through by < and >, and M goes half way between two", () => {
    const one = scene(row(0, 100), row(6, 0, [0, 1, 0, 0, 0]), row(12, 180));
    const at = (chord: string): number => {
      one.key(chord);
      return one.editor.frame.value;
    };
    expect([at(">"), at(">"), at("<"), at("<")]).toEqual([6, 12, 6, 0]);
    one.editor.select("a@0", 0);
    expect([at(">"), at("<"), at("M")]).toEqual([12, 0, 6]);
    one.editor.select(one.editor.selected.value?.id ?? null, 1);
    expect(at("M")).toBe(9);
  });
});

describe("tracks", () => {
  it("split: from here on it is another object, and neither pose moves", () => {
    const one = scene();
    one.key("Alt+S");
    const after = one.editor.selected.value?.track ?? "";
    expect(after).not.toBe("a");
    expect([seen(one), seen(one, after)]).toEqual([[0, 1, 2, 3], [4, 5, 6, 7, 8]]);
    expect(point(one.editor.tracks.at(1, after, 4) as EditorInstance, 0).x).toBe(140);
    expect(point(one.editor.tracks.at(1, "a", 3) as EditorInstance, 0).x).toBe(130);
    one.key("Mod+Z");
    expect(seen(one)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(frames(one)).toEqual([0, 8]);
  });

  it("join by identity: noted in one frame, joined in another; an overlap is refused and told", () => {
    const one = scene(row(0, 100), row(4, 140), row(10, 200, undefined, "b"), row(12, 220, undefined, "b"));
    one.key("Alt+M");
    expect(one.messages.at(-1)).toMatch("other track");
    one.editor.goTo(10);
    one.editor.select("b@10");
    one.key("Alt+M");
    expect([frames(one), frames(one, "b")]).toEqual([[0, 4, 10, 12], []]);
    expect(one.editor.selected.value?.track).toBe("a");
    one.key("Mod+Z");
    expect(frames(one, "b")).toEqual([10, 12]);
    const two = scene(row(0, 100), row(8, 140), row(6, 400, undefined, "b"));
    expect(join(two.editor, "a", "b")).toBe(false);
    expect(two.messages.at(-1)).toMatch("Both are there in frame 6");
    expect(two.gestures).toEqual([]);
  });

  it("presence ends here and begins again there, and no key is lost by it", () => {
    const one = scene(row(0, 100), row(10, 200));
    one.key("Alt+E");
    expect(seen(one)).toEqual([0, 1, 2, 3, 10]);
    expect(point(one.editor.tracks.at(1, "a", 3) as EditorInstance, 0).x).toBe(130);
    one.key("Mod+Z");
    expect(seen(one)).toHaveLength(11);
    one.editor.select(one.editor.instances.value[0]?.id ?? null);
    one.key("Alt+B");
    expect(seen(one)).toEqual([0, 4, 5, 6, 7, 8, 9, 10]);
    one.key("Mod+Z");
    expect(seen(one)).toHaveLength(11);
  });

  it("copy the pose forward into the same track, and the nearest one to where the object is missing", () => {
    const one = scene(row(0, 100), row(8, 180, undefined, "a"));
    one.editor.select(one.editor.instances.value[0]?.id ?? null, 2);
    one.key("Alt+C");
    expect(one.editor.frame.value).toBe(5);
    expect(keysAt(one, 5)).toEqual([1, 1, 1, 1, 1]);
    expect(point(one.editor.selected.value as EditorInstance, 0).x).toBe(140);
    expect(one.editor.selection.value.keypoint).toBe(2);
    one.editor.goTo(14);
    one.key("C");
    expect(frames(one)).toEqual([0, 5, 8, 14]);
    expect(point(one.editor.selected.value as EditorInstance, 0).x).toBe(180);
    one.editor.goTo(12);
    one.key("C");
    expect(keysAt(one, 12)).toEqual([1, 1, 1, 1, 1]);
  });

  it("a box of a keyframe goes along", () => {
    const boxed = { ...row(0, 100), box: [0, 0, 10, 10] as const };
    const one = scene(boxed, { ...row(8, 180), box: [80, 0, 10, 10] });
    one.key("Alt+C");
    expect(one.editor.store.row(one.editor.selected.value?.id ?? "")?.box).toEqual([40, 0, 10, 10]);
    one.key("Alt+S");
    expect(one.editor.selected.value?.box).toEqual([40, 0, 10, 10]);
  });

  it("positions between keys go straight or smoothly, as the label set is to keep", () => {
    const told: string[] = [];
    const one = stage([row(0, 100), row(4, 100), row(8, 180)], { onInterpolation: (kind) => told.push(kind) });
    one.editor.goTo(5);
    const x = (): number => point(one.editor.instances.value[0] as EditorInstance, 0).x;
    const smooth = x();
    one.key("Alt+I");
    expect([smooth === x(), x()]).toEqual([false, 120]);
    one.key("Alt+I");
    expect([x(), told]).toEqual([smooth, ["linear", "pchip"]]);
  });
});

describe("points carried by optical flow", () => {
  const answer = (question: FlowQuestion): FlowFrame[] =>
    Array.from({ length: question.last - question.first }, (_, n) => ({
      frame: question.first + n + 1,
      points: question.start.map(({ x, y }, i) => (i === 1 && n === 1 ? null : { x: x + n + 1, y: y + 7, score: 0.5 })),
    }));

  it("become keys with a score, in one gesture; lost ones stay between their keys and are told", async () => {
    const asked: FlowQuestion[] = [];
    const one = stage([row(0, 100), row(4, 180)], {
      onFlow: (question) => (asked.push(question), Promise.resolve(answer(question))),
    });
    one.editor.goTo(2);
    one.editor.select(one.editor.instances.value[0]?.id ?? null);
    await propagate(one.editor);
    expect(asked[0]).toMatchObject({ media: 1, first: 0, last: 4 });
    expect(asked[0]?.end?.[0]).toMatchObject({ x: 180, y: 200 });
    expect(frames(one)).toEqual([0, 1, 2, 3, 4]);
    expect([keysAt(one, 1), keysAt(one, 2)]).toEqual([[1, 1, 1, 1, 1], [1, 0, 1, 1, 1]]);
    const made = one.editor.tracks.at(1, "a", 3) as EditorInstance;
    expect([point(made, 0), made.scores?.[0]]).toEqual([{ x: 103, y: 207, v: 2 }, 0.5]);
    expect(one.messages.at(-1)).toMatch("14 of 15 points carried");
    expect(toChange(one.gestures[0]?.diffs[1] as Diff, 0)).toMatchObject({ scores: { "0": 0.5, "2": 0.5 } });
    one.key("Mod+Z");
    expect(frames(one)).toEqual([0, 4]);
  });

  it("go on past the last keyframe, one way, and only the selected points", async () => {
    const one = stage([row(0, 100)], { onFlow: (question) => Promise.resolve(answer(question)) });
    one.editor.select("a@0", 3);
    await propagate(one.editor);
    expect(frames(one)).toEqual(Array.from({ length: 16 }, (_, n) => n));
    expect(keysAt(one, 1)).toEqual([0, 0, 0, 1, 0]);
  });

  it("set nothing where the track changed meanwhile, and tell what went wrong", async () => {
    const one: Stage = stage([row(0, 100), row(4, 180)], {
      onFlow: (question) => {
        one.key("I");
        return Promise.resolve(answer(question));
      },
    });
    one.editor.goTo(2);
    one.editor.select(one.editor.instances.value[0]?.id ?? null);
    await propagate(one.editor);
    expect(frames(one)).toEqual([0, 2, 4]);
    const two = stage([row(0, 100), row(4, 180)], { onFlow: () => Promise.reject(new Error("frame 3 is damaged")) });
    two.editor.select("a@0");
    await propagate(two.editor);
    expect([two.gestures, two.messages.at(-1)]).toEqual([[], "The points were not carried: frame 3 is damaged"]);
  });
});
