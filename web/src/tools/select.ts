/**
 * Select and move. A press on a point moves it, and the points chosen with it; a near miss moves nothing: it selects,
 * or draws a lasso when the pointer goes on. The whole instance moves only by its own handle, or with Control or
 * Command held on an edge or a box.
 */
import { chosenPoints } from "../editor/chosen";
import type { Editor } from "../editor/Editor";
import { nextCandidate } from "../editor/hit";
import { labelledCount, point, setPoint } from "../editor/instance";
import { spoken } from "../editor/ontology";
import type { Transform } from "../editor/transform";
import type { EditorInstance, Hit, Tool, ToolEvent, TransformGrip } from "../editor/types";
import { choose, togglePoint } from "../editor/verbs/choosing";
import { confirmLoose } from "../editor/verbs/templates";
import { distal } from "../geometry/graph";
import { dragHandle, dragInstance, dragPoints } from "./drags";
import type { Drag } from "./drags";
import { dragLasso } from "./lasso";
import { dragTransform } from "./transform";
import { withKeys } from "../editor/ownKeys";
import { whyHidden } from "../editor/reasons";

const VISIBILITIES = [["point.hidden", "hidden"], ["point.visible", "visible"], ["point.none", "not there"]] as const;

const CURSORS: Record<string, string> = {
  nw: "nwse-resize",
  se: "nwse-resize",
  ne: "nesw-resize",
  sw: "nesw-resize",
  n: "ns-resize",
  s: "ns-resize",
  e: "ew-resize",
  w: "ew-resize",
  move: "move",
  rotate: "grab",
};

const GRIP_HINTS: Record<string, string> = {
  move: "Drag to move all of them together",
  rotate: "Drag to turn; Shift: in steps of 15 degrees",
};

/** The mouse cursor that tells what a press would take. */
export function cursorFor(hit: Hit | null): string {
  if (hit?.kind === "handle") return CURSORS[hit.handle] ?? "default";
  if (hit?.kind === "transform") return CURSORS[hit.grip] ?? "default";
  return hit ? "pointer" : "default";
}

/** What to do about the loose points of a template; "" when there are none. */
function templateHint({ templates, selected }: Editor): string {
  const instance = selected.value;
  const loose = instance ? templates.loose(instance).size : 0;
  if (!instance || !loose) return "";
  const set = labelledCount(instance) - loose;
  const what = `Template, ${String(set)} of ${String(set + loose)} set: drag what is wrong, the dotted rest follows; a click sets a point where it is`;
  return withKeys(what, ["point.nextMissing", "the next"], ["place.finishTemplate", "all are right"]);
}

export class SelectTool implements Tool {
  readonly id = "select";
  #drag: Drag | null = null;
  /** The cursor of a grip in hand. */
  #holding: string | undefined;

  constructor(private readonly editor: Editor) {}

  cursor(): string {
    return this.editor.edits.inHand.value ? (this.#holding ?? "none") : cursorFor(this.editor.hover.value);
  }

  hint(): string {
    const { selection, hover, lasso } = this.editor;
    if (lasso.value) return withKeys("Draw around the points, then let go: they are chosen. Begun with Shift it adds, with Alt it takes away", ["cancel", "not at all"]);
    if (hover.value?.kind === "transform") return GRIP_HINTS[hover.value.grip] ?? "Drag to scale; Shift keeps the proportions";
    const template = templateHint(this.editor);
    if (template) return template;
    if (selection.value.also.length) {
      return withKeys("Drag one of the chosen points, or arrow keys: all of them move", ...VISIBILITIES, "Shift+press adds or takes");
    }
    if (selection.value.keypoint !== null) {
      const drag = "Drag or arrow keys move the point; Ctrl+drag takes along what hangs on it";
      return withKeys(drag, ["point.hidden", `hidden${whyHidden()}`], ...VISIBILITIES.slice(1), ["point.next", "next point"]);
    }
    if (selection.value.instance !== null) return "Press a point, or drag around several; the grips beside move, turn and scale the whole instance";
    return withKeys("Press a point to move it, or drag around several", ["instance.new", "new instance"]);
  }

  pointerDown(event: ToolEvent): void {
    const { editor } = this;
    const candidates = editor.hits(event.image);
    if (event.button === 2) {
      this.#judge(candidates[0]);
      return;
    }
    const points = candidates.filter(({ kind }) => kind === "point");
    const below = candidates.filter(({ kind }) => kind !== "handle" && kind !== "transform");
    const hit = event.alt ? nextCandidate(points.length ? points : below, editor.selection.value) : candidates[0];
    this.#drag = this.#take(hit ?? null, event);
  }

  #take(hit: Hit | null, event: ToolEvent): Drag | null {
    const { editor } = this;
    const instance = editor.store.get(hit?.instance ?? null);
    if (!hit || !instance) return dragLasso(editor, event, () => event.shift || event.alt || editor.select(null));
    if (hit.kind === "point") return this.#takePoint(instance, hit.keypoint, event);
    const { transform } = editor;
    if (hit.kind === "transform") return transform.value && this.#turn(transform.value, hit.grip, event);
    if (hit.kind === "handle") return dragHandle(editor, instance, hit.handle, event);
    if (event.mod) {
      editor.select(instance.id);
      return dragInstance(editor, instance, event);
    }
    return dragLasso(editor, event, () => event.shift || editor.select(instance.id));
  }

  /** The cursor stays in sight: there is no landmark below it to look at. */
  #turn(transform: Transform, grip: TransformGrip, event: ToolEvent): Drag | null {
    this.#holding = grip === "rotate" ? "grabbing" : CURSORS[grip];
    return dragTransform(this.editor, transform, grip, event);
  }

  #takePoint(instance: EditorInstance, keypoint: number, event: ToolEvent): Drag | null {
    const { editor } = this;
    const { selection } = editor;
    if (event.mod) {
      editor.select(instance.id, keypoint);
      return dragPoints(editor, instance, distal(editor.skeleton(instance)?.edges ?? [], keypoint), event);
    }
    const before = selection.value.instance === instance.id ? chosenPoints(selection.value) : [];
    if (event.shift) togglePoint(editor, instance, keypoint);
    else choose(editor, instance, before.includes(keypoint) ? [keypoint, ...before.filter((k) => k !== keypoint)] : [keypoint]);
    const held = chosenPoints(selection.value);
    if (!held.includes(keypoint)) return null;
    const drag = dragPoints(editor, instance, held, event);
    return {
      move: (now) => drag.move(now),
      end: () => {
        const moved = editor.edits.inHand.value !== null;
        drag.end();
        // A click without a drag means this one point.
        if (moved || event.shift) return;
        choose(editor, instance, [keypoint]);
        confirmLoose(editor, instance, [keypoint]);
      },
    };
  }

  /** Right press on a point: hidden becomes visible and back. */
  #judge(hit: Hit | undefined): void {
    const { editor } = this;
    const instance = editor.store.get(hit?.instance ?? null);
    if (hit?.kind !== "point" || !instance) return;
    const at = point(instance, hit.keypoint);
    const name = spoken(editor.skeleton(instance)?.names[hit.keypoint] ?? "point");
    editor.select(instance.id, hit.keypoint);
    editor.change(`Mark ${name} ${at.v === 1 ? "visible" : "hidden"}`, [
      setPoint(instance, hit.keypoint, { ...at, v: at.v === 1 ? 2 : 1 }),
    ]);
  }

  pointerMove(event: ToolEvent): void {
    this.#drag?.move(event);
  }

  pointerUp(): void {
    this.#drag?.end();
    this.cancel();
  }

  cancel(): void {
    this.#drag = null;
    this.#holding = undefined;
    this.editor.lasso.value = null;
  }

  leave(): void {
    this.cancel();
  }
}
