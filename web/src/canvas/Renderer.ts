/**
 * Three canvases, one above the other: the picture with the instances at rest, the selected instance, and what is in
 * hand. A drag redraws the top one only; a camera move lays down as a bitmap what was at rest, and draws all again once
 * the camera rests. The upper two cover only what they draw, and the picture has no canvas of its own: where no
 * graphics processor helps, every pixel of a canvas makes each frame of a drag dearer.
 */
import { effect } from "@preact/signals-core";
import type { Editor } from "../editor/Editor";
import { shownInstances } from "../editor/shown";
import type { EditorInstance } from "../editor/types";
import type { Context } from "./batches";
import { drawHand } from "./hand";
import { drawInstances } from "./instances";
import { Layer } from "./Layer";
import { movingPoints, stillInstance } from "./moving";
import { drawPixelGrid } from "./pixelGrid";
import { drawGhosts, OnionSkin } from "./onion";
import { drawSelected } from "./selected";
import { boundsOf, Snapshot } from "./snapshot";
import { Toner } from "./tone";
import { chooseWindow, handWindow, selectedWindow } from "./window";

/** Above this zoom, pixels of the picture are shown as squares instead of being smoothed. */
const PIXELS_FROM = 4;
const DIMMED = 0.5;

export class Renderer {
  readonly #layers: { readonly rest: Layer; readonly selected: Layer; readonly hand: Layer };
  readonly #observer: ResizeObserver;
  readonly #stop: () => void;
  readonly #toner = new Toner();
  readonly #onion = new OnionSkin();
  #request = 0;
  readonly #snapshot = new Snapshot();
  #restKey: readonly unknown[] = [];
  /** All that the two lower layers show, wherever the camera is. */
  #content: readonly unknown[] = [];
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
      editor.templates.open,
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
    const carried = this.#drawRest(ratio);
    const own = selectedWindow(editor, carried ? null : stillInstance(editor));
    selected.cover(chooseWindow(own, selected.window, view, ratio), ratio);
    this.#drawSelected(ratio, carried);
    hand.cover(chooseWindow(handWindow(editor), hand.window, view, ratio), ratio);
    hand.clear();
    drawHand(hand.context, editor, this.#source());
  }

  /** Returns whether the selected instance is drawn here too, because nothing but the camera moves. */
  #drawRest(ratio: number): boolean {
    const { editor } = this;
    const selected = editor.selected.value;
    const shown = shownInstances(editor.instances.value, editor.selection.value, editor.options.value);
    const instances: EditorInstance[] = shown.filter(({ id }) => id !== selected?.id);
    const camera = editor.camera.value;
    const options = editor.options.value;
    const moving = editor.moving.value;
    const dim = options.othersDimmed && selected !== null;
    const ghosts = this.#onion.ghosts(editor);
    const picture = [editor.picture.value, editor.media.value, editor.view.value, ratio, ghosts];
    const held = [editor.edits.inHand.value, editor.placing.value];
    const content = [options, dim, ...picture, ...held, selected, editor.templates.open.value, editor.transform.value, ...instances];
    const key = [camera, options, moving, dim, ...picture, ...instances];
    const carried = moving && held.every((what) => what === null) && same(content, this.#content);
    this.#content = content;
    if (carried) {
      this.#carry(ratio, instances);
      this.#restKey = [];
      return true;
    }
    this.#snapshot.drop();
    if (same(key, this.#restKey)) return false;
    this.#restKey = key;
    const { rest } = this.#layers;
    rest.fill(this.#ground());
    this.#drawStill(rest.context, instances, ratio, moving);
    return false;
  }

  /** Lay what was drawn a moment ago where the camera is now. */
  #carry(ratio: number, instances: readonly EditorInstance[]): void {
    const { editor } = this;
    const { rest } = this.#layers;
    const camera = editor.camera.value;
    const view = editor.view.value;
    const selected = editor.selected.value;
    const ground = this.#ground();
    if (!this.#snapshot.covers(camera, view, ratio)) {
      const bounds = boundsOf(editor.media.value, editor.instances.value, camera);
      this.#snapshot.take({ camera, view, ratio, bounds, ground }, (context) => {
        this.#drawStill(context, instances, ratio, false);
        if (selected && editor.options.value.labels) drawSelected(context, editor, selected, null, false);
      });
    }
    rest.fill(ground);
    this.#snapshot.show(rest.context, camera);
  }

  #drawStill(context: Context, instances: readonly EditorInstance[], ratio: number, cheap: boolean): void {
    const { editor } = this;
    const options = editor.options.value;
    const camera = editor.camera.value;
    const category = (name: string) => editor.categories.get(name) ?? null;
    this.#drawPicture(context, ratio);
    drawGhosts(context, this.#onion.ghosts(editor), editor);
    context.globalAlpha = options.othersDimmed && editor.selected.value ? DIMMED : 1;
    drawInstances(context, instances, { camera, options, category, cheap, strong: false });
    context.globalAlpha = 1;
  }

  #ground(): string {
    return getComputedStyle(this.host).getPropertyValue("--stage") || "#111";
  }

  #drawSelected(ratio: number, carried: boolean): void {
    const { editor } = this;
    const { selected: layer } = this.#layers;
    const moving = movingPoints(editor);
    // Where all of the instance is drawn anew in each frame, the top layer does it.
    const shows = moving !== null && editor.options.value.labels && !carried ? stillInstance(editor) : null;
    const look = [editor.camera.value, editor.options.value, editor.moving.value, editor.edits.inHand.value, editor.templates.open.value];
    const key = [layer.window, ratio, ...(carried ? [] : look), editor.placing.value, editor.transform.value, shows, ...(moving ?? [])];
    if (same(key, this.#selectedKey)) return;
    this.#selectedKey = key;
    layer.clear();
    if (shows) drawSelected(layer.context, editor, shows, moving);
  }

  /** The picture in the tone that was asked for. */
  #source(): CanvasImageSource | null {
    const picture = this.editor.picture.value;
    const media = this.editor.media.value;
    return picture && media ? this.#toner.apply(picture, media, this.editor.options.value) : null;
  }

  #drawPicture(context: Context, ratio: number): void {
    const picture = this.editor.picture.value;
    const media = this.editor.media.value;
    if (!picture || !media) return;
    const { x, y, scale } = this.editor.camera.value;
    context.imageSmoothingEnabled = scale * ratio < PIXELS_FROM;
    context.drawImage(this.#source() ?? picture.source, x, y, media.width * scale, media.height * scale);
    if (this.editor.options.value.pixelGrid) drawPixelGrid(context, this.editor.camera.value, media, this.editor.view.value);
  }
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
