/** Draw a box, and a model marks what is in it. Boxes may be drawn one after the other without waiting. */
import type { Editor } from "../editor/Editor";
import type { Tool, ToolEvent } from "../editor/types";
import { proposeIn } from "../editor/verbs/proposing";
import { Rubber } from "./rubber";

export class ProposeTool implements Tool {
  readonly id = "propose";
  readonly #rubber: Rubber;

  constructor(private readonly editor: Editor) {
    this.#rubber = new Rubber(editor);
  }

  cursor(): string {
    return "crosshair";
  }

  hint(): string {
    const waiting = this.editor.awaited.value.length;
    if (waiting) return `${waiting === 1 ? "A box waits" : `${waiting} boxes wait`} for the model; go on meanwhile`;
    return `Drag a box around a ${this.editor.category.value}: a model proposes its points. A click selects`;
  }

  pointerDown(event: ToolEvent): void {
    this.#rubber.down(event);
  }

  pointerMove(event: ToolEvent): void {
    this.#rubber.move(event);
  }

  pointerUp(event: ToolEvent): void {
    const { editor } = this;
    const box = this.#rubber.up(event);
    if (box === "click") editor.select(editor.hits(event.image)[0]?.instance ?? null);
    else if (box) void proposeIn(editor, box);
  }

  cancel(): void {
    this.#rubber.drop();
  }

  leave(): void {
    this.cancel();
  }
}
