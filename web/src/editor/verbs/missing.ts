/** From one keypoint without a label to the next, through the instances of the frame. */
import { batch } from "@preact/signals-core";
import type { Editor } from "../Editor";
import { keypointCount, visibility } from "../instance";
import type { EditorInstance } from "../types";
import { leftToRight } from "./instances";

interface Gap {
  readonly instance: EditorInstance;
  readonly keypoint: number;
}

function gaps(editor: Editor): Gap[] {
  return leftToRight(editor.instances.value).flatMap((instance) =>
    Array.from({ length: keypointCount(instance) }, (_, keypoint) => ({ instance, keypoint })).filter(
      ({ keypoint }) => visibility(instance, keypoint) === 0,
    ),
  );
}

/** Select the next or previous point of the template in hand that nobody has set yet. False where there is none. */
function stepLoose(editor: Editor, step: 1 | -1): boolean {
  const instance = editor.selected.value;
  const loose = instance ? [...editor.templates.loose(instance)] : [];
  const at = editor.selection.value.keypoint ?? (step === 1 ? -1 : Infinity);
  const next = step === 1 ? (loose.find((k) => k > at) ?? loose[0]) : (loose.findLast((k) => k < at) ?? loose.at(-1));
  if (!instance || next === undefined) return false;
  editor.select(instance.id, next);
  return true;
}

/**
 * Make the next (1) or the previous (-1) keypoint without a label the one to be placed. A template in hand comes first:
 * there, the next point that nobody has set.
 */
export function stepMissing(editor: Editor, step: 1 | -1): void {
  const { placing, selection } = editor;
  if (!placing.value && stepLoose(editor, step)) return;
  if (placing.value && placing.value.instance === null) {
    const count = editor.categories.get(placing.value.category)?.skeleton?.names.length ?? 1;
    placing.value = { ...placing.value, keypoint: (placing.value.keypoint + step + count) % count };
    return;
  }
  const found = gaps(editor);
  if (!found.length) {
    editor.message(editor.instances.value.length ? "Every keypoint in this frame has a label" : "Nothing is marked in this frame");
    return;
  }
  const id = placing.value?.instance ?? selection.value.instance;
  const at = placing.value?.keypoint ?? selection.value.keypoint ?? (step === 1 ? -1 : Infinity);
  const order = leftToRight(editor.instances.value).map((instance) => instance.id);
  const now = order.indexOf(id ?? "");
  const place = ({ instance, keypoint }: Gap): number => order.indexOf(instance.id) - now || keypoint - at;
  const next = step === 1 ? (found.find((gap) => place(gap) > 0) ?? found[0]) : (found.findLast((gap) => place(gap) < 0) ?? found.at(-1));
  if (!next) return;
  batch(() => {
    editor.setTool("place");
    editor.placing.value = { category: next.instance.category, instance: next.instance.id, keypoint: next.keypoint, visibility: 2 };
    editor.select(next.instance.id);
  });
}
