/** Brightness, contrast and gamma of the picture, by one table for all of a frame's bytes; made once a frame. */
import type { Picture, Size } from "../editor/types";

export interface Tone {
  /** All three are 1 where the picture stays as it is. */
  readonly brightness: number;
  readonly contrast: number;
  readonly gamma: number;
}

/** What each byte becomes: raised to 1 / gamma, times brightness, spread around the middle grey by contrast. */
export function toneTable({ brightness, contrast, gamma }: Tone): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: 256 }, (_, byte) => {
    const light = (byte / 255) ** (1 / gamma) * brightness;
    return 255 * ((light - 0.5) * contrast + 0.5);
  });
}

/** Red, green and blue by the table; how opaque a pixel is stays. */
export function applyTone(pixels: Uint8ClampedArray, table: Uint8ClampedArray): void {
  for (let i = 0; i < pixels.length; i += 4) {
    pixels[i] = table[pixels[i] ?? 0] ?? 0;
    pixels[i + 1] = table[pixels[i + 1] ?? 0] ?? 0;
    pixels[i + 2] = table[pixels[i + 2] ?? 0] ?? 0;
  }
}

/** Keeps the last frame that it has toned, so that only a new frame or a moved slider costs anything. */
export class Toner {
  #canvas: HTMLCanvasElement | null = null;
  #key: readonly unknown[] = [];

  /** The picture in this tone: its own source where nothing is to be changed. */
  apply(picture: Picture, size: Size, { brightness, contrast, gamma }: Tone): CanvasImageSource {
    if (brightness === 1 && contrast === 1 && gamma === 1) return picture.source;
    const key = [picture, size.width, size.height, brightness, contrast, gamma];
    if (this.#canvas && key.every((value, i) => value === this.#key[i])) return this.#canvas;
    this.#canvas ??= document.createElement("canvas");
    this.#canvas.width = size.width;
    this.#canvas.height = size.height;
    const context = this.#canvas.getContext("2d", { willReadFrequently: true });
    if (!context) return picture.source;
    context.drawImage(picture.source, 0, 0, size.width, size.height);
    const pixels = context.getImageData(0, 0, size.width, size.height);
    applyTone(pixels.data, toneTable({ brightness, contrast, gamma }));
    context.putImageData(pixels, 0, 0);
    this.#key = key;
    return this.#canvas;
  }
}
