/** Ordered placement: one click a keypoint, in skeleton order. Shift or the right button: labelled but hidden. */
import type { Editor } from "../editor/Editor";
import { spoken } from "../editor/ontology";
import { reasonWords, whyHidden } from "../editor/reasons";
import type { Tool, ToolEvent } from "../editor/types";
import { placeAt, startPlacing } from "../editor/verbs/placing";
import { chordName, keysOf, withKeys } from "../editor/ownKeys";

export class PlaceTool implements Tool {
  readonly id = "place";

  constructor(private readonly editor: Editor) {}

  enter(): void {
    if (!startPlacing(this.editor)) this.editor.setTool("select");
  }

  leave(): void {
    this.editor.placing.value = null;
    this.editor.steering.value = null;
  }

  cursor(): string {
    return "crosshair";
  }

  hint(): string {
    const placing = this.editor.placing.value;
    if (!placing) return "";
    const skeleton = this.editor.categories.get(placing.category)?.skeleton;
    const name = spoken(skeleton?.names[placing.keypoint] ?? "");
    const where = skeleton?.where[placing.keypoint];
    const place = where ? `${name} (${where})` : name;
    const why = placing.because ? `: ${reasonWords(placing.because)}` : "";
    const state = placing.visibility === 1 ? `, hidden${why}` : "";
    if (this.editor.steering.value) {
      const move = "Arrows: move the cursor (Shift: 10 steps, Alt: 0.1 px, Alt+Shift: half of what is left)";
      const here = `${keysOf("place.here").map(chordName).join(" or ")}: place the ${place}${state}`;
      return withKeys(`${here}. ${move}`, ["place.skip", "skip"], ["cancel", "finish"]);
    }
    return withKeys(
      `Click the ${place}${state}, or move the cursor by arrow keys; with Shift: hidden`,
      ["point.hidden", `hidden${whyHidden()}`],
      ["place.skip", "skip"],
      ["place.back", "back"],
      ["place.finish", "finish"],
    );
  }

  pointerDown(event: ToolEvent): void {
    if (event.button === 0 || event.button === 2) placeAt(this.editor, event.image, event.shift || event.button === 2);
  }

  pointerMove(): void {
    // A click needs no following.
  }

  pointerUp(): void {
    // Placed on the press already.
  }

  cancel(): void {
    // Nothing is held between press and release.
  }
}
