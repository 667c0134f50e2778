/**
 * Boxes: drag across empty ground to draw, a grip to resize, the outline to move. A new box goes to the selected
 * instance when that has none, so points and box are one instance in whichever order they are made.
 */
import type { Editor } from "../editor/Editor";
import { setBox } from "../editor/instance";
import type { Box, Hit, Tool, ToolEvent, XY } from "../editor/types";
import { freshInstance } from "../editor/verbs/placing";
import { boxOfCorners, clipBox } from "../geometry/boxes";
import { dragBox, dragHandle } from "./drags";
import type { Drag } from "./drags";
import { cursorFor } from "./select";

/** A box smaller than this on the screen (CSS pixels) was a click. */
const SMALLEST = 4;
const OUTLINE = 6;

export class BoxTool implements Tool {
  readonly id = "box";
  #drag: Drag | null = null;
  #corner: XY | null = null;

  constructor(private readonly editor: Editor) {}

  cursor(): string {
    const hit = this.editor.hover.value;
    return hit?.kind === "handle" ? cursorFor(hit) : "crosshair";
  }

  hint(): string {
    const instance = this.editor.selected.value;
    if (instance && !instance.box) return `Drag a box around the selected ${instance.category}`;
    return `Drag a box for a new ${this.editor.category.value}; grips resize, the outline moves it`;
  }

  pointerDown(event: ToolEvent): void {
    if (event.button !== 0) return;
    const { editor } = this;
    this.#drag = this.#grip(editor.hits(event.image), event);
    this.#corner = this.#drag ? null : event.image;
  }

  /** Only grips and the outline of the selected instance; everything else is ground to draw on. */
  #grip(found: readonly Hit[], event: ToolEvent): Drag | null {
    const { editor } = this;
    const instance = editor.selected.value;
    if (!instance) return null;
    for (const hit of found) {
      if (hit.instance !== instance.id) continue;
      if (hit.kind === "handle") return dragHandle(editor, instance, hit.handle, event);
      if (hit.kind === "box" && hit.distance * editor.camera.value.scale <= OUTLINE) return dragBox(editor, instance, event);
    }
    return null;
  }

  pointerMove(event: ToolEvent): void {
    this.#drag?.move(event);
    if (this.#corner) this.editor.rubber.value = [this.#corner, event.image];
  }

  pointerUp(event: ToolEvent): void {
    this.#drag?.end();
    if (this.#corner) this.#finish(boxOfCorners(this.#corner, event.image), event);
    this.cancel();
  }

  #finish(drawn: Box, event: ToolEvent): void {
    const { editor } = this;
    const media = editor.media.value;
    const { scale } = editor.camera.value;
    if (Math.max(drawn[2], drawn[3]) * scale < SMALLEST) {
      editor.select(editor.hits(event.image)[0]?.instance ?? null);
      return;
    }
    const box = media && clipBox(drawn, media.width, media.height);
    if (!box) return;
    const selected = editor.selected.value;
    const target = selected && !selected.box ? selected : freshInstance(editor, editor.category.value);
    if (!target) return;
    editor.change(`Draw box of ${target.category}`, [setBox(target, box)]);
    editor.select(target.id);
  }

  cancel(): void {
    this.#drag = null;
    this.#corner = null;
    this.editor.rubber.value = null;
  }

  leave(): void {
    this.cancel();
  }
}
