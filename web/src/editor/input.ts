/**
 * The pointer's way into the editor: middle button and held Space move the picture whatever the tool, the wheel
 * zooms to the cursor, everything else belongs to the tool. Knows no DOM; canvas/attach.ts feeds it.
 */
import { batch, signal } from "@preact/signals-core";
import { keepInSight, pan, zoomAt } from "../geometry/camera";
import { distance, middle } from "../geometry/points";
import type { Editor } from "./Editor";
import { sameHit } from "./hit";
import type { ToolEvent, XY } from "./types";

export interface RawPointer {
  /** CSS pixels from the canvas's top-left corner, not rounded. */
  readonly x: number;
  readonly y: number;
  readonly button: number;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

/** How long (ms) after the last camera move the canvas draws well again. */
const REST_AFTER = 140;

export class PointerInput {
  /** Space is held: the next press moves the picture. */
  readonly spaceHeld = signal(false);
  readonly panning = signal(false);
  #pan: XY | null = null;
  #pressed = false;
  #last: XY | null = null;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly editor: Editor) {}

  dispose(): void {
    clearTimeout(this.#rest);
  }

  down(raw: RawPointer): void {
    const { editor } = this;
    if (this.#pressed || this.#pan) return;
    if (raw.button === 1 || (raw.button === 0 && (this.spaceHeld.value || editor.tool.value.id === "pan"))) {
      this.#pan = { x: raw.x, y: raw.y };
      this.panning.value = true;
      return;
    }
    editor.playback.pause();
    if (!editor.ready) return;
    this.#pressed = true;
    batch(() => {
      this.#follow(raw);
      editor.tool.value.pointerDown(this.#event(raw));
    });
  }

  move(raw: RawPointer): void {
    const { editor } = this;
    if (this.#pan) {
      const from = this.#pan;
      this.#pan = { x: raw.x, y: raw.y };
      this.#moveCamera(() => {
        const media = editor.media.value;
        const camera = pan(editor.camera.value, raw.x - from.x, raw.y - from.y);
        editor.setCamera(media ? keepInSight(camera, media, editor.view.value) : camera);
      });
      return;
    }
    batch(() => {
      this.#follow(raw);
      editor.tool.value.pointerMove(this.#event(raw));
      if (editor.edits.inHand.value === null) this.#hover();
    });
  }

  up(raw: RawPointer): void {
    if (this.#pan) {
      this.#pan = null;
      this.panning.value = false;
      return;
    }
    if (!this.#pressed) return;
    this.#pressed = false;
    batch(() => {
      this.#follow(raw);
      this.editor.tool.value.pointerUp(this.#event(raw));
      this.#hover();
    });
  }

  /** The pointer was lost (window switch, touch taken over by the system): what is in hand goes back. */
  cancel(): void {
    this.#pan = null;
    this.panning.value = false;
    if (!this.#pressed) return;
    this.#pressed = false;
    this.editor.tool.value.cancel();
    this.editor.edits.cancel();
  }

  leave(): void {
    if (this.#pressed || this.#pan || this.editor.steering.value) return;
    batch(() => {
      this.editor.cursor.value = null;
      this.editor.hover.value = null;
    });
  }

  /** `dx`, `dy` in CSS pixels of scrolling. Shift moves sideways, everything else zooms to the cursor. */
  wheel(raw: RawPointer, dx: number, dy: number): void {
    const { editor } = this;
    this.#moveCamera(() => {
      const camera = editor.camera.value;
      if (raw.shiftKey) editor.setCamera(pan(camera, -(dx || dy), 0));
      // Pinching on a touchpad arrives as a wheel with Control and smaller steps.
      else editor.setCamera(zoomAt(camera, raw, Math.exp(-dy * (raw.ctrlKey ? 0.01 : 0.0016))));
      this.#follow(raw);
    });
  }

  /** Two fingers: what lies under each stays under it. */
  pinch(before: readonly [XY, XY], after: readonly [XY, XY]): void {
    const { editor } = this;
    const [from, to] = [middle(...before), middle(...after)];
    const spread = ([a, b]: readonly [XY, XY]): number => Math.max(1, distance(a.x, a.y, b.x, b.y));
    this.#moveCamera(() => {
      const media = editor.media.value;
      const camera = zoomAt(pan(editor.camera.value, to.x - from.x, to.y - from.y), to, spread(after) / spread(before));
      editor.setCamera(media ? keepInSight(camera, media, editor.view.value) : camera);
    });
  }

  #moveCamera(move: () => void): void {
    batch(() => {
      this.editor.moving.value = true;
      move();
    });
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.editor.moving.value = false;
    }, REST_AFTER);
  }

  #follow(raw: RawPointer): void {
    const { editor } = this;
    // Browsers tell of a pointer that lies still, too, when something moves below it.
    const still = this.#last?.x === raw.x && this.#last.y === raw.y;
    this.#last = { x: raw.x, y: raw.y };
    if (editor.steering.value && still && !this.#pressed) return;
    editor.steering.value = null;
    editor.cursor.value = editor.imageAt(raw);
  }

  #hover(): void {
    const { cursor, hover } = this.editor;
    const hit = cursor.value ? (this.editor.hits(cursor.value)[0] ?? null) : null;
    if (!sameHit(hit, hover.value)) hover.value = hit;
  }

  #event(raw: RawPointer): ToolEvent {
    return {
      screen: { x: raw.x, y: raw.y },
      image: this.editor.imageAt(raw),
      button: raw.button,
      shift: raw.shiftKey,
      alt: raw.altKey,
      mod: raw.ctrlKey || raw.metaKey,
    };
  }
}
