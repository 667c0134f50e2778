/** The tour of doubtful points. */
import { batch } from "@preact/signals-core";
import type { Editor } from "../Editor";

/** Go to the first open route, or back to the one where the tour was left. */
export function startTour(editor: Editor): boolean {
  const current = editor.route.value;
  const route = current?.state === "open" ? current : editor.routes.neighbour(editor.routeId.value, 1);
  if (!route) {
    editor.message("No doubtful points are waiting");
    return false;
  }
  editor.showRoute(route);
  return true;
}

export function stepRoute(editor: Editor, step: 1 | -1): void {
  const route = editor.routes.neighbour(editor.routeId.value, step);
  if (route) {
    editor.showRoute(route);
    return;
  }
  batch(() => {
    editor.routeId.value = null;
    editor.setTool("select");
  });
  editor.message("All doubtful points are done");
}

/** The point is right as it is (or was fixed a moment ago): on to the next. */
export function acceptRoute(editor: Editor): void {
  const route = editor.route.value;
  if (!route) return;
  if (route.state === "open") {
    editor.begin("Accept point");
    editor.edits.commit(null, [{ route: route.id, before: "open", after: "accepted" }]);
  }
  stepRoute(editor, 1);
}
