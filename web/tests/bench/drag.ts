/**
 * The page of benchmarks/drag.py. The press comes from the browser's own mouse; the moves are pointer events, one a
 * frame.
 */
import { Layer } from "../../src/canvas/Layer";
import { startTemplate } from "../../src/editor/verbs/templates";
import { toScreen } from "../../src/geometry/camera";
import { bare, editor, frames, host, load, person, source } from "./scene";
import { priorLike } from "./template";

/**
 * The scene, with masks or with a template for the person that is dragged, if asked for; returns where to press to take
 * hold of a point.
 */
function start(masks = false, template = false): { x: number; y: number } {
  load(masks);
  if (template) takeTemplate();
  editor.select("p24", 60);
  const { points } = editor.store.get("p24") ?? person(24);
  return toScreen(editor.camera.value, { x: points[180] ?? 0, y: points[181] ?? 0 });
}

function takeTemplate(): void {
  const whole = person(24);
  editor.priors.value = new Map([["person", priorLike(whole)]]);
  editor.change("Empty", [{ ...whole, points: new Float64Array(whole.points.length) }]);
  editor.select("p24");
  startTemplate(editor);
}

async function drag(from: { x: number; y: number }, count: number): Promise<unknown> {
  const places = new Set<number>();
  const followed = new Set<number>();
  const result = await frames(count, (i) => {
    const clientX = from.x + 90 * Math.sin(i / 9);
    const clientY = from.y + 90 * Math.cos(i / 11);
    host.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, button: -1, buttons: 1, bubbles: true }));
    places.add(editor.store.get("p24")?.points[180] ?? 0);
    followed.add(editor.store.get("p24")?.points[0] ?? 0);
  });
  return { ...result, held: editor.edits.inHand.value, moved: places.size > count / 2, followed: followed.size > count / 2 };
}

/** The least that any editor costs here: one canvas with the picture, one dot drawn into it in each frame. */
function floor(count: number): Promise<unknown> {
  return bare((stage) => {
    const layer = new Layer(stage, { opaque: true });
    const size = { width: innerWidth, height: innerHeight };
    layer.cover([0, 0, size.width, size.height], devicePixelRatio);
    layer.context.drawImage(source, 0, 0, size.width, size.height);
    layer.context.fillStyle = "#fff";
    return frames(count, (i) => {
      layer.context.fillRect(size.width / 2 + 90 * Math.sin(i / 9), size.height / 2 + 90 * Math.cos(i / 11), 6, 6);
    });
  });
}

export const dragging = { start, drag, floor, gestures: () => editor.history.canUndo.value?.title ?? null };
