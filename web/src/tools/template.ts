/** Draw a box, and the template of a pose drops in; correcting it is the select tool's work. */
import type { Editor } from "../editor/Editor";
import type { Tool, ToolEvent } from "../editor/types";
import { fillBox, onlyBox, templateIn } from "../editor/verbs/templates";
import { Rubber } from "./rubber";

export class TemplateTool implements Tool {
  readonly id = "template";
  readonly #rubber: Rubber;

  constructor(private readonly editor: Editor) {
    this.#rubber = new Rubber(editor);
  }

  cursor(): string {
    return "crosshair";
  }

  hint(): string {
    return `Drag a box around a ${this.editor.category.value}: its template drops in. A click on an empty box fills that`;
  }

  pointerDown(event: ToolEvent): void {
    this.#rubber.down(event);
  }

  pointerMove(event: ToolEvent): void {
    this.#rubber.move(event);
  }

  pointerUp(event: ToolEvent): void {
    const box = this.#rubber.up(event);
    if (box === "click") this.#click(event);
    else if (box) templateIn(this.editor, box);
  }

  #click(event: ToolEvent): void {
    const { editor } = this;
    const under = editor.store.get(editor.hits(event.image)[0]?.instance ?? null);
    if (under && onlyBox(editor, under)) fillBox(editor, under);
    else editor.select(under?.id ?? null);
  }

  cancel(): void {
    this.#rubber.drop();
  }

  leave(): void {
    this.cancel();
  }
}
