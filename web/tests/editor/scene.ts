/** A small editor to try things on: one video of 20 frames, people of five keypoints. */
import { PointerInput } from "../../src/editor/input";
import { setPoints } from "../../src/editor/instance";
import { categoriesOf } from "../../src/editor/ontology";
import type { EditorHooks, EditorInstance, EditorMedia, EditorRoute, Gesture } from "../../src/editor/types";
import type { Editor } from "../../src/editor/Editor";
import { pressKey } from "../../src/editor/commands";
import { createEditor } from "../../src/tools";

export const NAMES = ["nose", "left_wrist", "right_wrist", "left_ankle", "right_ankle"];
export const FLIP = ["", "right_wrist", "left_wrist", "right_ankle", "left_ankle"];

export const CATEGORIES = categoriesOf({
  categories: [
    {
      name: "person",
      skeleton: {
        keypoints: NAMES.map((name, i) => ({ name, flip: FLIP[i] || null, sigma: 0.05 })),
        edges: [[0, 1], [0, 2], [0, 3], [0, 4]],
      },
    },
    { name: "mug", skeleton: null },
  ],
});

export const VIDEO: EditorMedia = { id: 1, kind: "video", name: "clip.mp4", width: 1000, height: 800, frames: 20, fps: 25 };

export function person(id: string, frame: number, x: number, y: number, more: Partial<EditorInstance> = {}): EditorInstance {
  const empty: EditorInstance = {
    id, media: 1, frame, category: "person", track: id.split("@")[0] ?? id, points: new Float64Array(15), scores: null,
    keyed: null, box: null, mask: null, confidence: null, area: null, crowd: false, attributes: {}, revision: 1, deleted: false,
  };
  const places = [[0, 0], [-40, 60], [40, 60], [-20, 150], [20, 150]] as const;
  const placed = setPoints(empty, places.map(([dx, dy], k) => [k, { x: x + dx, y: y + dy, v: 2 }] as const));
  return { ...placed, ...more };
}

export function route(id: number, instance: string, keypoint: number | null, frame = 0): EditorRoute {
  return { id, media: 1, frame, instance, keypoint, priority: 1, reasons: [{ kind: "score", text: "confidence 0.21", value: 0.21 }], state: "open" };
}

export interface Stage {
  readonly editor: Editor;
  readonly input: PointerInput;
  readonly gestures: Gesture[];
  readonly messages: string[];
  /** Press, move and release at places of the picture. */
  drag(from: readonly [number, number], to: readonly [number, number], keys?: Partial<Keys>): void;
  click(at: readonly [number, number], keys?: Partial<Keys>): void;
  move(at: readonly [number, number]): void;
  down(at: readonly [number, number], keys?: Partial<Keys>): void;
  up(at: readonly [number, number]): void;
  key(chord: string): boolean;
}

interface Keys {
  button: number;
  shiftKey: boolean;
  altKey: boolean;
  ctrlKey: boolean;
}

export function stage(instances: readonly EditorInstance[] = [], hooks: EditorHooks = {}): Stage {
  const gestures: Gesture[] = [];
  const messages: string[] = [];
  const editor = createEditor(CATEGORIES, {
    onCommit: (gesture) => gestures.push(gesture),
    onMessage: (text) => messages.push(text),
    ...hooks,
  });
  editor.resize({ width: 1016, height: 816 });
  editor.open(VIDEO);
  editor.load(instances);
  const input = new PointerInput(editor);
  const raw = ([x, y]: readonly [number, number], keys: Partial<Keys> = {}) => {
    const { scale, x: ox, y: oy } = editor.camera.value;
    return { x: x * scale + ox, y: y * scale + oy, button: 0, shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, ...keys };
  };
  const self: Stage = {
    editor, input, gestures, messages,
    move: (at) => input.move(raw(at, { button: -1 })),
    down: (at, keys) => input.down(raw(at, keys)),
    up: (at) => input.up(raw(at)),
    click(at, keys) {
      self.move(at);
      input.down(raw(at, keys));
      input.up(raw(at, keys));
    },
    drag(from, to, keys) {
      self.move(from);
      input.down(raw(from, keys));
      for (let i = 1; i <= 4; i++) input.move(raw([from[0] + ((to[0] - from[0]) * i) / 4, from[1] + ((to[1] - from[1]) * i) / 4], keys));
      input.up(raw(to, keys));
    },
    key(chord) {
      const parts = chord.split("+");
      const key = parts.at(-1) ?? "";
      return pressKey(editor, {
        key: key.length === 1 ? key.toLowerCase() : key,
        code: /^\d$/.test(key) ? `Digit${key}` : "",
        ctrlKey: parts.includes("Mod"),
        metaKey: false,
        altKey: parts.includes("Alt"),
        shiftKey: parts.includes("Shift"),
      });
    },
  };
  return self;
}

/** Numbers between 0 and 1 that are the same in every run. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
