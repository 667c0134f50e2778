/** Undo and redo, which turn to the frame of what they change so that nothing changes out of sight. */
import { batch } from "@preact/signals-core";
import type { Editor } from "../Editor";
import { chosenPoints } from "../chosen";
import { changed } from "../diff";
import type { Gesture } from "../types";
import { takeBackCorner } from "./drawing";
import { finishPlacing, isPlacements, resumePlacing } from "./placing";

export function undo(editor: Editor): void {
  if (editor.edits.inHand.value !== null) {
    editor.tool.value.cancel();
    editor.edits.cancel();
    return;
  }
  if (takeBackCorner(editor)) return;
  const placing = editor.placing.value !== null;
  if (placing && !isPlacements(editor, editor.history.canUndo.value)) {
    // Nothing of this placement is left: leave it rather than reach for other work.
    finishPlacing(editor);
    return;
  }
  if (!isHere(editor, editor.history.canUndo.value) && editor.arrival.refuses()) return;
  batch(() => {
    const gesture = editor.edits.undo();
    if (!gesture) return;
    if (placing) resumePlacing(editor, gesture, true);
    else turnTo(editor, gesture, true);
  });
}

export function redo(editor: Editor): void {
  if (editor.edits.inHand.value !== null) return;
  const placing = editor.placing.value;
  const next = editor.history.canRedo.value;
  const mine = placing && (isPlacements(editor, next) || (placing.instance === null && next?.diffs[0]?.before === null));
  if (placing && !mine) return;
  if (!isHere(editor, editor.history.canRedo.value) && editor.arrival.refuses()) return;
  batch(() => {
    const gesture = editor.edits.redo();
    if (!gesture) return;
    if (placing) resumePlacing(editor, gesture, false);
    else turnTo(editor, gesture, false);
  });
}

function isHere(editor: Editor, gesture: Gesture | null): boolean {
  return !gesture || gesture.diffs.every(({ instance }) => editor.store.row(instance));
}

function turnTo(editor: Editor, gesture: Gesture, undone: boolean): void {
  const route = editor.routes.get(gesture.routes[0]?.route ?? null);
  if (route && editor.tool.value.id === "tour") {
    editor.showRoute(route);
    return;
  }
  editor.jump(gesture.media, gesture.frame);
  const diff = gesture.diffs[0];
  const instance = editor.store.get(diff?.instance ?? null);
  if (!diff || !instance) return;
  const { points } = changed(diff.before, diff.after);
  const gone = instance.deleted || (undone && diff.before === null);
  // Points chosen together stay chosen, to be moved on together.
  const chosen = new Set(chosenPoints(editor.selection.value));
  if (!gone && editor.selection.value.instance === instance.id && points.length && points.every((k) => chosen.has(k))) return;
  editor.select(gone ? null : instance.id, points.length === 1 ? (points[0] ?? null) : null);
}
