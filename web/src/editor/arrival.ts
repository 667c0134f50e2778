/**
 * Which labels of the open media are here. Those of a long film come by and by, outwards from the frame that was opened,
 * so what is here is always all of one stretch of frames.
 */
import { computed, signal } from "@preact/signals-core";
import type { Editor } from "./Editor";
import type { Span } from "./lanes";

const NONE: readonly number[] = [];

export class Arrival {
  /** The stretch whose labels are here; null: all are. */
  readonly here = signal<Span | null>(null);
  /** Frames with labels, as the server counted them when the media was opened. */
  readonly #counted = signal<readonly number[]>(NONE);
  #kept = NONE;

  constructor(private readonly editor: Editor) {}

  begin(here: Span | null, counted: readonly number[]): void {
    this.#counted.value = here ? counted : NONE;
    this.here.value = here;
  }

  has(frame: number): boolean {
    const here = this.here.value;
    return !here || (here[0] <= frame && frame <= here[1]);
  }

  /** How much of the media has its labels, 0 to 1. */
  readonly share = computed(() => {
    const here = this.here.value;
    const frames = this.editor.media.value?.frames ?? 1;
    return here ? Math.min(1, (here[1] - here[0] + 1) / frames) : 1;
  });

  /** Frames that hold labels, ascending; where labels are still to come, as the server counted. A drag changes none. */
  readonly labelledFrames = computed((): readonly number[] => {
    const { edits, media, store } = this.editor;
    const held = edits.inHand.value !== null;
    void store.version.value;
    if (held) return this.#kept;
    const found = media.value ? store.labelledFrames(media.value.id) : [];
    const here = this.here.value;
    if (!here) return (this.#kept = found);
    const ahead = this.#counted.value;
    return (this.#kept = [
      ...ahead.filter((frame) => frame < here[0]),
      ...found.filter((frame) => this.has(frame)),
      ...ahead.filter((frame) => frame > here[1]),
    ]);
  });

  /** Whether something that reaches through the whole film must wait; then it says so. */
  refuses(): boolean {
    if (!this.here.peek()) return false;
    this.editor.message("The labels of this video are still loading: try again in a moment");
    return true;
  }
}
