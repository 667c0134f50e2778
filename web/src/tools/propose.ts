/** Draw a box, and a model marks what is in it. Boxes may be drawn one after the other without waiting. */
import type { Editor } from "../editor/Editor";
import type { Tool, ToolEvent, XY } from "../editor/types";
import { proposeIn } from "../editor/verbs/proposing";
import { boxOfCorners, clipBox } from "../geometry/boxes";

/** A box smaller than this on the screen (CSS pixels) was a click. */
const SMALLEST = 8;

export class ProposeTool implements Tool {
  readonly id = "propose";
  #corner: XY | null = null;

  constructor(private readonly editor: Editor) {}

  cursor(): string {
    return "crosshair";
  }

  hint(): string {
    const waiting = this.editor.awaited.value.length;
    if (waiting) return `${waiting === 1 ? "A box waits" : `${waiting} boxes wait`} for the model; go on meanwhile`;
    return `Drag a box around a ${this.editor.category.value}: a model proposes its points. A click selects`;
  }

  pointerDown(event: ToolEvent): void {
    if (event.button === 0 && this.editor.ready) this.#corner = event.image;
  }

  pointerMove(event: ToolEvent): void {
    if (this.#corner) this.editor.rubber.value = [this.#corner, event.image];
  }

  pointerUp(event: ToolEvent): void {
    const corner = this.#corner;
    this.cancel();
    if (!corner) return;
    const { editor } = this;
    const media = editor.media.value;
    const drawn = boxOfCorners(corner, event.image);
    const { scale } = editor.camera.value;
    if (Math.min(drawn[2], drawn[3]) * scale < SMALLEST) {
      editor.select(editor.hits(event.image)[0]?.instance ?? null);
      return;
    }
    const box = media && clipBox(drawn, media.width, media.height);
    if (box) void proposeIn(editor, box);
  }

  cancel(): void {
    this.#corner = null;
    this.editor.rubber.value = null;
  }

  leave(): void {
    this.cancel();
  }
}
