/**
 * Gestures on their way to the server. Each is kept in the browser before it is sent; several are squashed into one
 * request; a request that may have arrived is sent again under the same id until it is answered.
 */
import { signal } from "@preact/signals-core";
import type { ApiError, Schemas } from "../api/client";
import { squash } from "../editor/diff";
import type { Diff, EditorInstance, Gesture, RouteDiff } from "../editor/types";
import type { Entry, Storage } from "./storage";
import { fromWire, toChange } from "./wire";

export type SaveState = "saved" | "saving" | "offline" | "conflict" | "error";

/** Somebody changed the same points; a person chooses. */
export interface SaveConflict {
  readonly instance: string;
  readonly fields: readonly string[];
  readonly theirs: EditorInstance;
}

export interface OutboxSetup {
  readonly labelSet: number;
  readonly storage: Storage;
  readonly tab: string;
  readonly send: (body: Schemas["SaveIn"]) => Promise<Schemas["SaveOut"]>;
  /** The server's state of instances after a save, with what is still unsent. */
  readonly onSaved: (instances: readonly EditorInstance[], pending: readonly Diff[]) => void;
  /** Milliseconds to wait for more gestures before sending. */
  readonly patience?: number;
}

const SLOWEST = 15_000;

export class Outbox {
  readonly state = signal<SaveState>("saved");
  readonly count = signal(0);
  readonly message = signal("");
  readonly conflicts = signal<readonly SaveConflict[]>([]);
  #entries: Entry[] = [];
  /** Newest revision that the server told of, by instance. */
  readonly #revisions = new Map<string, number>();
  #writing: Promise<unknown> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #flying = false;
  #failures = 0;
  #closed = false;

  constructor(private readonly setup: OutboxSetup) {}

  /** What the server does not know yet, oldest first. */
  get pending(): Diff[] {
    return this.#entries.flatMap((entry) => entry.diffs);
  }

  /** Take up what closed tabs left behind. `alive` tells whether a tab is still open. */
  async recover(alive: (tab: string) => boolean): Promise<void> {
    const left = await this.setup.storage.getAllFromIndex("entries", "labelSet", this.setup.labelSet);
    this.#entries = [...left.filter(({ tab }) => tab === this.setup.tab || !alive(tab)), ...this.#entries];
    this.#show();
    this.#schedule(0);
  }

  /** Keep a finished gesture and send it soon. */
  add(gesture: Gesture): void {
    if (!gesture.diffs.length && !gesture.routes.length) return;
    const { labelSet, tab, storage } = this.setup;
    const entry: Entry = { labelSet, tab, diffs: gesture.diffs, routes: gesture.routes, request: null };
    this.#entries.push(entry);
    this.#writing = this.#writing.then(async () => {
      entry.key = await storage.add("entries", entry);
    });
    this.#show();
    this.#schedule(this.setup.patience ?? 250);
  }

  /** Send now: the page is being closed, or the network came back. */
  flush(): void {
    this.#failures = 0;
    this.#schedule(0);
  }

  /** Answer a conflict: put mine on top of theirs, or take theirs. */
  async resolve(instance: string, keep: "mine" | "theirs"): Promise<void> {
    const conflict = this.conflicts.value.find((other) => other.instance === instance);
    if (!conflict) return;
    this.#revisions.set(instance, conflict.theirs.revision);
    if (keep === "theirs") {
      await this.#replace((entry) => ({ ...entry, diffs: entry.diffs.filter((diff) => diff.instance !== instance) }));
    }
    this.conflicts.value = this.conflicts.value.filter((other) => other !== conflict);
    this.setup.onSaved([conflict.theirs], this.pending);
    if (!this.conflicts.value.length) {
      // Refused as a whole, so nothing of it was saved: what is left goes under a new id.
      await this.#replace((entry) => ({ ...entry, request: null }));
      this.#show();
      this.#schedule(0);
    }
  }

  /** Give up what the server refuses to take. */
  async discard(): Promise<void> {
    const keys = this.#entries.map(({ key }) => key);
    this.#entries = [];
    await this.#writing;
    await Promise.all(keys.map((key) => (key === undefined ? null : this.setup.storage.delete("entries", key))));
    this.message.value = "";
    this.#show("saved");
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #schedule(wait: number): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => void this.#send(), wait);
  }

  async #send(): Promise<void> {
    if (this.#flying || this.#closed || !this.#entries.length || this.conflicts.value.length) return;
    this.#flying = true;
    try {
      await this.#writing;
      const batch = await this.#nextBatch();
      const request = batch[0]?.request ?? "";
      const answer = await this.setup.send(this.#body(request, batch));
      await this.#acknowledged(batch, answer.instances.map(fromWire));
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#flying = false;
    }
    if (this.#entries.length && this.state.value === "saving") this.#schedule(0);
  }

  /** The entries of the request that was begun, or all of them under a new id; the id is stored before it is sent. */
  async #nextBatch(): Promise<Entry[]> {
    const begun = this.#entries[0]?.request;
    if (begun) return this.#entries.filter(({ request }) => request === begun);
    const request = crypto.randomUUID();
    const batch = this.#entries.filter((entry) => entry.request === null);
    for (const entry of batch) entry.request = request;
    await Promise.all(batch.map((entry) => this.setup.storage.put("entries", entry)));
    return batch;
  }

  #body(request: string, batch: readonly Entry[]): Schemas["SaveIn"] {
    const joined = new Map<string, Diff | null>();
    for (const diff of batch.flatMap((entry) => entry.diffs)) {
      const earlier = joined.get(diff.instance);
      joined.set(diff.instance, earlier ? squash(earlier, diff) : diff);
    }
    const states = new Map<number, RouteDiff["after"]>();
    for (const { route, after } of batch.flatMap((entry) => entry.routes)) states.set(route, after);
    const base = (diff: Diff) => Math.max(this.#revisions.get(diff.instance) ?? 0, diff.before?.revision ?? 0);
    return {
      request,
      changes: [...joined.values()].filter((diff) => diff !== null).map((diff) => toChange(diff, base(diff))),
      routes: [...states].map(([id, state]) => ({ id, state })),
    };
  }

  async #acknowledged(batch: readonly Entry[], instances: readonly EditorInstance[]): Promise<void> {
    this.#failures = 0;
    this.message.value = "";
    for (const { id, revision } of instances) this.#revisions.set(id, revision);
    this.#entries = this.#entries.filter((entry) => !batch.includes(entry));
    await Promise.all(
      batch.map(({ key }) => (key === undefined ? null : this.setup.storage.delete("entries", key))),
    );
    this.setup.onSaved(instances, this.pending);
    this.#show();
  }

  #refused(error: unknown): void {
    const status = (error as Partial<ApiError> | null)?.status ?? 0;
    const text = error instanceof Error ? error.message : String(error);
    if (status === 409) {
      const { conflicts } = (error as ApiError).details as {
        conflicts: { instance: string; fields: string[]; theirs: Schemas["InstanceOut"] }[];
      };
      this.conflicts.value = conflicts.map(({ instance, fields, theirs }) => ({
        instance,
        fields,
        theirs: fromWire(theirs),
      }));
      this.#show("conflict");
    } else if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
      this.message.value = [text, (error as ApiError).hint].filter(Boolean).join(". ");
      this.#show("error");
    } else {
      this.message.value = status ? text : "The server cannot be reached; your work is kept in this browser";
      this.#show("offline");
      this.#failures += 1;
      this.#schedule(Math.min(SLOWEST, 500 * 2 ** this.#failures));
    }
  }

  async #replace(change: (entry: Entry) => Entry): Promise<void> {
    await this.#writing;
    this.#entries = this.#entries.map(change);
    await Promise.all(this.#entries.map((entry) => this.setup.storage.put("entries", entry)));
  }

  #show(state?: SaveState): void {
    this.count.value = this.#entries.length;
    if (state) this.state.value = state;
    else if (this.#entries.length === 0) this.state.value = "saved";
    else if (this.state.value === "saved" || this.#failures === 0) this.state.value = "saving";
  }
}
