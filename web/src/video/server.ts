/** Frames that the server decoded, as JPEG; the neighbours in the direction of travel are fetched ahead. */
import type { FrameSource } from "./source";

const AHEAD = 4;
/** Pictures kept, in bytes of RGBA; a 4K picture has 33 MB. */
const BUDGET = 400e6;

interface Loading {
  readonly picture: Promise<ImageBitmap>;
  readonly abort: AbortController;
}

export class ServerFrames implements FrameSource {
  readonly kind;
  /** Oldest use first. */
  readonly #pictures = new Map<number, ImageBitmap>();
  readonly #loading = new Map<number, Loading>();
  #wanted = -1;
  /** Handed out last: on the screen, or until the newer one is, the one before. Not to be closed. */
  #shown: readonly number[] = [];
  #closed = false;

  constructor(
    private readonly address: (n: number) => string,
    private readonly frames: number,
    private readonly budget = BUDGET,
  ) {
    this.kind = frames === 1 ? ("image" as const) : ("server" as const);
  }

  async frame(n: number): Promise<CanvasImageSource | null> {
    const step = n >= this.#wanted ? 1 : -1;
    this.#wanted = n;
    // The server decodes in the order of the requests: what nobody wants any more must not stand in the way.
    for (const [m, { abort }] of this.#loading) if (Math.abs(m - n) > AHEAD) abort.abort();
    const picture = await this.#load(n).catch((error: unknown) => {
      // Called off: whoever came back to it since has a request of his own.
      if (this.#wanted !== n || (error as Error).name === "AbortError") return null;
      throw error;
    });
    if (this.#wanted !== n || this.#closed || !picture) return null;
    this.#shown = [n, this.#shown[0] ?? n];
    for (let m = n + step; Math.abs(m - n) <= AHEAD; m += step) {
      if (m >= 0 && m < this.frames) this.#load(m).catch(() => undefined);
    }
    return picture;
  }

  close(): void {
    this.#closed = true;
    for (const { abort } of this.#loading.values()) abort.abort();
    for (const picture of this.#pictures.values()) picture.close();
    this.#pictures.clear();
  }

  async #load(n: number): Promise<ImageBitmap> {
    const known = this.#pictures.get(n);
    if (known) {
      this.#pictures.delete(n);
      this.#pictures.set(n, known);
      return known;
    }
    const begun = this.#loading.get(n);
    if (begun && !begun.abort.signal.aborted) return begun.picture;
    const abort = new AbortController();
    const loading = { abort, picture: fetchPicture(this.address(n), abort.signal) };
    this.#loading.set(n, loading);
    try {
      const picture = await loading.picture;
      this.#keep(n, picture);
      return this.#pictures.get(n) ?? picture;
    } finally {
      if (this.#loading.get(n) === loading) this.#loading.delete(n);
    }
  }

  #keep(n: number, picture: ImageBitmap): void {
    if (this.#closed || this.#pictures.has(n)) {
      picture.close();
      return;
    }
    this.#pictures.set(n, picture);
    let size = 0;
    for (const { width, height } of this.#pictures.values()) size += width * height * 4;
    for (const [old, { width, height }] of this.#pictures) {
      if (size <= this.budget) break;
      if (old === n || old === this.#wanted || this.#shown.includes(old)) continue;
      this.#pictures.get(old)?.close();
      this.#pictures.delete(old);
      size -= width * height * 4;
    }
  }
}

async function fetchPicture(address: string, signal: AbortSignal): Promise<ImageBitmap> {
  const answer = await fetch(address, { signal });
  if (!answer.ok) throw new Error(`The frame could not be loaded (${String(answer.status)})`);
  return createImageBitmap(await answer.blob());
}
