/**
 * Mouse, pen and fingers as the one pointer that tools know. A finger is the tool, two move and zoom the picture, a long
 * press is the right button. A finger's press is told to the tool only once it is clear what it is, so that the first
 * finger of two never sets a point. A pen's or a mouse's press is never disturbed by other pointers, and what touches
 * the screen while a pen is down is a palm.
 */
import type { Editor } from "./Editor";
import type { PointerInput, RawPointer } from "./input";

export interface HandPointer extends RawPointer {
  readonly pointerId: number;
  readonly pointerType: string;
}

/** CSS pixels that a finger may roll before it drags. */
const SLOP = 8;
/** ms. */
const LONG_PRESS = 500;

const isTouch = (pointer: HandPointer): boolean => pointer.pointerType === "touch";
/** Mice are one pointer, whatever numbers the browser gives them. */
const keyOf = ({ pointerId, pointerType }: HandPointer): string => (pointerType === "touch" ? `touch ${String(pointerId)}` : pointerType === "pen" ? "pen" : "mouse");

export class Pointers {
  /** Fingers that count, by when they came down. */
  readonly #fingers = new Map<string, HandPointer>();
  /** Whose press the tool has. */
  #owner: string | null = null;
  /** A finger that may still become a tap, a drag, a long press or the first of two. */
  #waiting: HandPointer | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly editor: Editor,
    private readonly input: PointerInput,
  ) {}

  dispose(): void {
    this.#forget();
  }

  down(pointer: HandPointer): void {
    const key = keyOf(pointer);
    if (!isTouch(pointer)) {
      if (key === "pen") this.#liftFingers();
      if (this.#owner !== null || this.#fingers.size) return;
      this.#own(pointer);
      return;
    }
    if (this.#owner === "pen" || this.#owner === "mouse") return;
    this.#fingers.set(key, pointer);
    if (this.#fingers.size > 1) {
      this.#forget();
      this.#callOff();
    } else {
      this.#waiting = pointer;
      this.#timer = setTimeout(() => this.#longPress(pointer), LONG_PRESS);
    }
  }

  move(pointer: HandPointer): void {
    const key = keyOf(pointer);
    if (!isTouch(pointer)) {
      if (this.#fingers.size || (this.#owner !== null && this.#owner !== key)) return;
      this.editor.coarse.value = false;
      this.input.move(pointer);
      return;
    }
    if (!this.#fingers.has(key)) return;
    const before = [...this.#fingers.values()];
    this.#fingers.set(key, pointer);
    const [a, b] = before;
    const [first, second] = this.#fingers.values();
    if (a && b && first && second) this.input.pinch([a, b], [first, second]);
    else if (this.#waiting && Math.hypot(pointer.x - this.#waiting.x, pointer.y - this.#waiting.y) > SLOP) {
      const start = this.#waiting;
      this.#forget();
      this.#own(start);
      this.input.move(pointer);
    } else if (this.#owner === key) this.input.move(pointer);
  }

  up(pointer: HandPointer): void {
    const key = keyOf(pointer);
    this.#fingers.delete(key);
    if (this.#waiting && keyOf(this.#waiting) === key) {
      const start = this.#waiting;
      this.#forget();
      this.#own(start);
    }
    if (this.#owner !== key) return;
    this.#owner = null;
    this.input.up(pointer);
  }

  /** The browser took this pointer away. */
  cancel(pointer: HandPointer): void {
    const key = keyOf(pointer);
    this.#fingers.delete(key);
    if (this.#waiting && keyOf(this.#waiting) === key) this.#forget();
    if (this.#owner === key) this.#callOff();
  }

  /** All pointers are lost: the window went away. */
  cancelAll(): void {
    this.#liftFingers();
    this.#callOff();
  }

  #own(pointer: HandPointer): void {
    this.#owner = keyOf(pointer);
    this.editor.coarse.value = isTouch(pointer);
    this.input.down(pointer);
  }

  #longPress(pointer: HandPointer): void {
    this.#forget();
    this.editor.coarse.value = true;
    this.input.down({ ...pointer, button: 2 });
    this.input.up({ ...pointer, button: 2 });
  }

  #callOff(): void {
    this.#owner = null;
    this.input.cancel();
  }

  #liftFingers(): void {
    this.#forget();
    this.#fingers.clear();
    if (this.#owner?.startsWith("touch")) this.#callOff();
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#waiting = null;
  }
}
