import { describe, expect, it } from "vitest";
import { labelledCount, point } from "../../src/editor/instance";
import { chooseKeypoint } from "../../src/editor/verbs/placing";
import { NAMES, person, stage } from "../editor/scene";

const CLICKS = [[100, 100], [90, 150], [110, 150], [95, 200], [105, 200]] as const;

describe("placing", () => {
  it("sets keypoints in skeleton order, one click each, and ends by itself", () => {
    const { editor, key, click, gestures } = stage();
    key("N");
    CLICKS.forEach((at, k) => {
      expect(editor.placing.value?.keypoint).toBe(k);
      click(at);
    });
    const instance = editor.instances.value[0] ?? person("", 0, 0, 0);
    CLICKS.forEach(([x, y], k) => {
      expect(point(instance, k).x).toBeCloseTo(x, 9);
      expect(point(instance, k).y).toBeCloseTo(y, 9);
    });
    expect(editor.tool.value.id).toBe("select");
    expect(editor.selection.value).toMatchObject({ instance: instance.id, keypoint: null });
    expect(gestures.map(({ title }) => title)).toEqual(NAMES.map((name) => `Place ${name.replace("_", " ")}`));
  });

  it("takes visibility by key, Shift or right button for one click, and skips", () => {
    const { editor, key, click } = stage();
    key("N");
    key("1");
    click(CLICKS[0]);
    click(CLICKS[1]);
    click(CLICKS[2], { shiftKey: true });
    key("S");
    click(CLICKS[4], { button: 2 });
    const { points } = editor.instances.value[0] ?? person("", 0, 0, 0);
    expect([2, 5, 8, 11, 14].map((i) => points[i])).toEqual([1, 2, 1, 0, 1]);
    expect([...points.slice(9, 12)]).toEqual([0, 0, 0]);
    expect(editor.placing.value).toBeNull();
  });

  it("places the keypoint that was chosen by name, in hand or missing", () => {
    const { editor, key, click } = stage();
    key("N");
    chooseKeypoint(editor, 3);
    click(CLICKS[3]);
    expect(editor.placing.value?.keypoint).toBe(4);
    key("Enter");
    chooseKeypoint(editor, 1);
    expect(editor.placing.value).toMatchObject({ instance: editor.instances.value[0]?.id, keypoint: 1 });
    click(CLICKS[1]);
    key("Enter");
    const { points } = editor.instances.value[0] ?? person("", 0, 0, 0);
    expect([2, 5, 8, 11, 14].map((i) => points[i])).toEqual([0, 2, 0, 2, 0]);
    chooseKeypoint(editor, 3);
    expect(editor.selection.value.keypoint).toBe(3);
  });

  it("changes its mind about visibility before the click", () => {
    const { editor, key } = stage();
    key("N");
    key("1");
    expect(editor.placing.value?.visibility).toBe(1);
    key("2");
    expect(editor.placing.value?.visibility).toBe(2);
    key("0");
    expect(editor.placing.value?.keypoint).toBe(1);
    key("Backspace");
    expect(editor.placing.value?.keypoint).toBe(0);
  });

  it("goes on with an instance that has gaps", () => {
    const { editor, key, click } = stage([person("a", 0, 300, 300)]);
    editor.select("a", 2);
    key("0");
    key("P");
    expect(editor.placing.value).toMatchObject({ instance: "a", keypoint: 2 });
    click([333, 444]);
    expect(editor.store.get("a")?.points[6]).toBeCloseTo(333, 9);
    expect(editor.instances.value).toHaveLength(1);
    expect(editor.placing.value).toBeNull();
  });

  it("undo takes back placed points one by one, and never reaches for other work", () => {
    const { editor, key, click, drag } = stage([person("a", 0, 500, 300)]);
    drag([500, 300], [520, 300]);
    key("N");
    click(CLICKS[0]);
    click(CLICKS[1]);
    key("Mod+Z");
    expect(editor.placing.value?.keypoint).toBe(1);
    key("Mod+Shift+Z");
    expect(editor.placing.value?.keypoint).toBe(2);
    key("Mod+Z");
    key("Mod+Z");
    expect(editor.instances.value).toHaveLength(1);
    expect(editor.placing.value).toMatchObject({ instance: null, keypoint: 0 });
    key("Mod+Z");
    expect(editor.placing.value).toBeNull();
    expect(editor.store.get("a")?.points[0]).toBeCloseTo(520, 9);
    key("Mod+Z");
    expect(editor.store.get("a")?.points[0]).toBe(500);
  });

  it("clicks over existing points place, they do not select", () => {
    const { editor, key, click } = stage([person("a", 0, 300, 300)]);
    key("N");
    click([300, 300]);
    expect(editor.instances.value).toHaveLength(2);
    expect(editor.store.get("a")?.points[0]).toBe(300);
  });

  it("waits for the picture of the frame", () => {
    const { editor, key, click } = stage();
    editor.picture.value = { media: 1, frame: 0, source: {} as CanvasImageSource };
    key("N");
    editor.goTo(1);
    click([10, 10]);
    expect(editor.store.labelledFrames(1)).toEqual([]);
    editor.picture.value = { media: 1, frame: 1, source: {} as CanvasImageSource };
    click([10, 10]);
    expect(editor.store.labelledFrames(1)).toEqual([1]);
  });

  it("finishing early keeps what is there; a category without keypoints draws boxes", () => {
    const { editor, key, click } = stage();
    key("N");
    click(CLICKS[0]);
    key("Enter");
    expect(labelledCount(editor.instances.value[0] ?? person("", 0, 0, 0))).toBe(1);
    editor.select(null);
    editor.category.value = "mug";
    key("N");
    expect(editor.tool.value.id).toBe("box");
  });
});
