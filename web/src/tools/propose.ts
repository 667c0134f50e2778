/** Draw a box, and a model marks what is in it. Boxes may be drawn one after the other without waiting. */
import type { Box } from "../editor/types";
import { proposeIn } from "../editor/verbs/proposing";
import { RubberTool } from "./rubber";

export class ProposeTool extends RubberTool {
  readonly id = "propose";

  hint(): string {
    const waiting = this.editor.awaited.value.length;
    if (waiting) return `${waiting === 1 ? "A box waits" : `${waiting} boxes wait`} for the model; go on meanwhile`;
    return `Drag a box around a ${this.editor.category.value}: a model proposes its points. A click selects`;
  }

  protected drawn(box: Box): void {
    void proposeIn(this.editor, box);
  }
}
