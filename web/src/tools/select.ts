/**
 * Select and move. A press on a point moves that point; a near miss only selects. The whole instance moves only with
 * Control or Command held, so it never moves by accident while one point is being fixed.
 */
import type { Editor } from "../editor/Editor";
import { nextCandidate } from "../editor/hit";
import { point, setPoint } from "../editor/instance";
import { spoken } from "../editor/ontology";
import type { Hit, Tool, ToolEvent } from "../editor/types";
import { dragHandle, dragInstance, dragPoint } from "./drags";
import type { Drag } from "./drags";

const CURSORS: Record<string, string> = {
  nw: "nwse-resize",
  se: "nwse-resize",
  ne: "nesw-resize",
  sw: "nesw-resize",
  n: "ns-resize",
  s: "ns-resize",
  e: "ew-resize",
  w: "ew-resize",
};

/** The mouse cursor that tells what a press would take. */
export function cursorFor(hit: Hit | null): string {
  if (hit?.kind === "handle") return CURSORS[hit.handle] ?? "default";
  return hit ? "pointer" : "default";
}

export class SelectTool implements Tool {
  readonly id = "select";
  #drag: Drag | null = null;

  constructor(private readonly editor: Editor) {}

  cursor(): string {
    return this.editor.edits.inHand.value ? "none" : cursorFor(this.editor.hover.value);
  }

  hint(): string {
    const { selection } = this.editor;
    if (selection.value.keypoint !== null) return "Drag or arrow keys move the point; 0 1 2 set its visibility; Tab: next point";
    if (selection.value.instance !== null) return "Press a point; hold Ctrl and drag to move the whole instance";
    return "Press a point to move it; N: new instance";
  }

  pointerDown(event: ToolEvent): void {
    const { editor } = this;
    const candidates = editor.hits(event.image);
    if (event.button === 2) {
      this.#judge(candidates[0]);
      return;
    }
    const points = candidates.filter(({ kind }) => kind === "point");
    const hit = event.alt ? nextCandidate(points.length ? points : candidates, editor.selection.value) : candidates[0];
    this.#drag = this.#take(hit ?? null, event);
  }

  #take(hit: Hit | null, event: ToolEvent): Drag | null {
    const { editor } = this;
    const instance = editor.store.get(hit?.instance ?? null);
    if (!hit || !instance) {
      editor.select(null);
      return null;
    }
    if (event.mod) {
      editor.select(instance.id);
      return dragInstance(editor, instance, event);
    }
    if (hit.kind === "handle") return dragHandle(editor, instance, hit.handle, event);
    editor.select(instance.id, hit.kind === "point" ? hit.keypoint : null);
    return hit.kind === "point" ? dragPoint(editor, instance, hit.keypoint, event) : null;
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
    this.#drag = null;
  }

  cancel(): void {
    this.#drag = null;
  }

  leave(): void {
    this.#drag = null;
  }
}
