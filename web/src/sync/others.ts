/** What others saved, put below what this page has in hand and has not sent. */
import { effect } from "@preact/signals-core";
import type { Schemas } from "../api/client";
import type { Editor } from "../editor/Editor";
import type { Diff, EditorInstance, RouteDiff } from "../editor/types";
import { fromWire } from "./wire";

export interface OthersSetup {
  readonly editor: Editor;
  /** What the server does not know yet: changes, and the routes that were answered. */
  readonly unsent: () => { readonly diffs: readonly Diff[]; readonly routes: ReadonlySet<number> };
  /** Whether the labels of a media were asked for: those of another come when it is opened. */
  readonly isOpen: (media: number) => boolean;
  /** Whether labels of a media are on their way: what was deleted meanwhile must be known before they come. */
  readonly isArriving?: (media: number) => boolean;
}

export class Others {
  /**
   * Instances that the gesture in hand touches wait for its end. Taken in sooner, they would become what the gesture was
   * made on, and a move of the very point that somebody else moved would go over theirs without a word.
   */
  readonly #held = new Map<string, EditorInstance>();
  readonly #stop: () => void;

  constructor(private readonly setup: OthersSetup) {
    const { inHand } = setup.editor.edits;
    this.#stop = effect(() => {
      // Not at once: a gesture that ends is handed to the outbox only after it has left the hand.
      if (inHand.value === null) queueMicrotask(() => this.#release());
    });
  }

  close(): void {
    this.#stop();
  }

  tell(told: Schemas["EventOut"]): void {
    const free: EditorInstance[] = [];
    for (const instance of told.instances.map(fromWire)) {
      if (!this.#isNews(instance)) continue;
      if (this.setup.editor.edits.before(instance.id) === undefined) free.push(instance);
      else this.#held.set(instance.id, instance);
    }
    this.#load(free);
    this.#answer(told.routes);
  }

  #release(): void {
    if (!this.#held.size || this.setup.editor.edits.inHand.value !== null) return;
    const held = [...this.#held.values()].filter((instance) => this.#isNews(instance));
    this.#held.clear();
    this.#load(held);
  }

  /** One's own save comes back here too, and says nothing new. */
  #isNews({ id, media, revision, deleted }: EditorInstance): boolean {
    const known = this.setup.editor.store.get(id);
    if (!known) return this.setup.isOpen(media) && (!deleted || (this.setup.isArriving?.(media) ?? false));
    // What shows through from the label set below has no revision of its own.
    return revision > known.revision || (revision === 0 && known.revision === 0);
  }

  #load(instances: readonly EditorInstance[]): void {
    if (!instances.length) return;
    const { editor, unsent } = this.setup;
    const selected = editor.selected.value;
    editor.load(instances, unsent().diffs);
    if (selected && editor.store.get(selected.id)?.deleted) editor.message(`Somebody else deleted this ${selected.category}`);
  }

  #answer(told: Schemas["EventOut"]["routes"]): void {
    const { routes } = this.setup.editor;
    const mine = this.setup.unsent().routes;
    const diffs = told.flatMap(({ id, state }): RouteDiff[] => {
      const known = routes.get(id);
      return known && known.state !== state && !mine.has(id) ? [{ route: id, before: known.state, after: state }] : [];
    });
    routes.apply(diffs);
  }
}
