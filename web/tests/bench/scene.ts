/** The scene of the canvas benchmarks: the real editor and canvas, 50 instances of 133 keypoints on a 1080p picture. */
import { mount } from "../../src/canvas";
import { setPoints } from "../../src/editor/instance";
import { runsDocument } from "../../src/editor/mask";
import { categoriesOf } from "../../src/editor/ontology";
import type { EditorInstance } from "../../src/editor/types";
import { combineSpans, NOTHING } from "../../src/geometry/rle";
import type { Spans } from "../../src/geometry/rle";
import { strokeSpans } from "../../src/geometry/strokes";
import { createEditor } from "../../src/tools";

export const WIDTH = 1920;
export const HEIGHT = 1080;
const INSTANCES = 50;
const KEYPOINTS = 133;
const EDGES = 130;

export interface Times {
  readonly p50: number;
  readonly p95: number;
  /** How many there were. */
  readonly frames: number;
}

const categories = categoriesOf({
  categories: [
    {
      name: "person",
      skeleton: {
        keypoints: Array.from({ length: KEYPOINTS }, (_, k) => ({
          name: `${k % 3 === 0 ? "middle" : k % 3 === 1 ? "left" : "right"}_${Math.floor(k / 3)}`,
          flip: k % 3 === 1 && k + 1 < KEYPOINTS ? `right_${Math.floor(k / 3)}` : k % 3 === 2 ? `left_${Math.floor(k / 3)}` : null,
        })),
        edges: Array.from({ length: EDGES }, (_, k) => [k, k + 1]),
      },
    },
  ],
});

export function person(i: number): EditorInstance {
  const left = (i % 10) * 188 + 30;
  const top = Math.floor(i / 10) * 208 + 20;
  const empty: EditorInstance = {
    id: `p${i}`, media: 1, frame: 0, category: "person", track: null, points: new Float64Array(3 * KEYPOINTS), scores: null,
    keyed: null, box: [left - 8, top - 8, 176, 196], mask: null, confidence: null, area: null, crowd: false, attributes: {}, revision: 1, deleted: false,
  };
  const places = Array.from({ length: KEYPOINTS }, (_, k) => {
    const angle = k * 0.47;
    const reach = 20 + ((k * 37) % 60);
    return [k, { x: left + 80 + reach * Math.cos(angle), y: top + 90 + reach * Math.sin(angle), v: k % 7 === 0 ? 1 : 2 }] as const;
  });
  return setPoints(empty, places);
}

/** A body of pixels around each person, with a rough rim and a hole: what a brush leaves behind. */
function masked(instance: EditorInstance): EditorInstance {
  const [x, y] = instance.box ?? [0, 0];
  let spans: Spans = NOTHING;
  for (let i = 0; i < 24; i++) {
    const at = { x: x + 88 + 50 * Math.cos(i * 0.9), y: y + 98 + 55 * Math.sin(i * 1.3) };
    spans = combineSpans(spans, strokeSpans(at, at, 14 + ((i * 7) % 16), { width: WIDTH, height: HEIGHT }), i % 8 === 7 ? "cut" : "add");
  }
  return { ...instance, mask: runsDocument(spans, { width: WIDTH, height: HEIGHT }, null) };
}

function picture(): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no 2D canvas");
  for (let y = 0; y < HEIGHT; y += 8) {
    for (let x = 0; x < WIDTH; x += 8) {
      context.fillStyle = `hsl(${(x * 7 + y * 13) % 360} 30% ${30 + ((x * y) % 40)}%)`;
      context.fillRect(x, y, 8, 8);
    }
  }
  return canvas;
}

function quantiles(times: number[]): Times {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (q: number): number => Math.round(100 * (sorted[Math.floor(q * sorted.length)] ?? 0)) / 100;
  return { p50: at(0.5), p95: at(0.95), frames: times.length };
}

/** A machine at work elsewhere gets fewer frames rather than a run without end. */
const LONGEST_MS = 5000;

/** Time from one animation frame to the next while `step` does its work in each. */
export function frames(count: number, step: (i: number) => void): Promise<Times> {
  const warmUp = 30;
  return new Promise((done) => {
    const times: number[] = [];
    let last = 0;
    let i = 0;
    const begun = performance.now();
    const tick = (now: number): void => {
      if (i > warmUp) times.push(now - last);
      last = now;
      step(i++);
      if (times.length < count && now - begun < LONGEST_MS) requestAnimationFrame(tick);
      else done(quantiles(times));
    };
    requestAnimationFrame(tick);
  });
}

export const host = document.getElementById("host") ?? document.body;
export const source = picture();
export const editor = createEditor(categories);

/** All instances on the picture, with masks if asked for. */
export function load(masks: boolean): void {
  editor.open({ id: 1, kind: "image", name: "bench", width: WIDTH, height: HEIGHT, frames: 1, fps: 0 });
  editor.picture.value = { media: 1, frame: 0, source };
  editor.load(Array.from({ length: INSTANCES }, (_, i) => (masks ? masked(person(i)) : person(i))));
}

mount(editor, host);

/** Cover the editor with a bare stage while `measure` runs. */
export async function bare<T>(measure: (stage: HTMLElement) => Promise<T>): Promise<T> {
  const stage = document.createElement("div");
  stage.style.cssText = "position:fixed;inset:0;z-index:1;background:#111";
  document.body.append(stage);
  host.style.display = "none";
  const result = await measure(stage);
  stage.remove();
  host.style.display = "";
  return result;
}
