/** Frames that the server decoded, as JPEG; the neighbours are fetched ahead. */
import type { FrameSource } from "./source";

const AHEAD = 4;
const KEPT = 48;

export class ServerFrames implements FrameSource {
  readonly kind;
  readonly #cache = new Map<number, Promise<ImageBitmap>>();
  #wanted = -1;

  constructor(
    private readonly address: (n: number) => string,
    private readonly frames: number,
  ) {
    this.kind = frames === 1 ? ("image" as const) : ("server" as const);
  }

  async frame(n: number): Promise<CanvasImageSource | null> {
    const forward = n >= this.#wanted;
    this.#wanted = n;
    const picture = await this.#load(n);
    if (this.#wanted !== n) return null;
    for (let k = 1; k <= AHEAD; k++) {
      const next = forward ? n + k : n - k;
      if (next >= 0 && next < this.frames) this.#load(next).catch(() => undefined);
    }
    return picture;
  }

  close(): void {
    for (const picture of this.#cache.values()) picture.then((bitmap) => bitmap.close()).catch(() => undefined);
    this.#cache.clear();
  }

  #load(n: number): Promise<ImageBitmap> {
    const known = this.#cache.get(n);
    if (known) {
      this.#cache.delete(n);
      this.#cache.set(n, known);
      return known;
    }
    const loading = fetchPicture(this.address(n));
    loading.catch(() => this.#cache.delete(n));
    this.#cache.set(n, loading);
    for (const [key] of this.#cache) {
      if (this.#cache.size <= KEPT) break;
      if (key !== n) this.#cache.delete(key);
    }
    return loading;
  }
}

async function fetchPicture(address: string): Promise<ImageBitmap> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`The frame could not be loaded (${String(answer.status)})`);
  return createImageBitmap(await answer.blob());
}
