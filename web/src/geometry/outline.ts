/**
 * The outline of a mask, along the edges between pixels: closed loops, clockwise on the screen around the object and
 * the other way around holes. Filled, they cover exactly the pixels of the mask. Pixels that touch at a corner only
 * are apart.
 */
import { signedArea } from "./polygons";
import type { Spans } from "./rle";

export type Loop = readonly number[];

/** The stretches of one column, start and end by turns. */
type Column = readonly number[];

const EMPTY: Column = [];

export function outlines(spans: Spans, height: number): Loop[] {
  const edges = new Edges(height + 1);
  const columns = columnsOf(spans, height);
  for (const [x, column] of columns) {
    for (let i = 0; i < column.length; i += 2) {
      // The object always lies to the right of the way.
      edges.add(x, column[i] ?? 0, x + 1, column[i] ?? 0);
      edges.add(x + 1, column[i + 1] ?? 0, x, column[i + 1] ?? 0);
    }
    upright(edges, x, columns.get(x - 1) ?? EMPTY, column);
    if (!columns.has(x + 1)) upright(edges, x + 1, column, EMPTY);
  }
  return edges.loops();
}

/** Whether a loop goes around a hole. */
export function isHole(loop: Loop): boolean {
  return signedArea(loop) < 0;
}

function columnsOf(spans: Spans, height: number): Map<number, number[]> {
  const columns = new Map<number, number[]>();
  for (let i = 0; i < spans.length; i += 2) {
    const end = spans[i + 1] ?? 0;
    for (let at = spans[i] ?? 0; at < end; ) {
      const x = Math.floor(at / height);
      const next = Math.min(end, (x + 1) * height);
      const column = columns.get(x);
      if (column) column.push(at - x * height, next - x * height);
      else columns.set(x, [at - x * height, next - x * height]);
      at = next;
    }
  }
  return columns;
}

/** The edges between two neighbouring columns: wherever one of them is covered and the other is not. */
function upright(edges: Edges, x: number, left: Column, right: Column): void {
  let i = 0;
  let j = 0;
  let last = 0;
  while (i < left.length || j < right.length) {
    const y = Math.min(left[i] ?? Infinity, right[j] ?? Infinity);
    if (i % 2 !== j % 2) {
      if (i % 2) edges.add(x, last, x, y);
      else edges.add(x, y, x, last);
    }
    if (left[i] === y) i++;
    if (right[j] === y) j++;
    last = y;
  }
}

/** Directed edges, found by the corner they start from. */
class Edges {
  /** Per corner the ends of the edges that leave it: one, or two where pixels touch at a corner. */
  readonly #leaving = new Map<number, number[]>();

  constructor(private readonly stride: number) {}

  add(xa: number, ya: number, xb: number, yb: number): void {
    const from = xa * this.stride + ya;
    const to = xb * this.stride + yb;
    const ends = this.#leaving.get(from);
    if (ends) ends.push(to);
    else this.#leaving.set(from, [to]);
  }

  /** Follow the edges until each is used up. */
  loops(): Loop[] {
    const found: Loop[] = [];
    for (const start of this.#leaving.keys()) {
      while (this.#leaving.get(start)?.length) found.push(this.#follow(start));
    }
    return found;
  }

  #follow(start: number): number[] {
    const loop: number[] = [];
    this.#corner(loop, start);
    let last = start;
    let at = this.#leaving.get(start)?.pop() ?? start;
    while (at !== start || this.#goesOn(last, at)) {
      this.#corner(loop, at);
      [last, at] = [at, this.#take(last, at)];
    }
    return straightened(loop);
  }

  /** Back where it began, the loop may only pass through, on its way around a pixel that touches there. */
  #goesOn(from: number, at: number): boolean {
    const end = this.#leaving.get(at)?.[0];
    return end !== undefined && this.#turn(from, at, end) > 0;
  }

  #corner(loop: number[], key: number): void {
    loop.push(Math.floor(key / this.stride), key % this.stride);
  }

  /** The edge to go on with. Of two it is the one to the right, which stays with the pixel that is followed. */
  #take(from: number, at: number): number {
    const ends = this.#leaving.get(at) ?? [];
    const index = ends.length > 1 && this.#turn(from, at, ends[1] ?? 0) > 0 ? 1 : 0;
    return ends.splice(index, 1)[0] ?? at;
  }

  #turn(from: number, at: number, to: number): number {
    const [x, y] = [Math.floor(at / this.stride), at % this.stride];
    const [dx, dy] = [x - Math.floor(from / this.stride), y - (from % this.stride)];
    return dx * ((to % this.stride) - y) - dy * (Math.floor(to / this.stride) - x);
  }
}

/** Without the corners at which the way goes straight on. */
function straightened(loop: readonly number[]): number[] {
  const kept: number[] = [];
  const count = loop.length;
  for (let i = 0; i < count; i += 2) {
    const [x, y] = [loop[i] ?? 0, loop[i + 1] ?? 0];
    const before = (i - 2 + count) % count;
    const after = (i + 2) % count;
    const sameX = loop[before] === x && loop[after] === x;
    const sameY = loop[before + 1] === y && loop[after + 1] === y;
    if (!sameX && !sameY) kept.push(x, y);
  }
  return kept;
}
