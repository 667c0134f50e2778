/** How positions between keys are found, for the whole label set. */
import type { Editor } from "../../Editor";

export function turnInterpolation(editor: Editor): void {
  const kind = editor.tracks.interpolation.value === "pchip" ? "linear" : "pchip";
  editor.tracks.setInterpolation(kind);
  editor.store.version.value++;
  editor.hooks.onInterpolation?.(kind);
  editor.message(kind === "linear" ? "Points go straight from key to key" : "Points go smoothly from key to key (PCHIP)");
}
