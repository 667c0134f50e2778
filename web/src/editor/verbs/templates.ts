/** A template dropped into a box: drawn for it, or the box of an instance that has no points yet. */
import { batch } from "@preact/signals-core";
import type { PosePrior } from "../../geometry/prior";
import { wordsFor } from "../chosen";
import type { Editor } from "../Editor";
import { labelledCount, setBox } from "../instance";
import type { Box, EditorInstance } from "../types";
import { freshInstance } from "./placing";
import { withKeys } from "../ownKeys";

/** Choose the tool; a selected instance that is only a box yet gets its template at once. */
export function startTemplate(editor: Editor): void {
  const instance = editor.selected.value;
  const boxed = instance && onlyBox(editor, instance) ? instance : null;
  if (!boxed && !posed(editor, editor.category.value)) {
    editor.message(`A ${editor.category.value || "thing"} has no keypoints: draw a box instead`);
    return;
  }
  // The tool's choice asks the server for a template that has not come yet.
  editor.setTool("template");
  if (boxed) fillBox(editor, boxed);
}

/** An instance whose box waits for points. */
export function onlyBox(editor: Editor, instance: EditorInstance): boolean {
  return instance.box !== null && labelledCount(instance) === 0 && posed(editor, instance.category);
}

function posed(editor: Editor, category: string): boolean {
  return !!editor.categories.get(category)?.skeleton?.names.length;
}

/** A new instance with the template in a box. Where no template is known yet, the box is kept and can be filled later. */
export function templateIn(editor: Editor, box: Box): void {
  const empty = freshInstance(editor, editor.category.value);
  if (!empty) return;
  const boxed = setBox(empty, box);
  if (drop(editor, boxed, `Template of ${boxed.category}`)) return;
  batch(() => {
    editor.change(`Draw box of ${boxed.category}`, [boxed]);
    editor.select(boxed.id);
  });
}

export function fillBox(editor: Editor, instance: EditorInstance): void {
  drop(editor, instance, `Template of ${instance.category}`);
}

function drop(editor: Editor, boxed: EditorInstance, title: string): boolean {
  const prior = priorOf(editor, boxed);
  const posed = prior && editor.templates.pose(boxed, prior);
  if (!posed) {
    editor.message(
      prior
        ? "A template needs a box with a width and a height"
        : withKeys(`The template of a ${boxed.category} has not come from the server yet: select the box in a moment`, ["tool.template", "fill it"]),
    );
    return false;
  }
  batch(() => {
    editor.setTool("select");
    editor.templates.end();
    editor.change(title, [posed]);
    editor.select(posed.id);
    const made = editor.store.get(posed.id);
    if (made) editor.templates.take(made, prior);
  });
  return true;
}

function priorOf(editor: Editor, { category, points }: EditorInstance): PosePrior | null {
  const prior = editor.priors.value.get(category);
  return prior && 3 * prior.keypoints === points.length ? prior : null;
}

/** Points of a template are right where they are: the rest follows that. Does nothing for points set already. */
export function confirmLoose(editor: Editor, instance: EditorInstance, keypoints: readonly number[]): void {
  const held = editor.templates.hold(instance, keypoints);
  if (held.length) editor.change(`Set ${wordsFor(editor.skeleton(instance), held)}`, [instance]);
}

/** All points are right as they are. */
export function finishTemplate(editor: Editor): void {
  editor.templates.end();
}
