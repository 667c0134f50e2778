/**
 * What is saved in the label set, told by the server as it happens. A lost connection is made again, and tells what was
 * missed. A page that nobody sees does not listen: browsers give all tabs of one server six connections together.
 */
import type { Schemas } from "../api/client";

export interface EventsSetup {
  readonly address: (after: string) => string;
  /** From where on to tell. */
  readonly after: string;
  readonly onTold: (told: Schemas["EventOut"]) => void;
  /** The server answers again after it did not. */
  readonly onBack: () => void;
  readonly connect?: (address: string) => EventSource;
}

const SOONEST = 1000;
const SLOWEST = 30_000;

export class Events {
  #source: EventSource | null = null;
  #mark: string;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  readonly #turned = () => this.#look();

  constructor(private readonly setup: EventsSetup) {
    this.#mark = setup.after;
    document.addEventListener("visibilitychange", this.#turned);
    this.#look();
  }

  close(): void {
    document.removeEventListener("visibilitychange", this.#turned);
    this.#drop();
  }

  #look(): void {
    if (document.visibilityState === "hidden") this.#drop();
    else if (!this.#source) this.#listen();
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #listen(): void {
    clearTimeout(this.#timer);
    const { address, onTold, onBack, connect = (to: string) => new EventSource(to) } = this.setup;
    const source = (this.#source = connect(address(this.#mark)));
    source.onopen = () => {
      const back = this.#failures > 0;
      this.#failures = 0;
      if (back) onBack();
    };
    source.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
      onTold(JSON.parse(data) as Schemas["EventOut"]);
      this.#mark = lastEventId || this.#mark;
    };
    source.onerror = () => {
      this.#failures++;
      // It tries again by itself unless the server refused, as it does when it is full.
      if (source.readyState !== EventSource.CLOSED) return;
      this.#drop();
      this.#timer = setTimeout(() => this.#look(), Math.min(SLOWEST, SOONEST * 2 ** this.#failures));
    };
  }
}
