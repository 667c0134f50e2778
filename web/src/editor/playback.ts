/**
 * Playing a video frame by frame. A clock says which frame is due; it stands still while the picture of the last one
 * is on its way, so slow decoding makes the film slower and never shows labels on another frame's picture.
 */
import { batch, signal } from "@preact/signals-core";
import { clamp } from "../geometry/points";
import type { Editor } from "./Editor";
import { withKeys } from "./ownKeys";

export const SPEEDS: readonly number[] = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2];

/** First and last frame of a loop, both shown. */
export type FrameRange = readonly [first: number, last: number];

/** Seconds of a film without a rate. */
const USUAL = 1 / 25;
/** What the clock goes on by at most in one tick (s): whoever comes back to the page finds the film where it was. */
const LONGEST_TICK = 0.25;
/** Times are sums of fractions. */
const ROUNDING = 1e-6;

export class Playback {
  readonly playing = signal(false);
  readonly speed = signal(1);
  /** At the end, begin anew. */
  readonly looping = signal(false);
  readonly range = signal<FrameRange | null>(null);
  /** Where a loop begins whose end is still to be chosen. */
  readonly rangeFrom = signal<number | null>(null);
  /** The frame that the clock turned to last, and the time of the film (s) that goes with it. */
  #frame = -1;
  #time = 0;
  #tick: number | null = null;

  constructor(private readonly editor: Editor) {}

  /** Another media is shown. */
  reset(): void {
    batch(() => {
      this.pause();
      this.range.value = null;
      this.rangeFrom.value = null;
    });
  }

  play(): void {
    const { editor } = this;
    if ((editor.media.value?.frames ?? 1) < 2) return;
    const [first, last] = this.#bounds();
    const frame = editor.frame.value;
    this.#tick = null;
    if (frame < first || frame >= last) editor.goTo(first);
    this.playing.value = true;
  }

  pause(): void {
    this.playing.value = false;
  }

  toggle(): void {
    if (this.playing.value) this.pause();
    else this.play();
  }

  /** The next slower (-1) or faster (1) of the speeds. */
  stepSpeed(step: 1 | -1): void {
    const now = this.speed.value;
    const next = step === 1 ? SPEEDS.find((speed) => speed > now) : SPEEDS.findLast((speed) => speed < now);
    if (next !== undefined) this.speed.value = next;
    this.editor.message(`Playback at ${String(this.speed.value)}×`);
  }

  setRange(range: FrameRange | null): void {
    const last = (this.editor.media.value?.frames ?? 1) - 1;
    const ends = range && [clamp(Math.min(...range), 0, last), clamp(Math.max(...range), 0, last)] as const;
    batch(() => {
      this.rangeFrom.value = null;
      this.range.value = ends && ends[0] < ends[1] ? ends : null;
    });
  }

  /** One key for a loop: its first frame, its last frame, no loop. */
  markRange(): void {
    const { editor, range, rangeFrom } = this;
    const frame = editor.frame.value;
    if (range.value) {
      this.setRange(null);
      editor.message("The loop is off");
    } else if (rangeFrom.value === null || rangeFrom.value === frame) {
      rangeFrom.value = rangeFrom.value === null ? frame : null;
      if (rangeFrom.value !== null) editor.message(withKeys(`The loop begins at frame ${String(frame)}: go to its end`, ["play.range", "loop up to there"]));
    } else {
      this.setRange([rangeFrom.value, frame]);
    }
  }

  /** Time has come to `now` (ms): turn to the frame that is due. */
  tick(now: number): void {
    const { editor } = this;
    if (!this.playing.value) return;
    if (editor.edits.inHand.value !== null || !editor.media.value) return this.pause();
    const passed = this.#tick === null ? 0 : Math.min((now - this.#tick) / 1000, LONGEST_TICK);
    this.#tick = now;
    if (!editor.ready) return;
    // Somebody turned to another frame meanwhile: go on from there.
    if (editor.frame.value !== this.#frame) this.#set(editor.frame.value);
    this.#time += passed * this.speed.value;
    const [first, last] = this.#bounds();
    if (this.#time + ROUNDING >= this.#endOf(last)) {
      if (this.range.value || this.looping.value) this.#set(first);
      else {
        this.#frame = last;
        this.pause();
      }
    } else {
      this.#frame = this.#due(last);
    }
    editor.goTo(this.#frame);
  }

  #set(frame: number): void {
    this.#frame = frame;
    this.#time = this.timeOf(frame);
  }

  #bounds(): FrameRange {
    return this.range.value ?? [0, (this.editor.media.value?.frames ?? 1) - 1];
  }

  /** When a frame is shown, in seconds from the first. */
  timeOf(frame: number): number {
    const media = this.editor.media.value;
    const times = media?.times;
    if (times?.length) return (times[frame] ?? 0) - (times[0] ?? 0);
    return frame / (media?.fps || 1 / USUAL);
  }

  #endOf(frame: number): number {
    const frames = this.editor.media.value?.frames ?? 1;
    return frame + 1 < frames ? this.timeOf(frame + 1) : this.timeOf(frame) + 1 / (this.editor.media.value?.fps || 1 / USUAL);
  }

  /** The last frame whose time has come. */
  #due(last: number): number {
    let low = Math.max(0, this.#frame);
    let high = last;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.timeOf(middle) <= this.#time + ROUNDING) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
