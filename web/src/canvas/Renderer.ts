/**
 * Three canvases, one above the other: the picture with the instances at rest, the selected instance, and what is in
 * hand. A drag redraws the top one only; a camera move redraws all, cheaply, and well again once it rests. The upper
 * two cover only what they draw, and the picture has no canvas of its own: where no graphics processor helps, every
 * pixel of a canvas makes each frame of a drag dearer.
 */
import { effect } from "@preact/signals-core";
import type { Editor } from "../editor/Editor";
import type { EditorInstance } from "../editor/types";
import { drawHand } from "./hand";
import { drawInstances } from "./instances";
import { Layer } from "./Layer";
import { movingPoints, stillInstance } from "./moving";
import { drawSelected } from "./selected";
import { chooseWindow, handWindow, selectedWindow } from "./window";

/** Above this zoom, pixels of the picture are shown as squares instead of being smoothed. */
const PIXELS_FROM = 4;
const DIMMED = 0.5;

export class Renderer {
  readonly #layers: { readonly rest: Layer; readonly selected: Layer; readonly hand: Layer };
  readonly #observer: ResizeObserver;
  readonly #stop: () => void;
  #request = 0;
  #restKey: readonly unknown[] = [];
  #selectedKey: readonly unknown[] = [];

  constructor(
    private readonly editor: Editor,
    private readonly host: HTMLElement,
  ) {
    this.#layers = {
      rest: new Layer(host, { opaque: true }),
      selected: new Layer(host),
      hand: new Layer(host),
    };
    this.#observer = new ResizeObserver(() => this.#measure(host));
    this.#observer.observe(host);
    this.#measure(host);
    this.#stop = effect(() => {
      this.#watch();
      this.#request ||= requestAnimationFrame(() => this.draw());
    });
  }

  dispose(): void {
    this.#stop();
    this.#observer.disconnect();
    cancelAnimationFrame(this.#request);
    for (const layer of Object.values(this.#layers)) layer.dispose();
  }

  #measure(host: HTMLElement): void {
    const size = { width: host.clientWidth, height: host.clientHeight };
    if (size.width > 0 && size.height > 0) this.editor.resize(size);
  }

  /** Read every signal that shows, so that a change of any asks for a frame. */
  #watch(): void {
    const { editor } = this;
    for (const seen of [
      editor.picture,
      editor.view,
      editor.camera,
      editor.moving,
      editor.options,
      editor.instances,
      editor.selected,
      editor.selection,
      editor.hover,
      editor.placing,
      editor.route,
      editor.transform,
      editor.tool,
      editor.rubber,
      editor.lasso,
      editor.edits.inHand,
      editor.cursor,
      editor.drawing.polygon,
      editor.drawing.radius,
      editor.drawing.erasing,
    ] as const) {
      void seen.value;
    }
  }

  /** Draw what changed since the last time. */
  draw(): void {
    this.#request = 0;
    const { editor } = this;
    const view = editor.view.value;
    const ratio = globalThis.devicePixelRatio || 1;
    const { rest, selected, hand } = this.#layers;
    rest.cover([0, 0, view.width, view.height], ratio);
    this.#drawRest(ratio);
    selected.cover(chooseWindow(selectedWindow(editor, stillInstance(editor)), selected.window, view, ratio), ratio);
    this.#drawSelected(ratio);
    hand.cover(chooseWindow(handWindow(editor), hand.window, view, ratio), ratio);
    hand.clear();
    drawHand(hand.context, editor);
  }

  #drawRest(ratio: number): void {
    const { editor } = this;
    const selected = editor.selected.value?.id;
    const instances: EditorInstance[] = editor.instances.value.filter(({ id }) => id !== selected);
    const camera = editor.camera.value;
    const options = editor.options.value;
    const cheap = editor.moving.value;
    const dim = options.othersDimmed && selected !== undefined;
    const shown = [editor.picture.value, editor.media.value, editor.view.value, ratio];
    const key = [camera, options, cheap, dim, ...shown, ...instances];
    if (same(key, this.#restKey)) return;
    this.#restKey = key;
    const { rest } = this.#layers;
    rest.fill(getComputedStyle(this.host).getPropertyValue("--stage") || "#111");
    this.#drawPicture(rest.context, ratio);
    rest.context.globalAlpha = dim ? DIMMED : 1;
    const category = (name: string) => editor.categories.get(name) ?? null;
    drawInstances(rest.context, instances, { camera, options, category, cheap, strong: false });
    rest.context.globalAlpha = 1;
  }

  #drawSelected(ratio: number): void {
    const { editor } = this;
    const { selected: layer } = this.#layers;
    const moving = movingPoints(editor);
    // Where all of the instance is drawn anew in each frame, the top layer does it.
    const shows = moving !== null && editor.options.value.labels ? stillInstance(editor) : null;
    const look = [editor.camera.value, editor.options.value, editor.moving.value, editor.edits.inHand.value];
    const key = [layer.window, ratio, ...look, editor.placing.value, editor.transform.value, shows, ...(moving ?? [])];
    if (same(key, this.#selectedKey)) return;
    this.#selectedKey = key;
    layer.clear();
    if (shows) drawSelected(layer.context, editor, shows, moving);
  }

  #drawPicture(context: CanvasRenderingContext2D, ratio: number): void {
    const picture = this.editor.picture.value;
    const media = this.editor.media.value;
    if (!picture || !media) return;
    const { x, y, scale } = this.editor.camera.value;
    context.imageSmoothingEnabled = scale * ratio < PIXELS_FROM;
    context.drawImage(picture.source, x, y, media.width * scale, media.height * scale);
  }
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
