/**
 * Which frame is asked for, and when. A jump is asked for at once and overtakes what is under way. While somebody
 * drags along the film, what is under way is awaited and shown, and the newest wish is next: so pictures come as fast
 * as they can be decoded instead of each calling off the one before.
 */
import type { FrameSource } from "./source";

export interface Shown {
  readonly frame: number;
  readonly picture: CanvasImageSource;
}

export class FramePump {
  #busy = 0;
  #next: number | null = null;
  #closed = false;

  constructor(
    readonly source: FrameSource,
    private readonly show: (shown: Shown) => void,
    private readonly fail: (error: unknown) => void,
  ) {}

  want(frame: number, scrubbing: boolean): void {
    if (scrubbing && this.#busy) this.#next = frame;
    else {
      this.#next = null;
      void this.#ask(frame);
    }
  }

  close(): void {
    this.#closed = true;
    this.source.close();
  }

  async #ask(frame: number): Promise<void> {
    this.#busy++;
    try {
      const picture = await this.source.frame(frame);
      if (picture && !this.#closed) this.show({ frame, picture });
    } catch (error) {
      if (!this.#closed) this.fail(error);
    } finally {
      this.#busy--;
    }
    const next = this.#next;
    if (next === null || this.#busy || this.#closed) return;
    this.#next = null;
    await this.#ask(next);
  }
}
