/** What the palette finds: every command of the table, and places to go to: frames, instances, keypoints. */
import type { Editor } from "./Editor";
import { COMMANDS, run } from "./commands";
import { inOrder, instanceName } from "./naming";
import { spoken } from "./ontology";
import { keysOf } from "./ownKeys";
import { chooseKeypoint } from "./verbs/placing";

export interface PaletteEntry {
  /** The same in every search, so that what was used is known again. */
  readonly id: string;
  readonly title: string;
  /** The command's group, or what kind of place it is. */
  readonly group: string;
  /** As editor/keymap.ts writes chords. */
  readonly keys: readonly string[];
  readonly enabled: boolean;
  readonly run: () => void;
}

/** Longer lists are read by nobody. */
const MOST = 60;
/** Steps of a cursor are for the hand, not for a list. */
const UNNAMED = /^(nudge|place\.cursor|page\.palette)/;

/** What fits the words that somebody typed, the best first; `recent` are the ids used before, the last one first. */
export function paletteEntries(editor: Editor, typed: string, recent: readonly string[] = []): readonly PaletteEntry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const ranked = [...places(editor, words), ...commands(editor)]
    .map((entry, n) => ({ entry, n, fit: fit(entry, words), used: recent.indexOf(entry.id) }))
    .filter(({ fit, entry, used }) => fit !== null && (words.length > 0 || used >= 0 || !isPlace(entry)));
  const late = (used: number): number => (used < 0 ? recent.length : used);
  ranked.sort((a, b) => (a.fit ?? 0) - (b.fit ?? 0) || late(a.used) - late(b.used) || Number(b.entry.enabled) - Number(a.entry.enabled) || a.n - b.n);
  return ranked.slice(0, MOST).map(({ entry }) => entry);
}

const isPlace = (entry: PaletteEntry): boolean => entry.group.startsWith("Go to");

/** How well words fit, less is better; null where one of them is nowhere. */
function fit({ title, group }: PaletteEntry, words: readonly string[]): number | null {
  const name = title.toLowerCase();
  const all = `${name} ${group.toLowerCase()}`;
  let sum = 0;
  for (const word of words) {
    if (name.startsWith(word)) continue;
    if (name.includes(` ${word}`)) sum += 1;
    else if (name.includes(word)) sum += 2;
    else if (all.includes(word)) sum += 3;
    else return null;
  }
  return sum;
}

function commands(editor: Editor): PaletteEntry[] {
  return COMMANDS.filter(({ id }) => !UNNAMED.test(id)).map(({ id, title, group, enabled }) => ({
    id,
    title,
    group,
    keys: keysOf(id),
    enabled: enabled(editor),
    run: () => void run(editor, id),
  }));
}

function places(editor: Editor, words: readonly string[]): PaletteEntry[] {
  const place = (id: string, title: string, group: string, run: () => void): PaletteEntry => ({
    id, title, group, keys: [], enabled: true, run,
  });
  const found: PaletteEntry[] = [];
  const media = editor.media.value;
  const number = words.find((word) => /^\d+$/.test(word));
  if (media && media.frames > 1 && number !== undefined && Number(number) < media.frames)
    found.push(place(`frame ${number}`, `Frame ${number}`, "Go to frame", () => editor.goTo(Number(number))));
  inOrder(editor.instances.value).forEach((instance, n) => {
    const name = instanceName(instance, n);
    found.push(place(`instance ${name}`, `Select ${name}`, "Go to instance", () => editor.select(instance.id)));
  });
  editor.skeleton(editor.selected.value)?.names.forEach((name, k) => {
    found.push(place(`keypoint ${name}`, `Select ${spoken(name)}`, "Go to keypoint", () => chooseKeypoint(editor, k)));
  });
  return found;
}
