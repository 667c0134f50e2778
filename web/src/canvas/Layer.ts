/** One canvas over the whole host, in device pixels, drawn on in CSS pixels. */
import type { Size } from "../geometry/types";

export class Layer {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  #size: Size = { width: 0, height: 0 };
  #ratio = 0;
  #opacity = 1;

  constructor(host: HTMLElement) {
    this.canvas = document.createElement("canvas");
    this.canvas.style.cssText = "position:absolute;inset:0;pointer-events:none";
    const context = this.canvas.getContext("2d");
    if (!context) throw new Error("This browser gives no 2D canvas");
    this.context = context;
    host.append(this.canvas);
  }

  /** Give the canvas this size if it has another. Setting a size clears it. */
  fit(size: Size, ratio: number): void {
    if (size.width === this.#size.width && size.height === this.#size.height && ratio === this.#ratio) return;
    this.#size = size;
    this.#ratio = ratio;
    this.canvas.width = Math.round(size.width * ratio);
    this.canvas.height = Math.round(size.height * ratio);
    this.canvas.style.width = `${size.width}px`;
    this.canvas.style.height = `${size.height}px`;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  clear(): void {
    this.context.clearRect(0, 0, this.#size.width + 1, this.#size.height + 1);
  }

  setOpacity(opacity: number): void {
    if (opacity === this.#opacity) return;
    this.#opacity = opacity;
    this.canvas.style.opacity = String(opacity);
  }

  dispose(): void {
    this.canvas.remove();
  }
}
