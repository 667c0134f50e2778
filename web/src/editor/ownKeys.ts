/**
 * Keys that a person chose instead of the command table's. They are the person's, in every label set, so there is one
 * set of them in the page. Whatever tells a key asks here.
 */
import { computed, signal } from "@preact/signals-core";
import { spokenChord } from "./keymap";
import type { CommandId } from "./types";

export type KeyChoice = ReadonlyMap<CommandId, readonly string[]>;

interface Keyed {
  readonly id: CommandId;
  readonly keys: readonly string[];
}

/** By command; those of other commands are as the table says. */
export const ownKeys = signal<KeyChoice>(new Map());

const table = new Map<CommandId, readonly string[]>();
const MAC = typeof navigator !== "undefined" && navigator.userAgent.includes("Mac");

/** Where the keys come from that nobody chose otherwise; the command table tells it once. */
export function tableOfKeys(commands: readonly Keyed[]): void {
  for (const { id, keys } of commands) table.set(id, keys);
}

export function keysOf(id: CommandId): readonly string[] {
  return ownKeys.value.get(id) ?? table.get(id) ?? [];
}

/** The key that a person is told for a command, "Ctrl+K"; empty where it has none. */
export function keyName(id: CommandId): string {
  const [first] = keysOf(id);
  return first === undefined ? "" : chordName(first);
}

export function chordName(chord: string): string {
  return spokenChord(chord, MAC);
}

/** "Undo (Ctrl+Z)". Another function after every change of keys, so that titles made with it are made anew. */
export const titled = computed(() => {
  void ownKeys.value;
  return (title: string, id: CommandId): string => {
    const name = keyName(id);
    return name ? `${title} (${name})` : title;
  };
});

/** "Click the nose; S: skip; Esc: finish": what keys do, after what the hand does. Commands without a key are left out. */
export function withKeys(first: string, ...keys: readonly (readonly [CommandId, string] | string)[]): string {
  const told = keys.map((key) => {
    if (typeof key === "string") return key;
    const name = keyName(key[0]);
    return name && `${name}: ${key[1]}`;
  });
  return [first, ...told].filter(Boolean).join("; ");
}

/** Other commands that have the chord too: the first one of them that is possible gets it. */
export function sharing(chord: string, id: CommandId): readonly CommandId[] {
  return [...table.keys()].filter((other) => other !== id && keysOf(other).includes(chord));
}

/** Give a command these keys, and no others. */
export function chooseKeys(id: CommandId, keys: readonly string[]): void {
  const chosen = new Map(ownKeys.value);
  if (same(keys, table.get(id) ?? [])) chosen.delete(id);
  else chosen.set(id, [...new Set(keys)]);
  ownKeys.value = chosen;
}

/** Take a chord away from every command but one. */
export function takeAway(chord: string, except: CommandId): void {
  for (const other of sharing(chord, except)) {
    const rest = keysOf(other).filter((key) => key !== chord);
    chooseKeys(other, rest);
  }
}

/** Keys that are worth having in a file: by command id. */
export function keysAsJson(): string {
  return JSON.stringify({ vitruvian: "keys", keys: Object.fromEntries(ownKeys.value) }, null, 2);
}

/** Read what `keysAsJson` wrote. Throws, with words for a person, when it is something else; unknown commands are left out. */
export function keysFromJson(text: string): KeyChoice {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new Error("This file is not JSON: choose one that was saved here");
  }
  const { vitruvian, keys } = (read ?? {}) as { vitruvian?: unknown; keys?: unknown };
  if (vitruvian !== "keys" || typeof keys !== "object" || keys === null)
    throw new Error("There are no keys in this file: choose one that was saved here");
  const found = new Map<CommandId, readonly string[]>();
  for (const [id, chords] of Object.entries(keys)) {
    if (!Array.isArray(chords) || !chords.every((chord) => typeof chord === "string" && chord !== ""))
      throw new Error(`The keys of ${id} are no list of keys`);
    if (table.has(id as CommandId)) found.set(id as CommandId, chords as string[]);
  }
  return found;
}

const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((key, n) => key === b[n]);
