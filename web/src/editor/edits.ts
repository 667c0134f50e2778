/**
 * The only place that changes labels. A gesture is begun, previewed as often as the pointer moves and then committed
 * or called off; a commit is one diff per instance, kept by the history and handed to the outbox.
 */
import { batch, signal } from "@preact/signals-core";
import { again, isChange, isNothing, rebase, reverse, type Changed } from "./diff";
import type { History } from "./history";
import type { RouteList } from "./routes";
import type { InstanceStore } from "./store";
import type { Diff, EditorInstance, Gesture, RouteDiff } from "./types";

interface Hand {
  readonly title: string;
  readonly media: number;
  readonly frame: number;
  /** What each touched row was; null for one that the gesture makes. */
  readonly before: Map<string, EditorInstance | null>;
  /** The same as it was seen: with computed points, and computed as a whole where there was no row. */
  readonly seen: Map<string, EditorInstance | null>;
}

/** What the editor has to say about a gesture, and to hear of it. */
interface Around {
  /** What else moves with an instance that a gesture wants so; `start` is as it was before the gesture. */
  readonly follow: (wanted: EditorInstance, start: EditorInstance | null) => EditorInstance;
  /** What a gesture leaves behind that no longer means anything goes with it. */
  readonly tidy: (row: EditorInstance) => EditorInstance;
  readonly announce: (gesture: Gesture) => void;
}

/** What became of a step of undo or redo. */
export interface Step {
  readonly gesture: Gesture;
  /** What stays as it is, because somebody else changed it since. */
  readonly theirs: readonly { readonly diff: Diff; readonly what: Changed }[];
}

export class Edits {
  /** Title of the gesture in hand, null at rest. */
  readonly inHand = signal<string | null>(null);
  #hand: Hand | null = null;

  constructor(
    private readonly store: InstanceStore,
    private readonly history: History,
    private readonly routes: RouteList,
    private readonly around: Around,
  ) {}

  begin(title: string, media: number, frame: number): void {
    if (this.#hand) this.commit();
    this.#hand = { title, media, frame, before: new Map(), seen: new Map() };
    this.inHand.value = title;
  }

  /** Show an instance as the gesture has it now. Does nothing once the gesture is over. */
  preview(instance: EditorInstance): void {
    const hand = this.#hand;
    if (!hand) return;
    const row = this.store.row(instance.id);
    // What is only computed cannot be deleted.
    if (instance.deleted && (!row || row.deleted)) return;
    if (!hand.before.has(instance.id)) {
      hand.before.set(instance.id, row);
      hand.seen.set(instance.id, this.store.get(instance.id));
    }
    const start = hand.seen.get(instance.id) ?? null;
    this.store.put([this.store.asRow(this.around.follow(instance, start), start)]);
  }

  /** What an instance was before the gesture in hand; null when the gesture made it, undefined when it is untouched. */
  before(id: string): EditorInstance | null | undefined {
    return this.#hand?.seen.get(id);
  }

  /** End the gesture. Returns what it did, or null when it came back to where it began. */
  commit(mergeKey: string | null = null, routes: readonly RouteDiff[] = []): Gesture | null {
    const hand = this.#hand;
    if (!hand) return null;
    const diffs: Diff[] = [];
    for (const [id, before] of hand.before) {
      const left = this.store.row(id);
      const after = left && this.around.tidy(left);
      if (after && after !== left) this.store.put([after]);
      if (after && isChange(before, after)) diffs.push({ instance: id, before, after });
    }
    this.#drop();
    const touched = [...routes, ...this.routes.resolvedBy(diffs, routes)];
    if (!diffs.length && !touched.length) return null;
    const gesture: Gesture = { title: hand.title, media: hand.media, frame: hand.frame, diffs, routes: touched };
    batch(() => {
      this.routes.apply(touched);
      this.history.push(gesture, mergeKey);
      this.around.announce(gesture);
    });
    return gesture;
  }

  /** Call the gesture off: everything is as it was before it. */
  cancel(): void {
    const hand = this.#hand;
    if (!hand) return;
    batch(() => {
      for (const [id, before] of hand.before) {
        if (before) this.store.put([before]);
        else this.store.forget(id);
      }
      this.#drop();
    });
  }

  #drop(): void {
    this.#hand = null;
    this.inHand.value = null;
  }

  /** Take back the newest gesture; a gesture in hand is called off instead. Returns what was taken back. */
  undo(): Step | null {
    if (this.#hand) {
      this.cancel();
      return null;
    }
    return this.#turn(this.history.undo(), true);
  }

  redo(): Step | null {
    return this.#hand ? null : this.#turn(this.history.redo(), false);
  }

  #turn(gesture: Gesture | null, backwards: boolean): Step | null {
    if (!gesture) return null;
    const diffs: Diff[] = [];
    const theirs: { diff: Diff; what: Changed }[] = [];
    for (const diff of backwards ? gesture.diffs.toReversed() : gesture.diffs) {
      const now = this.store.row(diff.instance);
      if (backwards && !now) continue;
      const turned = backwards && now ? reverse(diff, now) : again(diff, now);
      if (turned.diff) diffs.push(turned.diff);
      if (!isNothing(turned.theirs)) theirs.push({ diff, what: turned.theirs });
    }
    const routes = backwards
      ? gesture.routes.toReversed().map(({ route, before, after }) => ({ route, before: after, after: before }))
      : gesture.routes;
    const title = `${backwards ? "Undo" : "Redo"}: ${gesture.title}`;
    batch(() => {
      this.store.put(diffs.map((diff) => diff.after));
      this.routes.apply(routes);
      if (diffs.length || routes.length) this.around.announce({ ...gesture, title, diffs, routes });
    });
    return { gesture, theirs };
  }

  /**
   * Take in what the server has. `pending` are the diffs that it does not know yet (queued or on their way), oldest
   * first: they stay on top, and so does the gesture in hand, so a save that comes back never moves a point that a
   * person is dragging.
   */
  applyRemote(instances: Iterable<EditorInstance>, pending: readonly Diff[] = []): void {
    const queued = byInstance(pending);
    const merged: EditorInstance[] = [];
    const seen = new Set<string>();
    for (const remote of instances) {
      seen.add(remote.id);
      merged.push(this.#underHand((queued.get(remote.id) ?? []).reduce(rebase, remote)));
    }
    // Created here and never saved: after a reload the server does not list them.
    for (const [id, diffs] of queued) {
      if (seen.has(id) || diffs[0]?.before !== null || this.store.row(id)) continue;
      merged.push(diffs.slice(1).reduce(rebase, diffs[0].after));
    }
    this.store.put(merged);
  }

  #underHand(base: EditorInstance): EditorInstance {
    const before = this.#hand?.before.get(base.id);
    const now = this.store.row(base.id);
    if (!this.#hand || before === undefined || !now) return base;
    this.#hand.before.set(base.id, base);
    return before ? rebase(base, { instance: base.id, before, after: now }) : { ...now, revision: base.revision };
  }
}

function byInstance(diffs: readonly Diff[]): Map<string, Diff[]> {
  const groups = new Map<string, Diff[]>();
  for (const diff of diffs) {
    const group = groups.get(diff.instance);
    if (group) group.push(diff);
    else groups.set(diff.instance, [diff]);
  }
  return groups;
}
