/** Draw a box, and the template of a pose drops in; correcting it is the select tool's work. */
import type { Box, EditorInstance } from "../editor/types";
import { fillBox, onlyBox, templateIn } from "../editor/verbs/templates";
import { RubberTool } from "./rubber";

export class TemplateTool extends RubberTool {
  readonly id = "template";

  hint(): string {
    return `Drag a box around a ${this.editor.category.value}: its template drops in. A click on an empty box fills that`;
  }

  protected drawn(box: Box): void {
    templateIn(this.editor, box);
  }

  protected override clicked(under: EditorInstance | null): void {
    if (under && onlyBox(this.editor, under)) fillBox(this.editor, under);
    else super.clicked(under);
  }
}
