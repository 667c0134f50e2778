import { describe, expect, it, vi } from "vitest";
import { pressKey, run } from "../../src/editor/commands";
import type { Proposal } from "../../src/editor/types";
import { undo } from "../../src/editor/verbs/undo";
import { toChange } from "../../src/sync/wire";
import { person, stage } from "../editor/scene";

const POINTS = [110, 120, 2, 0, 0, 0, 130, 140, 1, 150, 160, 2, 170, 180, 2];
const SCORES = [0.5, null, 0.25, 0.75, 0.875];
const settled = () => new Promise((done) => setTimeout(done));

/** A stage whose model answers when the test says so. */
function scene() {
  const answers: { done: (made: Proposal) => void; failed: (error: unknown) => void }[] = [];
  const ready = vi.fn(() => Promise.resolve());
  const propose = vi.fn(
    () => new Promise<Proposal>((done, failed) => answers.push({ done, failed })),
  );
  const staged = stage([person("a", 0, 500, 300)], { proposer: { ready, propose } });
  const { editor } = staged;
  editor.picture.value = { media: 1, frame: 0, source: {} as CanvasImageSource };
  run(editor, "tool.propose");
  return { ...staged, answers, ready, propose };
}

describe("a model's proposal for a drawn box", () => {
  it("becomes a new, selected instance with its scores, which one undo takes back", async () => {
    const { editor, gestures, drag, answers, ready, propose } = scene();
    expect(ready).toHaveBeenCalledWith("person", 1, 0);
    drag([100, 100], [200, 250]);
    expect(propose).toHaveBeenCalledWith("person", 1, 0, [100, 100, 100, 150]);
    expect(editor.awaited.value).toHaveLength(1);
    expect(editor.rubber.value).toBe(null);
    answers[0]?.done({ points: POINTS, scores: SCORES });
    await settled();
    const made = editor.selected.value;
    expect([...(made?.points ?? [])]).toEqual(POINTS);
    expect([...(made?.scores ?? [])]).toEqual([0.5, NaN, 0.25, 0.75, 0.875]);
    expect([...(made?.keyed ?? [])]).toEqual([1, 0, 1, 1, 1]);
    expect(made?.box).toEqual([100, 100, 100, 150]);
    expect(editor.awaited.value).toEqual([]);
    expect(gestures.map(({ title }) => title)).toEqual(["Propose person"]);
    const [diff] = gestures[0]?.diffs ?? [];
    expect(diff && toChange(diff, 0).scores).toEqual({ "0": 0.5, "2": 0.25, "3": 0.75, "4": 0.875 });
    undo(editor);
    expect(editor.instances.value.map(({ id }) => id)).toEqual(["a"]);
  });

  it("leaves the box where it fails, and says what to do", async () => {
    const { editor, messages, drag, answers } = scene();
    drag([100, 100], [200, 250]);
    answers[0]?.failed(Object.assign(new Error("The model weights are not installed"), { hint: "pip install vitruvian[models]" }));
    await settled();
    expect(messages).toEqual(["The model weights are not installed: pip install vitruvian[models]"]);
    expect(editor.selected.value?.box).toEqual([100, 100, 100, 150]);
    expect(editor.selected.value?.points.some(Boolean)).toBe(false);
    expect(editor.awaited.value).toEqual([]);
  });

  it("says as soon as the tool is chosen what stands in the way", async () => {
    const { editor, messages, ready } = scene();
    ready.mockReturnValueOnce(Promise.reject(new Error("The model knows none of these keypoints")));
    pressKey(editor, { key: "a", code: "KeyA", shiftKey: false, altKey: false, ctrlKey: false, metaKey: false });
    await settled();
    expect(messages).toEqual(["The model knows none of these keypoints"]);
  });

  it("comes into the frame it was asked for, while work goes on in another", async () => {
    const { editor, drag, answers } = scene();
    drag([100, 100], [200, 250]);
    editor.goTo(5);
    answers[0]?.done({ points: POINTS, scores: SCORES });
    await settled();
    expect(editor.frame.value).toBe(5);
    expect(editor.selected.value).toBe(null);
    expect(editor.store.at(1, 0)).toHaveLength(2);
    expect(editor.store.at(1, 5)).toHaveLength(0);
  });

  it("waits for the end of a gesture in hand", async () => {
    const { editor, gestures, drag, down, move, up, answers } = scene();
    drag([100, 100], [200, 250]);
    editor.setTool("select");
    down([500, 300]);
    move([540, 340]);
    answers[0]?.done({ points: POINTS, scores: SCORES });
    await settled();
    expect(gestures).toHaveLength(0);
    move([550, 350]);
    up([550, 350]);
    await settled();
    expect(gestures.map(({ title }) => title.split(" ")[0])).toEqual(["Move", "Propose"]);
  });

  it("takes several boxes at once, in any order, and a click in between does no harm", async () => {
    const { editor, drag, click, answers } = scene();
    drag([100, 100], [200, 250]);
    drag([300, 100], [400, 250]);
    click([500, 300]);
    click([700, 700]);
    expect(editor.awaited.value).toHaveLength(2);
    answers[1]?.done({ points: POINTS, scores: SCORES });
    await settled();
    answers[0]?.done({ points: POINTS, scores: SCORES });
    await settled();
    expect(editor.store.at(1, 0).map(({ box }) => box?.[0] ?? null)).toEqual([null, 300, 100]);
  });

  it("has no key where there is no model", () => {
    const { editor } = stage();
    expect(run(editor, "tool.propose")).toBe(false);
  });
});
