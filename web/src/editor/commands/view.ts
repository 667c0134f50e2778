import { batch } from "@preact/signals-core";
import type { Editor } from "../Editor";
import type { Command, ViewOptions } from "../types";
import { dropPolygon } from "../verbs/drawing";
import { finishPlacing } from "../verbs/placing";
import { redo, undo } from "../verbs/undo";
import { actualSize, lookAtSelection, zoom } from "../verbs/view";

const always = (): boolean => true;

type Switch = "names" | "edges" | "boxes" | "hidden" | "tolerance" | "crosshair" | "labels";

function toggle(what: Switch, title: string, key: string): Command<Editor> {
  const run = (editor: Editor): void => {
    const now: ViewOptions = editor.options.value;
    editor.setOptions({ [what]: !now[what] });
  };
  return { id: `view.${what}`, title, group: "View", keys: [key], run, enabled: always };
}

/** One step back: out of the gesture, the placement, the tool, the point, the instance. */
function cancel(editor: Editor): void {
  batch(() => {
    const { instance, keypoint } = editor.selection.value;
    if (editor.edits.inHand.value !== null || editor.rubber.value || editor.lasso.value) {
      editor.tool.value.cancel();
      editor.edits.cancel();
    } else if (dropPolygon(editor)) return;
    else if (editor.placing.value) finishPlacing(editor);
    else if (editor.tool.value.id !== "select") editor.setTool("select");
    else if (keypoint !== null) editor.select(instance);
    else editor.select(null);
  });
}

export const viewCommands: readonly Command<Editor>[] = [
  { id: "history.undo", title: "Undo", group: "History", keys: ["Mod+Z"], run: undo, enabled: always },
  { id: "history.redo", title: "Redo", group: "History", keys: ["Mod+Shift+Z", "Mod+Y"], run: redo, enabled: always },
  { id: "cancel", title: "Cancel, leave, deselect", group: "Tools", keys: ["Escape"], run: cancel, enabled: always },
  { id: "view.zoomIn", title: "Zoom in", group: "View", keys: ["+", "="], run: (e) => zoom(e, true), enabled: always },
  { id: "view.zoomOut", title: "Zoom out", group: "View", keys: ["-"], run: (e) => zoom(e, false), enabled: always },
  { id: "view.fit", title: "Whole picture", group: "View", keys: ["Z"], run: (e) => e.fit(), enabled: always },
  { id: "view.actual", title: "Actual size", group: "View", keys: ["Shift+Z"], run: actualSize, enabled: always },
  { id: "view.focus", title: "Look at the selection", group: "View", keys: ["L"], run: lookAtSelection, enabled: (e) => e.selected.value !== null },
  toggle("names", "Show all names", "Shift+N"),
  toggle("edges", "Show edges", "Shift+E"),
  toggle("boxes", "Show boxes", "Shift+B"),
  toggle("hidden", "Show hidden points", "Shift+H"),
  toggle("tolerance", "Show tolerance rings", "Shift+T"),
  toggle("crosshair", "Show the crosshair", "Shift+C"),
  toggle("labels", "Show labels", "Shift+L"),
  {
    id: "view.onlyMissing",
    title: "List only keypoints without a label",
    group: "View",
    keys: ["Alt+U"],
    run: ({ checks: { onlyMissing } }) => (onlyMissing.value = !onlyMissing.value),
    enabled: always,
  },
];
