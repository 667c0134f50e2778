/**
 * Undo and redo, which turn to the frame of what they change so that nothing changes out of sight. What was done before
 * a reload may be about instances that the page has not got: they are asked for first, and presses wait their turn.
 */
import { batch } from "@preact/signals-core";
import type { Editor } from "../Editor";
import { chosenPoints } from "../chosen";
import { changed } from "../diff";
import type { Step } from "../edits";
import { spoken } from "../ontology";
import type { Gesture } from "../types";
import { takeBackCorner } from "./drawing";
import { finishPlacing, isPlacements, resumePlacing } from "./placing";

export function undo(editor: Editor): void {
  inTurn(editor, () => stepBack(editor));
}

export function redo(editor: Editor): void {
  inTurn(editor, () => stepForward(editor));
}

/** The step that still waits for an answer, and with it all that were asked for since. */
const waiting = new WeakMap<Editor, Promise<void>>();

function inTurn(editor: Editor, step: () => Promise<void> | undefined): void {
  const before = waiting.get(editor);
  const now = before ? before.then(step) : step();
  if (!now) return;
  const done = now
    .catch((error: unknown) => editor.message(`Not undone or redone: ${error instanceof Error ? error.message : "no answer"}`))
    .finally(() => {
      if (waiting.get(editor) === done) waiting.delete(editor);
    });
  waiting.set(editor, done);
}

function stepBack(editor: Editor): Promise<void> | undefined {
  if (editor.edits.inHand.value !== null) {
    editor.tool.value.cancel();
    editor.edits.cancel();
    return;
  }
  if (takeBackCorner(editor)) return;
  const next = editor.history.canUndo.value;
  const placing = editor.placing.value !== null;
  if (placing && !isPlacements(editor, next)) {
    // Nothing of this placement is left: leave it rather than reach for other work.
    finishPlacing(editor);
    return;
  }
  return withLabels(editor, next, () => {
    if (editor.history.canUndo.value !== next) return;
    turn(editor, editor.edits.undo(), placing, true);
  });
}

function stepForward(editor: Editor): Promise<void> | undefined {
  if (editor.edits.inHand.value !== null) return;
  const placing = editor.placing.value;
  const next = editor.history.canRedo.value;
  const mine = placing && (isPlacements(editor, next) || (placing.instance === null && next?.diffs[0]?.before === null));
  if (placing && !mine) return;
  return withLabels(editor, next, () => {
    if (editor.history.canRedo.value !== next) return;
    turn(editor, editor.edits.redo(), placing !== null, false);
  });
}

/** Go on once the page has every instance of a gesture; at once where it has. */
function withLabels(editor: Editor, gesture: Gesture | null, goOn: () => void): Promise<void> | undefined {
  const missing = gesture?.diffs.map((diff) => diff.instance).filter((id) => !editor.store.row(id)) ?? [];
  if (missing.length && editor.hooks.onMissing) return editor.hooks.onMissing(missing).then(() => batch(goOn));
  if (missing.length && editor.arrival.refuses()) return;
  batch(goOn);
}

function turn(editor: Editor, step: Step | null, placing: boolean, undone: boolean): void {
  if (!step) return;
  if (placing) resumePlacing(editor, step.gesture, undone);
  else turnTo(editor, step.gesture, undone);
  if (step.theirs.length) editor.message(inWords(editor, step));
}

function inWords(editor: Editor, { theirs }: Step): string {
  if (theirs.length > 1) return `Somebody else changed ${String(theirs.length)} of these instances since: what they did stays`;
  const [{ diff, what }] = theirs as [Step["theirs"][number]];
  const { category } = diff.after;
  if (what.fields.includes("deleted")) return `Somebody else deleted this ${category} since`;
  if (!diff.before) return `Somebody else worked on this ${category} since: it stays`;
  const names = editor.skeleton(diff.after)?.names;
  const points = what.points.map((k) => spoken(names?.[k] ?? `point ${String(k + 1)}`));
  const said = [...points, ...what.fields];
  const shown = said.length > 4 ? [...said.slice(0, 3), `${String(said.length - 3)} more`] : said;
  return `Somebody else changed ${shown.join(", ")} of this ${category} since: that stays`;
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
