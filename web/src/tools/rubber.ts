/** A box drawn across the picture for something that is to be in it. */
import type { Editor } from "../editor/Editor";
import type { Box, ToolEvent, XY } from "../editor/types";
import { boxOfCorners, clipBox } from "../geometry/boxes";

/** A box smaller than this on the screen (CSS pixels) was a click. */
const SMALLEST = 8;

export class Rubber {
  #corner: XY | null = null;

  constructor(private readonly editor: Editor) {}

  down(event: ToolEvent): void {
    if (event.button === 0 && this.editor.ready) this.#corner = event.image;
  }

  move(event: ToolEvent): void {
    if (this.#corner) this.editor.rubber.value = [this.#corner, event.image];
  }

  /** The box, cut at the picture; "click" for a press that drew none; null when nothing was begun. */
  up(event: ToolEvent): Box | "click" | null {
    const corner = this.#corner;
    this.drop();
    if (!corner) return null;
    const media = this.editor.media.value;
    const drawn = boxOfCorners(corner, event.image);
    if (Math.min(drawn[2], drawn[3]) * this.editor.camera.value.scale < SMALLEST) return "click";
    return media && clipBox(drawn, media.width, media.height);
  }

  drop(): void {
    this.#corner = null;
    this.editor.rubber.value = null;
  }
}
