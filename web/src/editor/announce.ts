/** What the page says aloud to somebody who does not see the picture: the point in hand, and what comes next. */
import { computed } from "@preact/signals-core";
import type { ReadonlySignal } from "@preact/signals-core";
import { stateWords } from "./checklist";
import type { Editor } from "./Editor";
import { keypointCount, labelledCount, point } from "./instance";
import { spoken } from "./ontology";
import { reasonWords } from "./reasons";
import type { EditorInstance, Placing } from "./types";

/** Whole pixels: nobody listens to decimals. */
function place(instance: EditorInstance, keypoint: number): string {
  const { x, y } = point(instance, keypoint);
  return `${String(Math.round(x))}, ${String(Math.round(y))}`;
}

function whilePlacing(editor: Editor, { keypoint, category, visibility, because }: Placing): string {
  const names = editor.categories.get(category)?.skeleton?.names ?? [];
  const { selected, selection } = editor;
  const last = selection.value.keypoint;
  const instance = selected.value;
  const parts: string[] = [];
  if (instance && last !== null) {
    const at = point(instance, last);
    if (at.v) parts.push(`${spoken(names[last] ?? "")} placed at ${place(instance, last)}${at.v === 1 ? ", hidden" : ""}`);
  }
  const hidden = visibility === 1 ? `, hidden${because ? `: ${reasonWords(because)}` : ""}` : "";
  parts.push(`next: ${spoken(names[keypoint] ?? "")}${hidden}, ${String(keypoint + 1)} of ${String(names.length)}`);
  return parts.join("; ");
}

function selection(editor: Editor): string {
  const instance = editor.selected.value;
  const { keypoint, also } = editor.selection.value;
  if (!instance) return "";
  const check = keypoint === null ? null : editor.checks.list.value?.checks[keypoint];
  if (!check || keypoint === null) {
    const count = keypointCount(instance);
    return `${instance.category} selected${count ? `, ${String(labelledCount(instance))} of ${String(count)} keypoints labelled` : ""}`;
  }
  if (also.length) return `${String(also.length + 1)} points selected`;
  return `${check.name}, ${stateWords(check)}${check.v ? `, at ${place(instance, keypoint)}` : ""}`;
}

/** One sentence that changes as work goes on, and rests while something is dragged. */
export function announcement(editor: Editor): ReadonlySignal<string> {
  let kept = "";
  return computed(() => {
    if (editor.edits.inHand.value !== null) return kept;
    const placing = editor.placing.value;
    kept = placing ? whilePlacing(editor, placing) : selection(editor);
    return kept;
  });
}
