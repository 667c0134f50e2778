/** A project's media by position: pages are fetched as they come near, and given up when they were passed. */
import { signal } from "@preact/signals-core";
import { api, type MediaState, type Schemas } from "../api/client";

type Media = Schemas["MediaOut"];

export const PAGE = 100;
/** Pages kept: those of a few screens each way. */
const KEPT = 40;

export class MediaPages {
  /** Counts what came in; read it to see the list anew. */
  readonly version = signal(0);
  readonly total = signal<number | null>(null);
  readonly failure = signal<unknown>(null);
  readonly #pages = new Map<number, readonly Media[]>();
  readonly #asked = new Map<number, AbortController>();

  constructor(
    private readonly project: number,
    private readonly labelSet: number | null,
    private readonly name: string,
    private readonly state: MediaState | null,
  ) {}

  at(position: number): Media | null {
    return this.#pages.get(Math.floor(position / PAGE))?.[position % PAGE] ?? null;
  }

  /** Have the media from `first` up to `end`; what was asked for and lies elsewhere is given up. */
  want(first: number, end: number): void {
    const from = Math.floor(first / PAGE);
    const to = Math.floor(Math.max(first, end - 1) / PAGE);
    for (const [page, asked] of this.#asked) if (page < from || page > to) asked.abort();
    for (let page = from; page <= to; page++) {
      if (!this.#pages.has(page) && !(this.#asked.get(page)?.signal.aborted === false)) void this.#fetch(page);
    }
  }

  close(): void {
    for (const asked of this.#asked.values()) asked.abort();
  }

  async #fetch(page: number): Promise<void> {
    const asked = new AbortController();
    this.#asked.set(page, asked);
    try {
      const query = { offset: page * PAGE, limit: PAGE, label_set: this.labelSet, name: this.name || null, state: this.labelSet === null ? null : this.state };
      const found = await api.mediaList(this.project, query, asked.signal);
      this.#pages.set(page, found.media);
      for (const old of [...this.#pages.keys()].slice(0, -KEPT)) this.#pages.delete(old);
      this.total.value = found.total;
      this.failure.value = null;
      this.version.value++;
    } catch (error) {
      if (!asked.signal.aborted) this.failure.value = error;
    } finally {
      if (this.#asked.get(page) === asked) this.#asked.delete(page);
    }
  }
}
