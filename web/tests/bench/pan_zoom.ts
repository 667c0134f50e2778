/**
 * The page of benchmarks/pan_zoom.py: the same pointer and wheel events, one a frame, once for the editor and once for
 * the bare picture, which is what any viewer must draw.
 */
import { Layer } from "../../src/canvas/Layer";
import { keepInSight, pan, zoomAt } from "../../src/geometry/camera";
import type { Camera } from "../../src/geometry/types";
import { bare, editor, frames, HEIGHT, host, source, WIDTH } from "./scene";
import type { Times } from "./scene";

type Way = "pan" | "zoom";

/** Where the hand is in frame `i` of a pan: wide sweeps that never come to rest. */
function hand(i: number): { clientX: number; clientY: number } {
  return { clientX: innerWidth / 2 + 260 * Math.sin(i / 17), clientY: innerHeight / 2 + 180 * Math.sin(i / 11) };
}

/** A wheel that goes in and out again: three times as near within forty frames, and back. */
const turned = (i: number): number => (Math.floor(i / 40) % 2 === 0 ? -17 : 17);

function send(target: HTMLElement, way: Way, i: number): void {
  const common = { ...hand(way === "pan" ? i : 0), bubbles: true, cancelable: true };
  if (way === "pan") target.dispatchEvent(new PointerEvent("pointermove", { ...common, button: -1, buttons: 4 }));
  else target.dispatchEvent(new WheelEvent("wheel", { ...common, deltaY: turned(i) }));
}

/** One gesture on the editor, its middle button pressed already; `cameras` tells that it arrived. */
async function gesture(way: Way, count: number): Promise<Times & { cameras: number }> {
  editor.select("p24");
  editor.fit();
  const seen = new Set<string>();
  const times = await frames(count, (i) => {
    send(host, way, i);
    const { scale, x, y } = editor.camera.value;
    seen.add([scale, x, y].join());
  });
  return { ...times, cameras: seen.size };
}

/** The same gesture on a canvas with nothing but the picture. */
function picture(way: Way, count: number): Promise<Times> {
  return bare((stage) => {
    const layer = new Layer(stage, { opaque: true });
    const view = { width: innerWidth, height: innerHeight };
    layer.cover([0, 0, view.width, view.height], devicePixelRatio);
    let camera: Camera = editor.camera.value;
    let last = hand(0);
    const draw = (): void => {
      layer.fill("#111");
      layer.context.drawImage(source, camera.x, camera.y, WIDTH * camera.scale, HEIGHT * camera.scale);
    };
    let asked = 0;
    const ask = (): void => void (asked ||= requestAnimationFrame(() => ((asked = 0), draw())));
    stage.addEventListener("pointermove", ({ clientX, clientY }) => {
      camera = keepInSight(pan(camera, clientX - last.clientX, clientY - last.clientY), { width: WIDTH, height: HEIGHT }, view);
      last = { clientX, clientY };
      ask();
    });
    stage.addEventListener("wheel", ({ clientX, clientY, deltaY }) => {
      camera = zoomAt(camera, { x: clientX, y: clientY }, Math.exp(-deltaY * 0.0016));
      ask();
    });
    draw();
    return frames(count, (i) => send(stage, way, i));
  });
}

export const panZoom = { gesture, picture };
