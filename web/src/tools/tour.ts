/**
 * The review tour: one doubtful point at a time, zoomed in. A press near it drags it, a press elsewhere puts it there;
 * other points of the picture can be dragged too when they are hit exactly.
 */
import type { Editor } from "../editor/Editor";
import { POINT_RADIUS } from "../editor/hit";
import { point, setPoint } from "../editor/instance";
import { spoken } from "../editor/ontology";
import type { EditorInstance, EditorRoute, Tool, ToolEvent } from "../editor/types";
import { startTour } from "../editor/verbs/review";
import { dragPoint } from "./drags";
import type { Drag } from "./drags";
import { withKeys } from "../editor/ownKeys";

/** The routed point is easier to take hold of than the others. */
const WIDE = 2 * POINT_RADIUS;

export class TourTool implements Tool {
  readonly id = "tour";
  #drag: Drag | null = null;

  constructor(private readonly editor: Editor) {}

  enter(): void {
    if (!startTour(this.editor)) this.editor.setTool("select");
  }

  leave(): void {
    this.#drag = null;
  }

  cursor(): string {
    return this.editor.edits.inHand.value ? "none" : "crosshair";
  }

  hint(): string {
    const { route } = this.editor;
    const instance = this.editor.store.get(route.value?.instance ?? null);
    const keypoint = route.value?.keypoint ?? null;
    const name = keypoint === null ? instance?.category : this.editor.skeleton(instance)?.names[keypoint];
    const reasons = route.value?.reasons.map(({ text }) => text).join(", ");
    const gone = keypoint === null;
    return withKeys(
      `${spoken(name ?? "")}: ${reasons || "doubtful"}`,
      ["route.accept", gone ? "it is gone there" : "right as it is"],
      gone ? "or mark it in those frames" : "drag: fix",
      ["route.next", "next"],
      ["route.previous", "back"],
    );
  }

  pointerDown(event: ToolEvent): void {
    const { editor } = this;
    const route = editor.route.value;
    const instance = editor.store.get(route?.instance ?? null);
    if (!route || !instance) return;
    if (route.media !== editor.media.value?.id || route.frame !== editor.frame.value) {
      editor.message(withKeys(`The doubtful point is in frame ${String(route.frame)}`, ["tool.tour", "back to it"]));
      return;
    }
    this.#drag = this.#grab(route, instance, event);
  }

  #grab(route: EditorRoute, instance: EditorInstance, event: ToolEvent): Drag | null {
    const { editor } = this;
    const { keypoint } = route;
    const near = editor.hits(event.image, WIDE).filter((hit) => hit.kind === "point");
    const routed = near.find((hit) => hit.instance === instance.id && hit.keypoint === keypoint);
    const exact = near.find((hit) => hit.distance * editor.camera.value.scale <= POINT_RADIUS);
    const hidden = event.button === 2 || event.shift;
    // Where the routed point and another overlap, the press is for the routed one.
    const taken = routed && (!exact || exact.distance * 2 > routed.distance) ? routed : exact;
    const owner = editor.store.get(taken?.instance ?? null);
    if (taken && owner && !hidden) {
      editor.select(owner.id, taken.keypoint);
      return dragPoint(editor, owner, taken.keypoint, event);
    }
    if (keypoint === null) return null;
    const name = spoken(editor.skeleton(instance)?.names[keypoint] ?? "point");
    const v = hidden ? 1 : point(instance, keypoint).v || 2;
    const moved = setPoint(instance, keypoint, { ...event.image, v });
    editor.change(`Move ${name}`, [moved]);
    editor.select(instance.id, keypoint);
    return null;
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
}
