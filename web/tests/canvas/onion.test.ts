import { expect, test } from "vitest";
import { OnionSkin } from "../../src/canvas/onion";
import { setPoint } from "../../src/editor/instance";
import { person, stage } from "../editor/scene";

const scene = () => stage([4, 5, 6, 7, 8].map((n) => person(`a@${String(n)}`, n, 100 + n, 100)));
const of = (skin: OnionSkin, { editor }: ReturnType<typeof scene>) =>
  skin.ghosts(editor).map(({ instance, away }) => [instance.frame, away]);

test("Shift+O shows no, one and two frames before and after, the farthest drawn first", () => {
  const made = scene();
  const skin = new OnionSkin();
  made.editor.goTo(6);
  expect(of(skin, made)).toEqual([]);
  made.key("Shift+O");
  expect(of(skin, made)).toEqual([[5, -1], [7, 1]]);
  made.key("Shift+O");
  expect(of(skin, made)).toEqual([[4, -2], [8, 2], [5, -1], [7, 1]]);
  made.key("Shift+O");
  expect(of(skin, made)).toEqual([]);
});

test("at the ends of the film there is nothing beyond", () => {
  const made = scene();
  made.editor.setOptions({ onionSkin: 2 });
  made.editor.goTo(4);
  expect(of(new OnionSkin(), made)).toEqual([[6, 2], [5, 1]]);
});

test("a drag leaves the list as it was, though the neighbours are computed from what it moves", () => {
  const key = (n: number) => ({ ...person(`a@${String(n)}`, n, 100 + n, 100), keyed: new Uint8Array([1, 1, 1, 1, 1]) });
  const made = stage([key(0), key(10)]);
  const { editor } = made;
  editor.setOptions({ onionSkin: 1 });
  editor.goTo(10);
  const skin = new OnionSkin();
  const before = skin.ghosts(editor);
  expect(before).toHaveLength(1);
  expect(skin.ghosts(editor)).toBe(before);
  editor.begin("Move nose");
  const row = editor.store.get("a@10");
  if (row) editor.edits.preview(setPoint(row, 0, { x: 300, y: 300, v: 2 }));
  expect(skin.ghosts(editor)).toBe(before);
  editor.edits.commit();
  expect(skin.ghosts(editor)).not.toBe(before);
  expect(skin.ghosts(editor)[0]?.instance.points[0]).toBeGreaterThan(before[0]?.instance.points[0] ?? Infinity);
});
