/** What the tools of masks have in hand between two presses: the polygon that is not closed yet, and the brush. */
import { signal } from "@preact/signals-core";
import type { XY } from "./types";

export interface OpenPolygon {
  readonly media: number;
  readonly frame: number;
  /** Whose mask it will be a part of; null makes a new instance. */
  readonly instance: string | null;
  readonly vertices: readonly XY[];
  /** It will be cut out of the mask instead of being added. */
  readonly cut: boolean;
}

export class Drawing {
  readonly polygon = signal<OpenPolygon | null>(null);
  /** Of the brush, in pixels of the picture; null until somebody chose one. */
  readonly radius = signal<number | null>(null);
  readonly erasing = signal(false);
}
