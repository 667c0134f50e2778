/** Moving the camera by key. */
import type { Editor } from "../Editor";
import { centreOn, toScreen, zoomAt } from "../../geometry/camera";
import type { XY } from "../types";

const STEP = 1.3;

function middle(editor: Editor): XY {
  const { width, height } = editor.view.value;
  return { x: width / 2, y: height / 2 };
}

/** Zoom to the cursor, or to the middle when the pointer is elsewhere. */
export function zoom(editor: Editor, closer: boolean): void {
  const camera = editor.camera.value;
  const cursor = editor.cursor.value;
  const at = cursor ? toScreen(camera, cursor) : middle(editor);
  editor.setCamera(zoomAt(camera, at, closer ? STEP : 1 / STEP));
}

/** One pixel of the picture on one CSS pixel. */
export function actualSize(editor: Editor): void {
  const at = editor.cursor.value ?? editor.imageAt(middle(editor));
  editor.setCamera(centreOn(at, editor.view.value, 1));
}

export function lookAtSelection(editor: Editor): void {
  const instance = editor.selected.value;
  if (instance) editor.lookAt(instance, editor.selection.value.keypoint);
}
