/** Everything that an open editor page needs: the editor, its outbox, its pictures. */
import { batch, effect, signal, untracked } from "@preact/signals-core";
import { address, api, type Schemas } from "../api/client";
import type { Editor } from "../editor/Editor";
import { categoriesOf } from "../editor/ontology";
import type { Span } from "../editor/lanes";
import type { EditorInstance } from "../editor/types";
import { showConflict } from "../editor/verbs/conflicts";
import { startTour } from "../editor/verbs/review";
import { Events } from "../sync/events";
import { fetchRest, type RestOfLabels } from "../sync/labels";
import { Others } from "../sync/others";
import { Outbox } from "../sync/outbox";
import { PastGestures } from "../sync/past";
import { conflictOf, inWords } from "../sync/refusal";
import { BrowserStorage } from "../sync/storage";
import { claimTab } from "../sync/tab";
import { fromWire } from "../sync/wire";
import { createEditor } from "../tools";
import { FramePump } from "../video/pump";
import type { FrameSource } from "../video/source";
import { drive } from "../video/ticker";
import { asEditorMedia, openMedia, type OpenedMedia } from "./openMedia";
import { carryPoints } from "./flow";
import { keepPriors } from "./priors";
import { nearestOpen, unlabelledOf } from "./openWork";
import { proposerOf } from "./proposer";
import { go, to } from "./router";

export class EditorSession {
  readonly project = signal<number | null>(null);
  readonly notice = signal("");
  readonly trouble = signal<unknown>(null);
  readonly frameKind = signal<FrameSource["kind"]>("server");
  editor!: Editor;
  outbox!: Outbox;
  #pump: FramePump | null = null;
  /** A media that is on its way since before the label set was there. */
  #begun: { readonly media: number; readonly opened: Promise<OpenedMedia> } | null = null;
  /** Media whose labels were asked for. */
  readonly #opened = new Set<number>();
  /** Ends the fetching of labels further off. */
  #rest = new AbortController();
  readonly #stops: (() => void)[] = [];

  private constructor(private readonly labelSet: Schemas["OpenedLabelSetOut"]) {}

  /** Open a label set; the media that is shown first is fetched at the same time. */
  static async open(labelSet: number, media: number, frame: number): Promise<EditorSession> {
    const begun = { media, opened: openMedia(labelSet, media, frame) };
    // Whoever waits for it is told; nobody may wait yet when it fails.
    begun.opened.catch(() => undefined);
    try {
      const session = await EditorSession.#open(labelSet);
      session.#begun = begun;
      session.#opened.add(media);
      return session;
    } catch (error) {
      drop(begun.opened);
      throw error;
    }
  }

  static async #open(labelSet: number): Promise<EditorSession> {
    const [set, { routes }, tab] = await Promise.all([api.labelSet(labelSet), api.routes(labelSet), claimTab()]);
    const session = new EditorSession(set);
    session.project.value = set.project;
    session.editor = createEditor(categoriesOf(set.ontology), {
      proposer: proposerOf(set.ontology.id),
      onCommit: (gesture) => session.outbox.add(gesture),
      onJump: (media, frame) => go(to.editor(labelSet, media, `?frame=${String(frame)}`)),
      onOpenWork: (media, step) =>
        nearestOpen(unlabelledOf(set.project, labelSet), session.editor.routes.list.value, media, step),
      onMessage: (text) => (session.notice.value = text),
      onFlow: carryPoints,
      onMissing: (instances) => session.#fetch(instances),
      onInterpolation: (kind) =>
        void api.setInterpolation(labelSet, kind).catch((error: unknown) => {
          session.notice.value = `The kind of interpolation was not saved: ${error instanceof Error ? error.message : "no answer"}`;
        }),
    });
    session.editor.tracks.setInterpolation(set.interpolation);
    session.outbox = new Outbox({
      labelSet,
      storage: new BrowserStorage(),
      tab: tab.id,
      send: (body) => api.save(labelSet, body, AbortSignal.timeout(20_000)),
      onSaved: (instances, pending) => session.editor.load(session.#newer(instances), pending),
      onChosen: (instances, pending, answers) => {
        const mine = new Set(pending.map((diff) => diff.instance));
        for (const { id } of instances) if (!mine.has(id)) session.editor.history.forget(id);
        session.editor.load(instances, pending);
        session.editor.routes.apply(answers);
      },
    });
    const past = new PastGestures({ labelSet, tab: tab.id, others: () => tab.others(), memory: sessionMemory() });
    const [gestures] = await Promise.all([past.recall(), session.outbox.recover(() => tab.others())]);
    session.editor.history.restore(gestures);
    session.editor.history.keeper = past.keep;
    session.editor.routes.set(routes);
    session.#watch();
    session.#decide();
    session.#listen(set.mark);
    session.#stops.push(keepPriors(session.editor, labelSet));
    return session;
  }

  get name(): string {
    return this.labelSet.name;
  }

  /** Show a media: its labels, and its pictures as frames are turned to. */
  async show(id: number, frame: number, tour: boolean): Promise<void> {
    const { editor } = this;
    if (editor.media.value?.id === id) {
      editor.goTo(frame);
    } else {
      const begun = this.#begun;
      this.#begun = null;
      this.#opened.add(id);
      if (begun && begun.media !== id) drop(begun.opened);
      const { media, here, instances, source } = await (begun?.media === id ? begun.opened : openMedia(this.labelSet.id, id, frame));
      this.#rest.abort();
      batch(() => {
        editor.load(this.#newer(instances), this.outbox.pending);
        editor.picture.value = null;
        this.#pump?.close();
        this.#pump = this.#pictures(id, source);
        editor.open(asEditorMedia(media), frame);
        editor.arrival.begin(here, media.labelled ?? []);
        editor.neighbours.value = { before: media.before ?? null, after: media.after ?? null };
      });
      if (here) this.#fetchRest(id, media.frames, here);
    }
    if (tour && editor.routes.openCount) {
      editor.setTool("tour");
      if (!editor.route.value) startTour(editor);
    }
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#rest.abort();
    this.outbox.close();
    this.#pump?.close();
    if (this.#begun) drop(this.#begun.opened);
    this.editor.dispose();
  }

  #fetchRest(media: number, frames: number, here: Span): void {
    const { editor } = this;
    this.#rest = new AbortController();
    const setup: RestOfLabels = {
      frames,
      here,
      fetch: async (first, last, signal) => (await api.instances(this.labelSet.id, media, first, last, signal)).instances.map(fromWire),
      current: () => editor.frame.peek(),
      take: (instances, all) =>
        batch(() => {
          editor.load(this.#newer(instances), this.outbox.pending);
          editor.arrival.here.value = all;
        }),
      failed: (error, times) => {
        if (times === 1) this.notice.value = `Labels further off could not be loaded (${inWords(error)}): trying again`;
      },
    };
    const { signal } = this.#rest;
    void pictureShown(editor, media).then(() => fetchRest(setup, signal));
  }

  #watch(): void {
    const { editor } = this;
    this.#stops.push(
      effect(() => {
        if (editor.media.value) this.#pump?.want(editor.frame.value, editor.scrubbing.peek());
      }),
      // Wherever the drag ended, that very frame is shown.
      effect(() => {
        if (!editor.scrubbing.value && editor.media.peek()) this.#pump?.want(editor.frame.peek(), false);
      }),
      drive(editor.playback),
    );
    const flush = () => this.outbox.flush();
    addEventListener("online", flush);
    this.#stops.push(() => removeEventListener("online", flush));
    const warn = (event: BeforeUnloadEvent) => {
      if (this.outbox.onlyHere.value) event.preventDefault();
    };
    addEventListener("beforeunload", warn);
    this.#stops.push(() => removeEventListener("beforeunload", warn));
  }

  /** Conflicts are decided one after the other; each is shown where it is. */
  #decide(): void {
    const { editor, outbox } = this;
    let stop: () => void = () => undefined;
    const watch = effect(() => {
      const [first, ...others] = outbox.conflicts.value;
      stop();
      const mine = first && editor.store.get(first.instance);
      if (!first || !mine) {
        editor.conflict.value = null;
        return;
      }
      const conflict = conflictOf(first, mine, others.length, (keep) => void outbox.resolve(first.instance, keep));
      editor.conflict.value = conflict;
      stop = untracked(() => showConflict(editor, conflict));
    });
    this.#stops.push(watch, () => stop());
  }

  #listen(after: string): void {
    const { outbox, editor } = this;
    const others = new Others({
      editor,
      unsent: () => ({ diffs: outbox.pending, routes: outbox.answers }),
      isOpen: (media) => this.#opened.has(media),
      isArriving: (media) => editor.media.value?.id !== media || editor.arrival.here.value !== null,
    });
    let events: Events | null = null;
    // The first picture is what a person waits for; the mark lets nothing be missed until then.
    const stop = effect(() => {
      if (events || (!this.editor.picture.value && !this.trouble.value)) return;
      events = untracked(
        () =>
          new Events({
            address: (mark) => address.events(this.labelSet.id, mark),
            after,
            onTold: (told) => others.tell(told),
            onBack: () => outbox.flush(),
          }),
      );
    });
    this.#stops.push(stop, () => events?.close(), () => others.close());
  }

  /** Instances by name as they are now, also those of a media that was not opened yet, and deleted ones. */
  async #fetch(ids: readonly string[]): Promise<void> {
    const found = await api.instancesByName(this.labelSet.id, ids, AbortSignal.timeout(10_000));
    this.editor.load(this.#newer(found.map(fromWire)), this.outbox.pending);
  }

  /** Answers overtake each other: what a later one told already stays. */
  #newer(instances: readonly EditorInstance[]): EditorInstance[] {
    return instances.filter(({ id, revision }) => revision >= (this.editor.store.row(id)?.revision ?? 0));
  }

  #pictures(media: number, source: FrameSource): FramePump {
    const { editor } = this;
    return new FramePump(
      source,
      ({ frame, picture }) => {
        const wanted = editor.media.value?.id === media && (editor.frame.value === frame || editor.scrubbing.value);
        if (!wanted) return;
        editor.picture.value = { media, frame, source: picture };
        this.frameKind.value = source.kind;
        this.trouble.value = null;
      },
      (error) => (this.trouble.value = error),
    );
  }
}

/** Milliseconds that labels further off leave to the first picture. */
const FIRST = 1500;

/** A picture of the media is there, or is so late that nothing should wait for it. */
function pictureShown(editor: Editor, media: number): Promise<void> {
  return new Promise((done) => {
    const finish = () => {
      clearTimeout(timer);
      stop();
      done();
    };
    const timer = setTimeout(finish, FIRST);
    const stop = effect(() => {
      if (editor.picture.value?.media === media) queueMicrotask(finish);
    });
  });
}

/** Storage that lasts as long as the tab; a browser may refuse to hand it out. */
function sessionMemory(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}

/** Nobody wants it any more: whatever comes of it lets its pictures go. */
function drop(opened: Promise<OpenedMedia>): void {
  void opened.then(({ source }) => source.close(), () => undefined);
}
