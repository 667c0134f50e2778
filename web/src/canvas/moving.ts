/** What a gesture moves of the selected instance: only that is drawn anew in each of its frames. */
import { changed } from "../editor/diff";
import type { Editor } from "../editor/Editor";
import type { EditorInstance } from "../editor/types";
import { skeletonStyle } from "./style";

const NOTHING: ReadonlySet<number> = new Set();

/** The points that the gesture in hand moves; null when everything of the instance is to be drawn anew. */
export function movingPoints(editor: Editor): ReadonlySet<number> | null {
  const instance = editor.selected.value;
  const before = instance && editor.edits.inHand.value !== null ? editor.edits.before(instance.id) : undefined;
  if (!instance || before === undefined) return NOTHING;
  if (before === null || editor.options.value.tolerance) return null;
  const { points, fields } = changed(before, instance);
  return fields.length ? null : new Set(points);
}

/** The selected instance as it was before the gesture in hand: what lies still in it has not moved since. */
export function stillInstance(editor: Editor): EditorInstance | null {
  const instance = editor.selected.value;
  return instance && (editor.edits.before(instance.id) ?? instance);
}

/** These points and their neighbours: the ends of every line that moves with them. */
export function withNeighbours(editor: Editor, instance: EditorInstance, points: ReadonlySet<number>): Set<number> {
  const category = editor.categories.get(instance.category);
  const found = new Set(points);
  for (const { a, b } of (category && skeletonStyle(category)?.edges) ?? []) {
    if (points.has(a)) found.add(b);
    if (points.has(b)) found.add(a);
  }
  return found;
}
