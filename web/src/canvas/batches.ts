/** Marks and lines gathered by look, so that thousands of them take a handful of canvas calls. */
import type { Shape } from "./style";

export type Context = CanvasRenderingContext2D;

interface Batch {
  readonly color: string;
  /** Flat numbers: x0, y0, x1, y1 for lines; x, y, radius for marks. */
  readonly numbers: number[];
}

interface MarkBatch extends Batch {
  readonly shape: Shape;
  readonly hollow: boolean;
}

interface LineBatch extends Batch {
  readonly dashed: boolean;
}

export class Batches {
  readonly #marks = new Map<string, MarkBatch>();
  readonly #lines = new Map<string, LineBatch>();

  mark(color: string, shape: Shape, hollow: boolean, x: number, y: number, radius: number): void {
    const key = `${color}${shape}${hollow}`;
    let batch = this.#marks.get(key);
    if (!batch) this.#marks.set(key, (batch = { color, shape, hollow, numbers: [] }));
    batch.numbers.push(x, y, radius);
  }

  line(color: string, dashed: boolean, x0: number, y0: number, x1: number, y1: number): void {
    const key = `${color}${dashed}`;
    let batch = this.#lines.get(key);
    if (!batch) this.#lines.set(key, (batch = { color, dashed, numbers: [] }));
    batch.numbers.push(x0, y0, x1, y1);
  }

  /** Lines of `width` CSS pixels, on a dark bed when `bed` is given. */
  drawLines(context: Context, width: number, bed = 0): void {
    for (const { color, dashed, numbers } of this.#lines.values()) {
      context.setLineDash(dashed ? [4, 3] : []);
      context.beginPath();
      for (let i = 0; i < numbers.length; i += 4) {
        context.moveTo(numbers[i] ?? 0, numbers[i + 1] ?? 0);
        context.lineTo(numbers[i + 2] ?? 0, numbers[i + 3] ?? 0);
      }
      if (bed > 0) {
        context.lineWidth = width + bed;
        context.strokeStyle = "rgba(0, 0, 0, 0.4)";
        context.stroke();
      }
      context.lineWidth = width;
      context.strokeStyle = color;
      context.stroke();
    }
    context.setLineDash([]);
  }

  /** Marks in their true shapes, outlined in dark so that they stand on any ground. */
  drawMarks(context: Context): void {
    for (const { color, shape, hollow, numbers } of this.#marks.values()) {
      context.beginPath();
      for (let i = 0; i < numbers.length; i += 3) trace(context, shape, numbers[i] ?? 0, numbers[i + 1] ?? 0, numbers[i + 2] ?? 0);
      context.lineWidth = hollow ? 3.5 : 2;
      context.strokeStyle = "rgba(0, 0, 0, 0.65)";
      context.stroke();
      if (hollow) {
        context.lineWidth = 1.6;
        context.strokeStyle = color;
        context.stroke();
      } else {
        context.fillStyle = color;
        context.fill();
      }
    }
  }

  /** Lines and marks as dotted outlines, for what nobody has set yet. */
  drawLoose(context: Context, width: number): void {
    for (const { color, numbers } of this.#lines.values()) {
      context.beginPath();
      for (let i = 0; i < numbers.length; i += 4) {
        context.moveTo(numbers[i] ?? 0, numbers[i + 1] ?? 0);
        context.lineTo(numbers[i + 2] ?? 0, numbers[i + 3] ?? 0);
      }
      dotted(context, color, width);
    }
    for (const { color, shape, numbers } of this.#marks.values()) {
      context.beginPath();
      for (let i = 0; i < numbers.length; i += 3) trace(context, shape, numbers[i] ?? 0, numbers[i + 1] ?? 0, (numbers[i + 2] ?? 0) + 1);
      context.fillStyle = "rgba(0, 0, 0, 0.3)";
      context.fill();
      dotted(context, color, width);
    }
    context.setLineDash([]);
  }

  /** Small empty squares: to frames of a gesture what `drawLoose` is at rest. */
  drawFrames(context: Context): void {
    context.lineWidth = 1;
    for (const { color, numbers } of this.#marks.values()) {
      context.beginPath();
      for (let i = 0; i < numbers.length; i += 3) {
        const side = 2 * (numbers[i + 2] ?? 0);
        context.rect((numbers[i] ?? 0) - side / 2, (numbers[i + 1] ?? 0) - side / 2, side, side);
      }
      context.strokeStyle = color;
      context.stroke();
    }
  }

  /** Small squares only, for frames of a gesture: filled ones by fillRect, hollow ones as thin outlines. */
  drawDots(context: Context): void {
    for (const { color, hollow, numbers } of this.#marks.values()) {
      context.fillStyle = color;
      context.strokeStyle = color;
      context.lineWidth = 1;
      for (let i = 0; i < numbers.length; i += 3) {
        const side = 2 * Math.max(1, (numbers[i + 2] ?? 0) - 1);
        const x = (numbers[i] ?? 0) - side / 2;
        const y = (numbers[i + 1] ?? 0) - side / 2;
        if (hollow) context.strokeRect(x, y, side, side);
        else context.fillRect(x, y, side, side);
      }
    }
  }
}

/** The path in dots, on a dark bed so that they stand on any ground. */
function dotted(context: Context, color: string, width: number): void {
  context.setLineDash([]);
  context.lineWidth = width + 1.5;
  context.strokeStyle = "rgba(0, 0, 0, 0.4)";
  context.stroke();
  context.setLineDash([1 + width / 2, 2]);
  context.lineWidth = width;
  context.strokeStyle = color;
  context.stroke();
}

function trace(context: Context, shape: Shape, x: number, y: number, radius: number): void {
  if (shape === "disc") {
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  } else if (shape === "square") {
    const half = radius * 0.9;
    context.rect(x - half, y - half, 2 * half, 2 * half);
  } else {
    const reach = radius * 1.25;
    context.moveTo(x, y - reach);
    context.lineTo(x + reach, y);
    context.lineTo(x, y + reach);
    context.lineTo(x - reach, y);
    context.closePath();
  }
}
