/**
 * Polygons: a click a corner, closed by a click on the first one or by Enter. For the selected instance it is one more
 * part of its mask, with Shift a hole in it; with nothing selected it makes a new instance.
 */
import type { Editor } from "../editor/Editor";
import { POINT_RADIUS } from "../editor/hit";
import type { Tool, ToolEvent, XY } from "../editor/types";
import { addCorner, closePolygon, dropPolygon, openPolygon, showMasks, startPolygon, takeBackCorner } from "../editor/verbs/drawing";
import type { Drag } from "./drags";
import { cornerAt, dragCorner, removeCorner } from "./vertices";
import { withKeys } from "../editor/ownKeys";

/** The second click of a double click lands this near the first (CSS pixels). */
const DOUBLE = 4;

export class PolygonTool implements Tool {
  readonly id = "polygon";
  #drag: Drag | null = null;

  constructor(private readonly editor: Editor) {}

  enter(): void {
    showMasks(this.editor);
  }

  cursor(): string {
    return this.editor.edits.inHand.value ? "none" : "crosshair";
  }

  hint(): string {
    const open = openPolygon(this.editor);
    if (open) return withKeys(`Click the next corner${open.cut ? " of the hole" : ""}; the first one closes`, ["mask.close", "close"], ["mask.back", "back"], ["cancel", "call off"]);
    const instance = this.editor.selected.value;
    const whose = instance ? `the selected ${instance.category}` : `a new ${this.editor.category.value}`;
    const edit = Array.isArray(instance?.mask) ? "; drag a corner, press a side for a new one, Alt removes one" : "";
    return `Click the corners of a polygon for ${whose}${instance?.mask != null ? "; with Shift a hole" : ""}${edit}`;
  }

  pointerDown(event: ToolEvent): void {
    const { editor } = this;
    if (event.button === 2) takeBackCorner(editor);
    if (event.button !== 0) return;
    if (openPolygon(editor)) this.#goOn(event);
    else this.#begin(event);
  }

  #goOn({ image }: ToolEvent): void {
    const { editor } = this;
    const vertices = openPolygon(editor)?.vertices ?? [];
    const near = (corner: XY | undefined, reach: number): boolean =>
      !!corner && Math.hypot(corner.x - image.x, corner.y - image.y) * editor.camera.value.scale <= reach;
    const twice = near(vertices.at(-1), DOUBLE);
    if (vertices.length > 2 && (twice || near(vertices[0], POINT_RADIUS))) closePolygon(editor);
    else if (!twice) addCorner(editor, image);
  }

  #begin(event: ToolEvent): void {
    const { editor } = this;
    const corner = event.shift ? null : cornerAt(editor, event.image);
    if (event.alt) {
      if (corner && !corner.side) removeCorner(editor, corner);
    } else if (corner) this.#drag = dragCorner(editor, corner, event);
    else startPolygon(editor, event.image, event.shift);
  }

  pointerMove(event: ToolEvent): void {
    this.#drag?.move(event);
  }

  pointerUp(): void {
    this.#drag?.end();
    this.#drag = null;
  }

  cancel(): void {
    this.#drag = null;
  }

  leave(): void {
    this.#drag = null;
    dropPolygon(this.editor);
  }
}
