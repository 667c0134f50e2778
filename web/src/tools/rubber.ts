/** Tools that draw a box across the picture for something that is to be in it. */
import type { Editor } from "../editor/Editor";
import type { Box, EditorInstance, Tool, ToolEvent, ToolId, XY } from "../editor/types";
import { boxOfCorners, clipBox } from "../geometry/boxes";

/** A box smaller than this on the screen (CSS pixels) was a click. */
const SMALLEST = 8;

export abstract class RubberTool implements Tool {
  abstract readonly id: ToolId;
  #corner: XY | null = null;

  constructor(protected readonly editor: Editor) {}

  abstract hint(): string;

  /** A box is drawn, cut at the picture. */
  protected abstract drawn(box: Box): void;

  /** A press that drew none; `under` is what lies there. */
  protected clicked(under: EditorInstance | null): void {
    this.editor.select(under?.id ?? null);
  }

  cursor(): string {
    return "crosshair";
  }

  pointerDown(event: ToolEvent): void {
    if (event.button === 0 && this.editor.ready) this.#corner = event.image;
  }

  pointerMove(event: ToolEvent): void {
    if (this.#corner) this.editor.rubber.value = [this.#corner, event.image];
  }

  pointerUp(event: ToolEvent): void {
    const { editor } = this;
    const corner = this.#corner;
    this.cancel();
    if (!corner) return;
    const drawn = boxOfCorners(corner, event.image);
    if (Math.min(drawn[2], drawn[3]) * editor.camera.value.scale < SMALLEST) {
      this.clicked(editor.store.get(editor.hits(event.image)[0]?.instance ?? null));
      return;
    }
    const media = editor.media.value;
    const box = media && clipBox(drawn, media.width, media.height);
    if (box) this.drawn(box);
  }

  cancel(): void {
    this.#corner = null;
    this.editor.rubber.value = null;
  }

  leave(): void {
    this.cancel();
  }
}
