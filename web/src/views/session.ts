/** Everything that an open editor page needs: the editor, its outbox, its pictures. */
import { effect, signal } from "@preact/signals-core";
import { address, api, ApiError, type Schemas } from "../api/client";
import type { Editor } from "../editor/Editor";
import { categoriesOf } from "../editor/ontology";
import type { EditorInstance, EditorMedia } from "../editor/types";
import { startTour } from "../editor/verbs/review";
import { Outbox } from "../sync/outbox";
import { BrowserStorage } from "../sync/storage";
import { claimTab } from "../sync/tab";
import { fromWire } from "../sync/wire";
import { createEditor } from "../tools";
import { openSource } from "../video/open";
import type { FrameSource } from "../video/source";
import { go, to } from "./router";

export class EditorSession {
  readonly project = signal<number | null>(null);
  readonly notice = signal("");
  readonly trouble = signal<unknown>(null);
  readonly frameKind = signal<FrameSource["kind"]>("server");
  editor!: Editor;
  outbox!: Outbox;
  #source: FrameSource | null = null;
  readonly #stops: (() => void)[] = [];

  private constructor(private readonly labelSet: Schemas["LabelSetOut"]) {}

  static async open(labelSet: number): Promise<EditorSession> {
    const set = await findLabelSet(labelSet);
    const session = new EditorSession(set.row);
    session.project.value = set.project;
    const ontology = await api.ontology(set.row.ontology);
    session.editor = createEditor(categoriesOf(ontology), {
      onCommit: (gesture) => session.outbox.add(gesture),
      onJump: (media, frame) => go(to.editor(labelSet, media, `?frame=${String(frame)}`)),
      onMessage: (text) => (session.notice.value = text),
    });
    const tab = await claimTab();
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
    await session.outbox.recover(() => tab.others());
    session.editor.routes.set((await api.routes(labelSet)).routes);
    session.#watch();
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
      const media = await api.media(id, this.labelSet.id);
      const { instances } = await api.instances(this.labelSet.id, id);
      editor.load(this.#newer(instances.map(fromWire)), this.outbox.pending);
      editor.picture.value = null;
      this.#source?.close();
      this.#source = await openSource({
        ...media,
        times: media.times ?? null,
        rotated: media.rotation !== 0,
        address: address.file(id),
        frameAddress: (n) => address.frame(id, n),
      });
      editor.open(asEditorMedia(media), frame);
    }
    if (tour && editor.routes.openCount) {
      editor.setTool("tour");
      if (!editor.route.value) startTour(editor);
    }
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.outbox.close();
    this.#source?.close();
    this.editor.dispose();
  }

  #watch(): void {
    const { editor } = this;
    this.#stops.push(
      effect(() => {
        const media = editor.media.value;
        if (media) void this.#picture(media.id, editor.frame.value);
      }),
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

  /** Answers overtake each other: what a later one told already stays. */
  #newer(instances: readonly EditorInstance[]): EditorInstance[] {
    return instances.filter(({ id, revision }) => revision >= (this.editor.store.get(id)?.revision ?? 0));
  }

  async #picture(media: number, frame: number): Promise<void> {
    try {
      const source = await this.#source?.frame(frame);
      if (source && this.editor.media.value?.id === media && this.editor.frame.value === frame) {
        this.editor.picture.value = { media, frame, source };
        this.frameKind.value = this.#source?.kind ?? "server";
        this.trouble.value = null;
      }
    } catch (error) {
      this.trouble.value = error;
    }
  }
}

function asEditorMedia(media: Schemas["MediaOut"]): EditorMedia {
  const { id, kind, name, width, height, frames } = media;
  const [rate = 0, unit = 1] = media.fps;
  return { id, kind, name, width, height, frames, fps: rate / unit };
}

async function findLabelSet(id: number): Promise<{ row: Schemas["LabelSetOut"]; project: number }> {
  for (const { id: project } of (await api.projects()).projects) {
    const row = (await api.project(project)).label_sets.find((set) => set.id === id);
    if (row) return { row, project };
  }
  throw new ApiError(404, "not_found", `There is no label set ${String(id)}`, "", "Go back to the project.", {});
}
