/** The keypoints of the instance in hand with the state of each: what a list beside the picture shows. */
import { computed, signal } from "@preact/signals-core";
import type { ReadonlySignal } from "@preact/signals-core";
import type { Editor } from "./Editor";
import { score, visibility } from "./instance";
import { spoken } from "./ontology";
import { reasonOf, reasonWords } from "./reasons";
import type { EditorCategory, EditorInstance, Visibility } from "./types";

export interface Check {
  readonly keypoint: number;
  readonly name: string;
  readonly v: Visibility;
  /** Why it is hidden. */
  readonly reason: string | null;
  /** On a track: computed from other frames' keys. */
  readonly computed: boolean;
  readonly score: number | null;
  readonly doubtful: boolean;
  /** Of a template, and nobody has set it yet. */
  readonly loose: boolean;
}

export interface Checklist {
  readonly category: EditorCategory;
  readonly checks: readonly Check[];
  readonly labelled: number;
}

export interface CheckGroup {
  readonly name: string;
  readonly checks: readonly Check[];
  readonly labelled: number;
}

const STATES = ["not labelled", "hidden", "visible"] as const;

/** "hidden: blur, computed, doubtful"; "visible, not set yet". */
export function stateWords(check: Check): string {
  const state = check.reason ? `hidden: ${reasonWords(check.reason)}` : STATES[check.v];
  const more = { "not set yet": check.loose, computed: check.computed && check.v > 0, doubtful: check.doubtful };
  return [state, ...Object.entries(more).flatMap(([word, said]) => (said ? [word] : []))].join(", ");
}

export class Checks {
  /** The list keeps to what has no label yet. */
  readonly onlyMissing = signal(false);
  /** null where nothing with a skeleton is selected or being placed. */
  readonly list: ReadonlySignal<Checklist | null>;

  constructor(editor: Editor) {
    const doubtful = computed(() => {
      const id = editor.selection.value.instance;
      const mine = editor.routes.list.value.filter((route) => route.state === "open" && route.instance === id);
      return new Set(mine.map(({ keypoint }) => keypoint));
    });
    let kept: Checklist | null = null;
    this.list = computed(() => {
      const instance = editor.selected.value;
      const category = editor.categories.get(instance?.category ?? editor.placing.value?.category ?? "");
      const fresh = category ? checklist(editor, category, instance, doubtful.value) : null;
      // Every step of a drag comes by here, and nothing that a list shows has changed.
      if (!fresh || !kept || !alike(kept, fresh)) kept = fresh;
      return kept;
    });
  }
}

function checklist(
  editor: Editor,
  category: EditorCategory,
  instance: EditorInstance | null,
  doubtful: ReadonlySet<number | null>,
): Checklist | null {
  const { skeleton } = category;
  if (!skeleton) return null;
  let labelled = 0;
  const loose = instance && editor.templates.loose(instance);
  const checks = skeleton.names.map((name, k): Check => {
    const v = instance ? visibility(instance, k) : 0;
    if (v) labelled++;
    return {
      keypoint: k,
      name: spoken(name),
      v,
      reason: instance && v === 1 ? reasonOf(editor.tracks, instance, skeleton, k) : null,
      computed: !!instance?.keyed && !instance.keyed[k],
      score: instance && score(instance, k),
      doubtful: doubtful.has(k),
      loose: !!loose?.has(k),
    };
  });
  return { category, checks, labelled };
}

function alike(a: Checklist, b: Checklist): boolean {
  return (
    a.category === b.category &&
    a.checks.every((one, k) => {
      const other = b.checks[k];
      return (
        one.v === other?.v &&
        one.reason === other.reason &&
        one.computed === other.computed &&
        one.score === other.score &&
        one.doubtful === other.doubtful &&
        one.loose === other.loose
      );
    })
  );
}

/** By the skeleton's groups, in the order in which they first come; one group without a name where there are none. */
export function grouped(list: Checklist): readonly CheckGroup[] {
  const groups = new Map<string, Check[]>();
  for (const check of list.checks) {
    const name = list.category.skeleton?.groups[check.keypoint] ?? "";
    const group = groups.get(name);
    if (group) group.push(check);
    else groups.set(name, [check]);
  }
  return [...groups].map(([name, checks]) => ({
    name: spoken(name),
    checks,
    labelled: checks.reduce((count, { v }) => count + (v ? 1 : 0), 0),
  }));
}
