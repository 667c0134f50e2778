/** From one image or video of the project to the next. */
import type { Editor } from "../Editor";

export function stepMedia(editor: Editor, step: 1 | -1): void {
  const { before, after } = editor.neighbours.value;
  const target = step === 1 ? after : before;
  if (target !== null) editor.jump(target, 0);
  else editor.message(step === 1 ? "This is the last one of the project" : "This is the first one of the project");
}
