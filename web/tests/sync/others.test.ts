import { describe, expect, it } from "vitest";
import type { Schemas } from "../../src/api/client";
import { point, setPoint } from "../../src/editor/instance";
import type { Diff, EditorInstance } from "../../src/editor/types";
import { Others } from "../../src/sync/others";
import { person, route, stage } from "../editor/scene";

type Told = Schemas["EventOut"];

const wire = (instance: EditorInstance): Told["instances"][number] => ({
  ...instance,
  attributes: {},
  points: [...instance.points],
  scores: null,
  keyed: null,
  box: instance.box && [...instance.box],
});
const told = (...instances: EditorInstance[]): Told => ({ instances: instances.map(wire), routes: [] });
const settled = () => new Promise((done) => setTimeout(done));

function scene() {
  const pending: Diff[] = [];
  const answered = new Set<number>();
  const staged = stage([person("a", 0, 200, 200), person("b", 0, 500, 200)], {
    onCommit: ({ diffs }) => void pending.push(...diffs),
  });
  staged.editor.routes.set([route(1, "a", 1), route(2, "b", 1)]);
  const others = new Others({
    editor: staged.editor,
    unsent: () => ({ diffs: pending, routes: answered }),
    isOpen: (media) => media === 1,
  });
  const at = (id: string, keypoint: number) => {
    const instance = staged.editor.store.get(id);
    if (!instance) throw new Error(`no ${id}`);
    return point(instance, keypoint);
  };
  const moved = (keypoint: number, x: number, revision = 2) => ({
    ...setPoint(person("a", 0, 200, 200), keypoint, { x, y: 6, v: 1 }),
    revision,
  });
  return { ...staged, others, pending, answered, at, moved };
}

describe("what others save", () => {
  it("is shown, the new ones and the deleted ones too, but not what belongs to a media that is not open", () => {
    const { editor, others, moved, at } = scene();
    others.tell(told(moved(1, 5), { ...person("b", 0, 1, 1), revision: 2, deleted: true }, person("c", 0, 9, 9)));
    expect(at("a", 1)).toEqual({ x: 5, y: 6, v: 1 });
    expect(editor.instances.value.map(({ id }) => id)).toEqual(["a", "c"]);
    others.tell(told({ ...person("d", 0, 9, 9), media: 7 }, { ...person("e", 0, 9, 9), deleted: true }));
    expect([editor.store.get("d"), editor.store.get("e")]).toEqual([null, null]);
  });

  it("is remembered when it was deleted while its labels are on their way: they may tell of it as it was", () => {
    const staged = stage();
    const others = new Others({
      editor: staged.editor,
      unsent: () => ({ diffs: [], routes: new Set() }),
      isOpen: () => true,
      isArriving: () => true,
    });
    others.tell(told({ ...person("late", 0, 1, 1), revision: 3, deleted: true }));
    expect(staged.editor.store.get("late")?.revision).toBe(3);
    expect(staged.editor.instances.value).toEqual([]);
  });

  it("says nothing new as the echo of one's own save, nor when it is older than what is known", () => {
    const { editor, others, moved } = scene();
    others.tell(told(moved(1, 5, 3)));
    const version = editor.store.version.value;
    others.tell(told(moved(1, 5, 3), moved(1, 99, 2)));
    expect(editor.store.version.value).toBe(version);
  });

  it("shows through from the label set below, where an instance was never saved", () => {
    const { editor, others, moved, at } = scene();
    editor.load([{ ...person("a", 0, 200, 200), revision: 0 }]);
    others.tell(told(moved(1, 5, 0)));
    expect(at("a", 1).x).toBe(5);
  });

  it("stays below what was not sent", () => {
    const { others, drag, moved, at } = scene();
    drag([200, 200], [230, 240]);
    others.tell(told({ ...setPoint(moved(1, 5), 0, { x: 1, y: 1, v: 2 }) }));
    expect(at("a", 0)).toEqual({ x: 230, y: 240, v: 2 });
    expect(at("a", 1).x).toBe(5);
  });

  it("waits for the end of a gesture on the same instance, which counts as made before it", async () => {
    const { editor, others, down, move, up, pending, moved, at } = scene();
    down([200, 200]);
    move([230, 240]);
    others.tell(told(moved(0, 5), { ...setPoint(person("b", 0, 500, 200), 0, { x: 7, y: 7, v: 2 }), revision: 2 }));
    expect(at("b", 0).x).toBe(7);
    expect(at("a", 0)).toEqual({ x: 230, y: 240, v: 2 });
    up([230, 240]);
    await settled();
    expect(pending[0]?.before?.revision).toBe(1);
    expect(editor.store.get("a")?.revision).toBe(2);
    expect(at("a", 0)).toEqual({ x: 230, y: 240, v: 2 });
  });

  it("comes after a gesture that was called off", async () => {
    const { editor, others, down, move, moved, at } = scene();
    down([200, 200]);
    move([230, 240]);
    others.tell(told(moved(0, 5)));
    editor.tool.value.cancel();
    editor.edits.cancel();
    await settled();
    expect(at("a", 0).x).toBe(5);
  });

  it("settles routes, but not those with an answer of one's own on its way", () => {
    const { editor, others, answered } = scene();
    answered.add(2);
    others.tell({ instances: [], routes: [{ id: 1, state: "accepted" }, { id: 2, state: "accepted" }, { id: 9, state: "fixed" }] });
    expect(editor.routes.list.value.map(({ state }) => state)).toEqual(["accepted", "open"]);
  });
});
