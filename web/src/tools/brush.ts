/**
 * The brush: paint the mask of the selected instance with a disc, or of a new one when none is selected. Each stroke is
 * one gesture. With Shift, the right button or the eraser on it takes away.
 */
import type { Editor } from "../editor/Editor";
import { setMask } from "../editor/instance";
import { maskShape, runsDocument } from "../editor/mask";
import type { MaskShape } from "../editor/mask";
import type { EditorInstance, EditorMedia, Tool, ToolEvent, XY } from "../editor/types";
import { brushRadius, pixelsToEdit, showMasks } from "../editor/verbs/drawing";
import { freshInstance } from "../editor/verbs/placing";
import { combineSpans } from "../geometry/rle";
import type { Spans } from "../geometry/rle";
import { strokeSpans } from "../geometry/strokes";
import { keyName, withKeys } from "../editor/ownKeys";

interface Stroke {
  readonly instance: EditorInstance;
  readonly media: EditorMedia;
  /** Says how the new mask is to be spelled. */
  readonly like: MaskShape | null;
  readonly how: "add" | "cut";
  spans: Spans;
  last: XY;
}

export class BrushTool implements Tool {
  readonly id = "brush";
  #stroke: Stroke | null = null;

  constructor(private readonly editor: Editor) {}

  enter(): void {
    this.editor.drawing.erasing.value = false;
    showMasks(this.editor);
  }

  cursor(): string {
    return "crosshair";
  }

  hint(): string {
    const { editor } = this;
    const instance = editor.selected.value;
    const whose = instance ? `the selected ${instance.category}` : `a new ${editor.category.value}`;
    const size = `${keyName("mask.smaller")} ${keyName("mask.larger")} size, ${2 * brushRadius(editor)} px`;
    if (editor.drawing.erasing.value) return withKeys(`Drag to erase from the mask of ${whose}`, ["mask.erase", "paint"], size);
    return `Drag to paint the mask of ${whose}; Shift or the right button erases; ${size}`;
  }

  pointerDown(event: ToolEvent): void {
    const { editor } = this;
    const media = editor.media.value;
    if ((event.button !== 0 && event.button !== 2) || !media) return;
    const erase = editor.drawing.erasing.value || event.shift || event.button === 2;
    const instance = editor.selected.value ?? (erase ? null : freshInstance(editor, editor.category.value));
    if (!instance || (erase && instance.mask == null)) {
      editor.message(instance ? `This ${instance.category} has no mask to erase from` : "Select the instance to erase from");
      return;
    }
    const like = maskShape(instance.mask);
    const spans = pixelsToEdit(editor, instance.mask, like, media);
    if (!spans) return;
    editor.begin(`${erase ? "Erase from" : "Paint"} mask of ${instance.category}`);
    this.#stroke = { instance, media, like, how: erase ? "cut" : "add", spans, last: event.image };
    this.#paint(event.image);
    editor.select(instance.id);
  }

  #paint(at: XY): void {
    const stroke = this.#stroke;
    if (!stroke) return;
    const { editor } = this;
    const covered = strokeSpans(stroke.last, at, brushRadius(editor), stroke.media);
    stroke.last = at;
    stroke.spans = combineSpans(stroke.spans, covered, stroke.how);
    const now = editor.store.get(stroke.instance.id) ?? stroke.instance;
    editor.edits.preview(setMask(now, runsDocument(stroke.spans, stroke.media, stroke.like)));
  }

  pointerMove(event: ToolEvent): void {
    this.#paint(event.image);
  }

  pointerUp(event: ToolEvent): void {
    if (!this.#stroke) return;
    this.#paint(event.image);
    this.#stroke = null;
    this.editor.edits.commit();
  }

  cancel(): void {
    this.#stroke = null;
  }

  leave(): void {
    this.#stroke = null;
  }
}
