import { describe, expect, test } from "vitest";
import type { EditorInstance } from "../../src/editor/types";
import { deleteKey, insertKey, moveKey, selectInLane } from "../../src/editor/verbs/keys";
import { VIDEO, person, route, stage } from "./scene";

/** A row of track "a" in which the named points are keyed. */
function keyed(frame: number, x: number, points: readonly number[] = [0, 1, 2, 3, 4]): EditorInstance {
  const row = person(`a@${String(frame)}`, frame, x, 100);
  const bits = new Uint8Array(5);
  for (const k of points) bits[k] = 1;
  return { ...row, keyed: bits };
}

const scene = () => stage([keyed(0, 100), keyed(10, 200), keyed(16, 260, [1])]);
const nose = { track: "a", keypoint: 0 };
const whole = { track: "a", keypoint: null };

describe("rows", () => {
  test("one for each track; opened, one for each joint with its keys", () => {
    const { editor } = scene();
    expect(editor.timeline.rows.value.map(({ name }) => name)).toEqual(["person a"]);
    editor.timeline.toggle("a");
    const rows = editor.timeline.rows.value;
    expect(rows.map(({ name }) => name)).toEqual(["person a", "nose", "left wrist", "right wrist", "left ankle", "right ankle"]);
    expect(rows[1]?.point?.keyed).toEqual([0, 10]);
    expect(rows[2]?.point?.keyed).toEqual([0, 10, 16]);
    editor.timeline.toggle("a");
    expect(editor.timeline.rows.value).toHaveLength(1);
  });

  test("stay as they were while a gesture is in hand", () => {
    const { editor } = scene();
    const before = editor.timeline.rows.value;
    editor.begin("Move nose");
    const row = editor.store.get("a@0");
    if (row) editor.edits.preview({ ...row, points: row.points.map((v) => v + 1) });
    expect(editor.timeline.rows.value).toBe(before);
    editor.edits.commit();
    expect(editor.timeline.rows.value).not.toBe(before);
  });

  test("know which frames wait for a person", () => {
    const { editor } = scene();
    editor.routes.set([route(1, "a@10", 0, 10), route(2, "a@0", 2, 0), { ...route(3, "a@16", 0, 16), state: "fixed" }]);
    const routed = editor.timeline.routed.value;
    expect([routed(whole), routed(nose), routed({ track: "a", keypoint: 4 })]).toEqual([[0, 10], [10], []]);
  });
});

describe("the window", () => {
  test("zooms to a frame, moves, and never leaves the film", () => {
    const { timeline, ...rest } = scene().editor;
    void rest;
    expect(timeline.window.value).toEqual([0, 20]);
    timeline.zoom(10, 0.5);
    expect(timeline.window.value).toEqual([5, 15]);
    timeline.pan(100);
    expect(timeline.window.value).toEqual([10, 20]);
    timeline.follow(2);
    const [from, to] = timeline.window.value;
    expect(from <= 2 && to >= 3 && to - from === 10).toBe(true);
    timeline.zoom(0, 0.001);
    expect(timeline.window.value[1] - timeline.window.value[0]).toBe(8);
    timeline.zoom(0, 1000);
    expect(timeline.window.value).toEqual([0, 20]);
  });
});

describe("keys", () => {
  test("are set where the point is computed: that joint only, at its computed place", () => {
    const { editor, gestures } = scene();
    const before = editor.store.tracks.at(1, "a", 5)?.points.slice();
    insertKey(editor, nose, 5);
    const row = editor.store.tracks.at(1, "a", 5);
    expect(Array.from(row?.keyed ?? [])).toEqual([1, 0, 0, 0, 0]);
    expect(Array.from(row?.points ?? [])).toEqual(Array.from(before ?? []));
    expect([editor.frame.value, editor.selection.value.keypoint]).toEqual([5, 0]);
    editor.edits.undo();
    expect(editor.store.tracks.at(1, "a", 5)?.between).toBe(true);
    expect(gestures).toHaveLength(2);
  });

  test("are taken away; a row without any goes too", () => {
    const { editor } = scene();
    deleteKey(editor, nose, 10);
    expect(Array.from(editor.store.row("a@10")?.keyed ?? [])).toEqual([0, 1, 1, 1, 1]);
    deleteKey(editor, { track: "a", keypoint: 1 }, 16);
    expect(editor.store.row("a@16")?.deleted).toBe(true);
    deleteKey(editor, whole, 10);
    expect(editor.store.row("a@10")?.deleted).toBe(true);
    expect(editor.store.tracks.at(1, "a", 5)).toBeNull();
  });

  test("are carried to another frame in one gesture that undo takes back", () => {
    const { editor, gestures } = scene();
    moveKey(editor, nose, 10, 13);
    const at = (frame: number) => editor.store.tracks.at(1, "a", frame);
    expect([at(13)?.points[0], at(13)?.keyed?.[0], at(10)?.keyed?.[0]]).toEqual([200, 1, 0]);
    expect(gestures).toHaveLength(1);
    expect(editor.frame.value).toBe(13);
    editor.edits.undo();
    expect([at(10)?.keyed?.[0], at(13)?.between]).toEqual([1, true]);
    moveKey(editor, whole, 16, 19);
    expect([at(16)?.between, Array.from(at(19)?.keyed ?? [])]).toEqual([true, [0, 1, 0, 0, 0]]);
  });

  test("that are not there, or of a frame that stands for itself, are spoken of", () => {
    const { editor, messages, gestures } = stage([{ ...person("b@3", 3, 0, 0) }]);
    deleteKey(editor, { track: "b", keypoint: 0 }, 4);
    moveKey(editor, { track: "b", keypoint: 0 }, 3, 4);
    insertKey(editor, { track: "b", keypoint: 0 }, 7);
    expect([messages.length, gestures.length]).toEqual([3, 0]);
  });

  test("choosing a joint in a lane goes to the frame and selects it", () => {
    const { editor } = scene();
    selectInLane(editor, { track: "a", keypoint: 3 }, 7);
    expect([editor.frame.value, editor.selected.value?.track, editor.selection.value.keypoint]).toEqual([7, "a", 3]);
  });
});

test("another media starts with all of its film", () => {
  const { editor } = scene();
  editor.timeline.zoom(3, 0.4);
  editor.timeline.toggle("a");
  editor.open({ ...VIDEO, id: 2, frames: 50 });
  expect([editor.timeline.window.value, editor.timeline.opened.value.size]).toEqual([[0, 50], 0]);
});
