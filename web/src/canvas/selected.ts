/** The middle layer: the selected instance, as far as it lies still. */
import type { Editor } from "../editor/Editor";
import { point } from "../editor/instance";
import { spoken } from "../editor/ontology";
import { alone, showsKeypoint } from "../editor/shown";
import type { EditorInstance } from "../editor/types";
import { HANDLE_NAMES, handlePosition } from "../geometry/boxes";
import { toScreen } from "../geometry/camera";
import type { Context } from "./batches";
import { drawInstances } from "./instances";
import type { Look, Part } from "./instances";
import { drawNames } from "./names";
import { drawTolerance } from "./rings";
import { ACCENT, DARK } from "./style";
import { drawTransform } from "./transform";

/** How the selected instance looks now: strong at rest, cheap while something moves. */
export function look(editor: Editor, part: Part | null, cheap = editor.moving.value || editor.edits.inHand.value !== null): Look {
  return {
    camera: editor.camera.value,
    options: editor.options.value,
    category: (name) => editor.categories.get(name) ?? null,
    cheap,
    strong: true,
    loose: editor.selected.value && editor.templates.loose(editor.selected.value),
    part,
  };
}

/** Draw the instance without the points that `moving` names, or all of it. */
export function drawSelected(
  context: Context,
  editor: Editor,
  instance: EditorInstance,
  moving: ReadonlySet<number> | null,
  quickly?: boolean,
): void {
  const { options, camera, cheap, ...rest } = look(editor, moving?.size ? { points: moving, inside: false } : null, quickly);
  const skeleton = editor.skeleton(instance);
  if (options.tolerance && skeleton && !(quickly ?? editor.moving.value)) {
    drawTolerance(context, instance, skeleton, camera, (k) => showsKeypoint(options, k));
  }
  drawInstances(context, [instance], { options, camera, cheap, ...rest });
  if (options.names && skeleton && !cheap) {
    const named = skeleton.names.map((name, k) => ({ order: k + 1, name: spoken(name), ...toScreen(camera, point(instance, k)) }));
    const shows = named.filter((_, k) => point(instance, k).v > (options.hidden ? 0 : 1) && showsKeypoint(options, k));
    drawNames(context, shows, editor.view.value);
  }
  if (instance.box && options.boxes && !editor.placing.value && !alone(options)) drawGrips(context, editor, instance);
  if (editor.transform.value) drawTransform(context, editor.transform.value, camera);
}

function drawGrips(context: Context, editor: Editor, instance: EditorInstance): void {
  if (!instance.box) return;
  context.lineWidth = 1;
  context.fillStyle = ACCENT;
  context.strokeStyle = DARK;
  for (const handle of HANDLE_NAMES) {
    const { x, y } = toScreen(editor.camera.value, handlePosition(instance.box, handle));
    context.fillRect(x - 3.5, y - 3.5, 7, 7);
    context.strokeRect(x - 3.5, y - 3.5, 7, 7);
  }
}
