/** The page of benchmarks/paint.py: a brush that goes round inside a mask, one pointer event a frame. */
import { maskArea, maskShape } from "../../src/editor/mask";
import { toScreen } from "../../src/geometry/camera";
import { editor, frames, host, load, person } from "./scene";

/** The scene with masks, a brush of 20 pixels in the hand; returns where to press. */
function takeBrush(): { x: number; y: number } {
  load(true);
  editor.select("p24");
  editor.setTool("brush");
  editor.drawing.radius.value = 20;
  const [x, y, width, height] = editor.store.get("p24")?.box ?? person(24).box ?? [0, 0, 0, 0];
  return toScreen(editor.camera.value, { x: x + width / 2, y: y + height / 2 });
}

/** Circles that grow over the neighbours, so that the mask becomes larger than any person here. */
async function paint(from: { x: number; y: number }, count: number): Promise<unknown> {
  const areas = new Set<number>();
  const result = await frames(count, (i) => {
    const reach = 20 + 280 * Math.abs(Math.sin(i / 150));
    const clientX = from.x + reach * Math.sin(i / 9);
    const clientY = from.y + reach * Math.cos(i / 11);
    host.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, button: -1, buttons: 1, bubbles: true }));
    const shape = maskShape(editor.store.get("p24")?.mask);
    if (shape) areas.add(maskArea(shape));
  });
  return { ...result, held: editor.edits.inHand.value, steps: areas.size, area: Math.max(...areas) };
}

export const painting = { takeBrush, paint };
