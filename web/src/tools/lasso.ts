/** A loop drawn around points to take them together. Shift adds to those chosen already, Alt takes away. */
import type { Editor } from "../editor/Editor";
import type { ToolEvent } from "../editor/types";
import { chooseInside } from "../editor/verbs/choosing";
import { TREMBLE } from "./drags";
import type { Drag } from "./drags";

/** CSS pixels between two corners of the loop. */
const STRIDE = 2;

/** `click` is what the press was when the pointer never moved, or went around nothing. */
export function dragLasso(editor: Editor, start: ToolEvent, click: () => unknown): Drag {
  let last = start.screen;
  return {
    move({ screen, image }) {
      const stride = editor.lasso.value ? STRIDE : TREMBLE;
      if (Math.hypot(screen.x - last.x, screen.y - last.y) < stride) return;
      last = screen;
      editor.lasso.value = [...(editor.lasso.value ?? [start.image.x, start.image.y]), image.x, image.y];
    },
    end() {
      const loop = editor.lasso.value;
      editor.lasso.value = null;
      const how = start.shift ? "add" : start.alt ? "take away" : "replace";
      if (!loop || !chooseInside(editor, loop, how)) click();
    },
  };
}
