/**
 * Gestures on their way to the server. Each is kept in the browser before it is sent; several are squashed into one
 * request; a request that may have arrived is sent again under the same id until it is answered. Where the browser
 * keeps nothing, gestures are sent from memory all the same.
 */
import { signal } from "@preact/signals-core";
import type { Schemas } from "../api/client";
import { newId } from "../editor/ids";
import type { Diff, EditorInstance, Gesture, RouteDiff } from "../editor/types";
import { bearing, divide, instanceUnit, nextKey, onRevisions, request, reviving, unborn, unitsOf } from "./entries";
import type { Entry, Unit } from "./entries";
import { conflictsIn, culprit, inWords, verdict } from "./refusal";
import type { SaveConflict } from "./refusal";
import { Shelf } from "./shelf";
import type { Storage } from "./storage";
import type { Alive } from "./tab";
import { fromWire } from "./wire";

export type { SaveConflict } from "./refusal";

/** `offline`: no server answers. `waiting`: it answers, but will take the work only later. Both try again by themselves. */
export type SaveState = "saved" | "saving" | "offline" | "waiting" | "conflict" | "error";

/** A change that the server will not have as it is; the rest goes on without it. */
export interface Refused {
  readonly unit: Unit;
  /** What it is about, null for the answer to a route. */
  readonly about: EditorInstance | null;
  readonly message: string;
}

export interface OutboxSetup {
  readonly labelSet: number;
  readonly storage: Storage;
  readonly tab: string;
  readonly send: (body: Schemas["SaveIn"]) => Promise<Schemas["SaveOut"]>;
  /** The server's state of instances after a save, with what is still unsent. */
  readonly onSaved: (instances: readonly EditorInstance[], pending: readonly Diff[]) => void;
  /** The state that a person chose over what was unsent, and the answers to routes that fell with it. */
  readonly onChosen: (instances: readonly EditorInstance[], pending: readonly Diff[], routes: readonly RouteDiff[]) => void;
  /** Milliseconds to wait for more gestures before sending. */
  readonly patience?: number;
}

const SLOWEST = 15_000;

export class Outbox {
  readonly state = signal<SaveState>("saved");
  readonly count = signal(0);
  readonly message = signal("");
  readonly conflicts = signal<readonly SaveConflict[]>([]);
  readonly refused = signal<readonly Refused[]>([]);
  readonly onlyHere;
  readonly #shelf;
  /** Newest revision that the server told of, by instance. */
  readonly #revisions = new Map<string, number>();
  /** Made and taken back before the server heard of them: done again, they must be made anew. */
  readonly #unborn = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #flying = false;
  #failures = 0;
  #closed = false;
  /** How many entries one request may hold; fewer while the server refuses to take them together. */
  #limit = Infinity;

  constructor(private readonly setup: OutboxSetup) {
    this.#shelf = new Shelf(setup.storage);
    this.onlyHere = this.#shelf.onlyHere;
  }

  /** What the server does not know yet, oldest first. */
  get pending(): Diff[] {
    return this.#shelf.list.flatMap((entry) => entry.diffs);
  }

  /** Routes whose answer the server does not know yet. */
  get answers(): ReadonlySet<number> {
    return new Set(this.#shelf.list.flatMap((entry) => entry.routes.map(({ route }) => route)));
  }

  /** Take up what closed tabs left behind. */
  async recover(others: () => Promise<Alive>): Promise<void> {
    await this.#shelf.recover(this.setup.labelSet, this.setup.tab, others);
    this.#show();
    this.#schedule(0);
  }

  /** Keep a finished gesture and send it soon. */
  add(gesture: Gesture): void {
    if (!gesture.diffs.length && !gesture.routes.length) return;
    const { labelSet, tab } = this.setup;
    const { list } = this.#shelf;
    const diffs = bearing(gesture.diffs, this.#unborn);
    const entry: Entry = { key: nextKey(list.at(-1)?.key), labelSet, tab, diffs, routes: gesture.routes, request: null };
    // Whoever goes on with what was refused may have mended it.
    const touched = new Set(unitsOf([entry]));
    this.refused.value = this.refused.value.filter(({ unit }) => !touched.has(unit));
    void this.#shelf.set([...list, entry]);
    this.#show();
    this.#schedule(this.setup.patience ?? 250);
  }

  /** Send now: the page is being closed, or the network came back. */
  flush(): void {
    this.#failures = 0;
    this.#schedule(0);
  }

  /** A person says: once more, what was refused too. */
  retry(): void {
    this.refused.value = [];
    this.flush();
  }

  /** Answer a conflict: put mine on top of theirs, or take theirs. */
  async resolve(instance: string, keep: "mine" | "theirs"): Promise<void> {
    const conflict = this.conflicts.value.find((other) => other.instance === instance);
    if (!conflict) return;
    const { theirs } = conflict;
    this.conflicts.value = this.conflicts.value.filter((other) => other !== conflict);
    this.#revisions.set(instance, theirs.revision);
    const mine = theirs.deleted ? reviving(this.#shelf.list, instance) : this.#shelf.list;
    const kept = keep === "mine" ? mine : this.#without(instanceUnit(instance)).list;
    const written = this.#shelf.set(onRevisions(kept, new Map([[instance, theirs.revision]])));
    this.setup.onChosen([theirs], this.pending, []);
    if (!this.conflicts.value.length) {
      this.#show();
      this.#schedule(0);
    }
    await written;
  }

  /** Give up what the server refuses to take: one change, or everything. */
  async discard(unit: Unit | null = null): Promise<void> {
    if (unit === null) {
      this.refused.value = [];
      this.message.value = "";
      const written = this.#shelf.set([]);
      this.#show();
      return written;
    }
    const { list, gone } = this.#without(unit);
    this.refused.value = this.refused.value.filter((other) => other.unit !== unit);
    const diffs = gone.flatMap((entry) => entry.diffs);
    const [first, last] = [diffs[0], diffs.at(-1)];
    const written = this.#shelf.set(list);
    if (first && !first.before) this.#unborn.add(first.instance);
    const back = first && last ? [first.before ?? { ...last.after, deleted: true }] : [];
    const routes = gone.flatMap((entry) => entry.routes);
    this.setup.onChosen(back, this.pending, routes.map((diff) => ({ ...diff, before: diff.after, after: diff.before })));
    this.#show();
    await written;
  }

  /** Stop. What is unsent gets one more try and stays for the next page. */
  close(): void {
    clearTimeout(this.#timer);
    void this.#send();
    this.#closed = true;
  }

  #schedule(wait: number): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => void this.#send(), wait);
  }

  async #send(): Promise<void> {
    if (this.#flying || this.#closed || !this.#sendable.length || this.conflicts.value.length) return;
    this.#flying = true;
    let body: Schemas["SaveIn"] | null = null;
    try {
      body = await this.#begin();
      const empty = !body.changes?.length && !body.routes?.length;
      const answer = empty ? [] : (await this.setup.send(body)).instances.map(fromWire);
      this.#acknowledged(body, answer);
    } catch (error) {
      this.#noted(error, body);
    } finally {
      this.#flying = false;
    }
    if (this.state.value === "saving" && this.#sendable.length) this.#schedule(0);
  }

  get #sendable(): Entry[] {
    const held = this.#held;
    return this.#shelf.list.filter((entry) => entry.request !== null || divide(entry, held).rest);
  }

  get #held(): (unit: Unit) => boolean {
    const units = new Set(this.refused.value.map(({ unit }) => unit));
    return (unit) => units.has(unit);
  }

  /** The request that was begun, or one of what may be sent under a new id; the id is stored before it is sent. */
  async #begin(): Promise<Schemas["SaveIn"]> {
    let id = this.#shelf.list.find((entry) => entry.request !== null)?.request;
    if (!id) {
      const now = (id = newId());
      let room = this.#limit;
      const list = this.#shelf.list.flatMap((entry) => {
        const { named, rest } = divide(entry, this.#held);
        const free = rest && room-- > 0 ? { ...rest, request: now } : rest;
        return [named, free].filter((one) => one !== null);
      });
      await this.#shelf.set(list);
    }
    const base = (diff: Diff) => Math.max(this.#revisions.get(diff.instance) ?? 0, diff.before?.revision ?? 0);
    return request(id, this.#of(id), base);
  }

  #of(id: string | undefined): Entry[] {
    return this.#shelf.list.filter((entry) => id !== undefined && entry.request === id);
  }

  #acknowledged(body: Schemas["SaveIn"], instances: readonly EditorInstance[]): void {
    this.#failures = 0;
    this.message.value = "";
    const done = this.#of(body.request);
    for (const { id, revision } of instances) this.#revisions.set(id, Math.max(revision, this.#revisions.get(id) ?? 0));
    for (const instance of unborn(done, body)) this.#unborn.add(instance);
    const rest = this.#shelf.list.filter((entry) => !done.includes(entry));
    const born = rest.map((entry) => {
      const diffs = bearing(entry.diffs, this.#unborn);
      return diffs.some((diff, n) => diff !== entry.diffs[n]) ? { ...entry, diffs } : entry;
    });
    void this.#shelf.set(onRevisions(born, new Map(instances.map(({ id }) => [id, this.#revisions.get(id) ?? 0]))));
    if (!this.#sendable.length) this.#limit = Infinity;
    if (!this.#closed) this.setup.onSaved(instances, this.pending);
    this.#show();
  }

  #noted(error: unknown, body: Schemas["SaveIn"] | null): void {
    const conflicts = conflictsIn(error, body);
    const meaning = verdict(error);
    this.message.value = inWords(error);
    this.#failures = meaning === "away" || meaning === "later" || meaning === "signedOut" ? this.#failures + 1 : 0;
    if (conflicts.length) {
      // Refused as a whole, so nothing of it was saved: what is left goes under a new id.
      this.#void(body);
      this.conflicts.value = conflicts;
      this.#show("conflict");
    } else if (meaning === "narrow") {
      this.#narrow(error, body);
    } else if (meaning === "never") {
      this.#void(body);
      this.#show("error");
    } else {
      if (meaning === "away") this.message.value = "The server cannot be reached";
      this.#show(meaning === "away" ? "offline" : "waiting");
      this.#schedule(meaning === "signedOut" ? SLOWEST : Math.min(SLOWEST, 500 * 2 ** this.#failures));
    }
  }

  #void(body: Schemas["SaveIn"] | null): void {
    const id = body?.request;
    void this.#shelf.set(this.#shelf.list.map((entry) => (entry.request === id ? { ...entry, request: null } : entry)));
  }

  /** Put aside the change that the server names, or find it by sending halves, which also makes requests shorter. */
  #narrow(error: unknown, body: Schemas["SaveIn"] | null): void {
    const batch = this.#of(body?.request);
    const units = unitsOf(batch);
    const unit = culprit(error, body) ?? (units.length === 1 ? units[0] : undefined);
    this.#void(body);
    if (unit !== undefined) {
      const about = batch.flatMap((entry) => entry.diffs).findLast(({ instance }) => instanceUnit(instance) === unit);
      this.refused.value = [...this.refused.value, { unit, about: about?.after ?? null, message: inWords(error) }];
      this.#limit = Infinity;
    } else if (batch.length > 1) {
      this.#limit = Math.ceil(batch.length / 2);
    } else {
      // Diffs come before routes: the second half never has all diffs, which would draw the routes along.
      const half = new Set(units.slice(Math.ceil(units.length / 2)));
      const halves = (entry: Entry) => Object.values(divide(entry, (one) => half.has(one))).filter((one) => one !== null);
      const keys = new Set(batch.map(({ key }) => key));
      void this.#shelf.set(this.#shelf.list.flatMap((entry) => (keys.has(entry.key) ? halves(entry) : [entry])));
      this.#limit = 1;
    }
    this.message.value = "";
    this.#show();
  }

  #without(unit: Unit): { list: Entry[]; gone: Entry[] } {
    const parts = this.#shelf.list.map((entry) => divide(entry, (one) => one === unit));
    return {
      list: parts.map(({ rest }) => rest).filter((entry) => entry !== null),
      gone: parts.map(({ named }) => named).filter((entry) => entry !== null),
    };
  }

  #show(state?: SaveState): void {
    this.count.value = this.#shelf.list.length;
    const now = this.state.value;
    if (state) this.state.value = state;
    else if (!this.#shelf.list.length) this.state.value = "saved";
    else if (!this.#sendable.length) this.state.value = "error";
    else if (this.#failures === 0 || (now !== "offline" && now !== "waiting")) this.state.value = "saving";
  }
}
