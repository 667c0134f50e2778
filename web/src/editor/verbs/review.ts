/** The tour of doubtful points. */
import { batch } from "@preact/signals-core";
import type { Editor } from "../Editor";
import type { EditorRoute } from "../types";

/** Go back to the route where the tour was left, else to the first open one from the frame on the screen onwards. */
export function startTour(editor: Editor): boolean {
  const current = editor.route.value;
  const route = current?.state === "open" ? current : (fromHere(editor) ?? editor.routes.neighbour(editor.routeId.value, 1));
  if (!route) {
    editor.message("No doubtful points are waiting");
    return false;
  }
  editor.showRoute(route);
  return true;
}

function fromHere(editor: Editor): EditorRoute | null {
  const media = editor.media.value?.id;
  const frame = editor.frame.value;
  const ahead = (route: EditorRoute): boolean => route.state === "open" && route.media === media && route.frame >= frame;
  return editor.routes.list.value.find(ahead) ?? null;
}

/** The next (1) or previous (-1) doubtful point, from wherever somebody is. */
export function stepDoubtful(editor: Editor, step: 1 | -1): void {
  if (editor.tool.value.id === "tour") {
    stepRoute(editor, step);
    return;
  }
  const here = step === 1 ? fromHere(editor) : uptoHere(editor);
  const route = here ?? editor.routes.neighbour(step === 1 ? null : editor.routeId.value, step);
  if (!route) return;
  batch(() => {
    editor.routeId.value = route.id;
    editor.setTool("tour");
  });
}

function uptoHere(editor: Editor): EditorRoute | null {
  const media = editor.media.value?.id;
  const frame = editor.frame.value;
  return editor.routes.list.value.findLast((route) => route.state === "open" && route.media === media && route.frame <= frame) ?? null;
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
  settle(editor, route);
  stepRoute(editor, 1);
}

/** Somebody judged a point to be just what it is already: where it is the doubtful one, that answers the doubt. */
export function confirmPoint(editor: Editor, instance: string, keypoint: number): void {
  const route = editor.route.value;
  if (editor.tool.value.id === "tour" && route?.instance === instance && route.keypoint === keypoint) settle(editor, route);
}

function settle(editor: Editor, route: EditorRoute): void {
  if (route.state !== "open") return;
  editor.begin("Accept point");
  editor.edits.commit(null, [{ route: route.id, before: "open", after: "accepted" }]);
}
