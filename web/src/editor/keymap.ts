/**
 * Key presses as chords: modifiers in the order Mod, Alt, Shift, then the key ("Mod+Shift+Z", "ArrowLeft", "1").
 * Mod is Control, and Command on a Mac.
 */
import type { Command, CommandId } from "./types";

export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export function chordOf(press: KeyPress): string {
  const key = keyName(press);
  // A sign such as "?" or "+" already says that Shift was needed for it on this keyboard.
  const shift = press.shiftKey && (key.length > 1 || /[A-Z0-9]/.test(key));
  return [press.ctrlKey || press.metaKey ? "Mod" : "", press.altKey ? "Alt" : "", shift ? "Shift" : "", key]
    .filter(Boolean)
    .join("+");
}

function keyName({ key, code }: KeyPress): string {
  // Digits by position: French keyboards have them on Shift. The number pad counts only while it types digits.
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  if (digit) return digit;
  if (key === " ") return "Space";
  if (/^[a-z]$/i.test(key)) return key.toUpperCase();
  // Cyrillic, Greek ... and Alt on a Mac: take the letter printed at that position.
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  return letter && key.length === 1 ? letter : key;
}

/** The first enabled command of the table that has this chord, by the keys that somebody may have chosen. */
export function commandFor<E>(
  table: readonly Command<E>[],
  chord: string,
  editor: E,
  keysOf: (id: CommandId) => readonly string[],
): Command<E> | null {
  return table.find((command) => keysOf(command.id).includes(chord) && command.enabled(editor)) ?? null;
}

/** A chord as a person reads it. */
export function spokenChord(chord: string, mac = false): string {
  const names: Record<string, string> = {
    Mod: mac ? "⌘" : "Ctrl",
    Alt: mac ? "⌥" : "Alt",
    ArrowLeft: "←",
    ArrowRight: "→",
    ArrowUp: "↑",
    ArrowDown: "↓",
    Escape: "Esc",
  };
  const parts = chord === "+" ? ["+"] : chord.split("+").map((part) => part || "+");
  return parts.map((part) => names[part] ?? part).join(mac ? " " : "+");
}
