/**
 * The outline of a mask, along the edges between pixels: closed loops, clockwise on the screen around the object and
 * the other way around holes. Filled, they cover exactly the pixels of the mask. Pixels that touch at a corner only
 * are apart.
 *
 * It is swept from left to right: on each upright line between two columns of pixels lie the corners, where a stretch
 * of either column begins or ends. So every edge finds both of its corners without looking anything up.
 */
import { signedArea } from "./polygons";
import type { Spans } from "./rle";

export type Loop = readonly number[];

/** The stretches of one column, start and end by turns. */
interface Column {
  readonly x: number;
  readonly ys: number[];
}

const EMPTY: readonly number[] = [];

export function outlines(spans: Spans, height: number): Loop[] {
  const corners = new Corners();
  let last: Column | null = null;
  let ids: readonly number[] = EMPTY;
  for (const column of columnsOf(spans, height)) {
    const beside = last !== null && last.x + 1 === column.x;
    if (last && !beside) corners.line(last.x + 1, last.ys, ids, EMPTY);
    ids = corners.line(column.x, beside && last ? last.ys : EMPTY, ids, column.ys);
    last = column;
  }
  if (last) corners.line(last.x + 1, last.ys, ids, EMPTY);
  return corners.loops();
}

/** Whether a loop goes around a hole. */
export function isHole(loop: Loop): boolean {
  return signedArea(loop) < 0;
}

function columnsOf(spans: Spans, height: number): Column[] {
  const columns: Column[] = [];
  for (let i = 0; i < spans.length; i += 2) {
    const end = spans[i + 1] ?? 0;
    for (let at = spans[i] ?? 0; at < end; ) {
      const x = Math.floor(at / height);
      const next = Math.min(end, (x + 1) * height);
      const column = columns.at(-1);
      if (column?.x === x) column.ys.push(at - x * height, next - x * height);
      else columns.push({ x, ys: [at - x * height, next - x * height] });
      at = next;
    }
  }
  return columns;
}

class Corners {
  readonly #xs: number[] = [];
  readonly #ys: number[] = [];
  /** Per corner the ends of the edges that leave it: one, or two where pixels touch at a corner; -1 for none. */
  readonly #leaving: number[] = [];

  /**
   * The corners on the line between two columns, and the edges that end here: those along the line, where only one of
   * the columns is covered, and those above and below the stretches of the left one, whose corners on the line before
   * are `ids`. Returns the corners of the right column's stretches. The object always lies to the right of the way.
   */
  line(x: number, left: readonly number[], ids: readonly number[], right: readonly number[]): number[] {
    const found: number[] = [];
    let i = 0;
    let j = 0;
    let last = -1;
    while (i < left.length || j < right.length) {
      const y = Math.min(left[i] ?? Infinity, right[j] ?? Infinity);
      const corner = this.#xs.push(x) - 1;
      this.#ys.push(y);
      this.#leaving.push(-1, -1);
      if (i % 2 > j % 2) this.#edge(last, corner);
      else if (i % 2 < j % 2) this.#edge(corner, last);
      if (left[i] === y) {
        const before = ids[i] ?? 0;
        if (i % 2) this.#edge(corner, before);
        else this.#edge(before, corner);
        i++;
      }
      if (right[j] === y) {
        found.push(corner);
        j++;
      }
      last = corner;
    }
    return found;
  }

  #edge(from: number, to: number): void {
    this.#leaving[2 * from + (this.#leaving[2 * from] === -1 ? 0 : 1)] = to;
  }

  /** Follow the edges until each is used up. */
  loops(): Loop[] {
    const found: Loop[] = [];
    for (let start = 0; start < this.#xs.length; start++) {
      while (this.#end(start) !== -1) found.push(this.#follow(start));
    }
    return found;
  }

  #end(corner: number): number {
    return this.#leaving[2 * corner] ?? -1;
  }

  #follow(start: number): number[] {
    const loop = [this.#xs[start] ?? 0, this.#ys[start] ?? 0];
    let last = start;
    let at = this.#use(start, 0);
    while (at !== start || this.#goesOn(last, at)) {
      loop.push(this.#xs[at] ?? 0, this.#ys[at] ?? 0);
      // Of two ways on it is the one to the right, which stays with the pixel that is followed.
      const second = this.#leaving[2 * at + 1] ?? -1;
      const next = this.#use(at, second !== -1 && this.#turn(last, at, second) > 0 ? 1 : 0);
      last = at;
      at = next;
    }
    return straightened(loop);
  }

  /** Back where it began, the loop may only pass through, on its way around a pixel that touches there. */
  #goesOn(from: number, at: number): boolean {
    const end = this.#end(at);
    return end !== -1 && this.#turn(from, at, end) > 0;
  }

  #use(corner: number, which: 0 | 1): number {
    const end = this.#leaving[2 * corner + which] ?? -1;
    if (which === 0) this.#leaving[2 * corner] = this.#leaving[2 * corner + 1] ?? -1;
    this.#leaving[2 * corner + 1] = -1;
    return end;
  }

  /** Positive for a turn to the right. */
  #turn(from: number, at: number, to: number): number {
    const [x, y] = [this.#xs[at] ?? 0, this.#ys[at] ?? 0];
    const [dx, dy] = [x - (this.#xs[from] ?? 0), y - (this.#ys[from] ?? 0)];
    return dx * ((this.#ys[to] ?? 0) - y) - dy * ((this.#xs[to] ?? 0) - x);
  }
}

/** Without the corners at which the way goes straight on. */
function straightened(loop: readonly number[]): number[] {
  const kept: number[] = [];
  const count = loop.length;
  for (let i = 0; i < count; i += 2) {
    const x = loop[i] ?? 0;
    const y = loop[i + 1] ?? 0;
    const before = i ? i - 2 : count - 2;
    const after = i + 2 < count ? i + 2 : 0;
    const sameX = loop[before] === x && loop[after] === x;
    const sameY = loop[before + 1] === y && loop[after + 1] === y;
    if (!sameX && !sameY) kept.push(x, y);
  }
  return kept;
}
