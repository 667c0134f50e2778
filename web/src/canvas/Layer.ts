/** One canvas over the host or a window of it, in device pixels, drawn on in CSS pixels of the host. */
import type { Box } from "../geometry/types";

const NOWHERE: Box = [0, 0, 0, 0];

export class Layer {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  #window: Box = NOWHERE;
  #ratio = 0;

  constructor(host: HTMLElement, { opaque = false } = {}) {
    this.canvas = document.createElement("canvas");
    this.canvas.style.cssText = "position:absolute;left:0;top:0;pointer-events:none";
    const context = this.canvas.getContext("2d", { alpha: !opaque });
    if (!context) throw new Error("This browser gives no 2D canvas");
    this.context = context;
    host.append(this.canvas);
  }

  /** The part of the host that the canvas covers, CSS pixels. */
  get window(): Box {
    return this.#window;
  }

  /** Cover this part of the host. A new size clears the canvas. */
  cover(window: Box, ratio: number): void {
    const [x, y, width, height] = window;
    const old = this.#window;
    if (width !== old[2] || height !== old[3] || ratio !== this.#ratio) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    } else if (x === old[0] && y === old[1]) {
      return;
    }
    this.canvas.style.transform = `translate(${x}px, ${y}px)`;
    this.#window = window;
    this.#ratio = ratio;
    this.context.setTransform(ratio, 0, 0, ratio, -x * ratio, -y * ratio);
  }

  clear(): void {
    const [x, y, width, height] = this.#window;
    this.context.clearRect(x, y, width + 1, height + 1);
  }

  fill(color: string): void {
    const [x, y, width, height] = this.#window;
    this.context.fillStyle = color;
    this.context.fillRect(x, y, width + 1, height + 1);
  }

  dispose(): void {
    this.canvas.remove();
  }
}
