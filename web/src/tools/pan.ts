/** Move the picture. The press itself is handled where the middle button is (editor/input.ts). */
import type { Tool } from "../editor/types";

const nothing = (): void => undefined;

export class PanTool implements Tool {
  readonly id = "pan";
  readonly pointerDown = nothing;
  readonly pointerMove = nothing;
  readonly pointerUp = nothing;
  readonly cancel = nothing;

  cursor(): string {
    return "grab";
  }

  hint(): string {
    return "Drag to move the picture, wheel to zoom; V: back to selecting";
  }
}
