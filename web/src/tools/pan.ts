/** Move the picture. The press itself is handled where the middle button is (editor/input.ts). */
import type { Tool } from "../editor/types";

const nothing = (): void => undefined;

export const panTool: Tool = {
  id: "pan",
  cursor: () => "grab",
  hint: () => "Drag to move the picture, wheel to zoom; V: back to selecting",
  pointerDown: nothing,
  pointerMove: nothing,
  pointerUp: nothing,
  cancel: nothing,
};
