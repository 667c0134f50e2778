/**
 * Everything a person can do, in one table. Key bindings, command palette and cheat sheet are made from it. Where two
 * commands share a key, the first enabled one has it, so the more particular stands earlier.
 */
import type { Editor } from "../Editor";
import { chordOf, commandFor } from "../keymap";
import { keysOf, tableOfKeys } from "../ownKeys";
import type { KeyPress } from "../keymap";
import type { Command, CommandGroup, CommandId } from "../types";
import { conflictCommands } from "./conflicts";
import { frameCommands } from "./frames";
import { instanceCommands } from "./instances";
import { looksCommands } from "./looks";
import { jointCommands } from "./joint";
import { drawingCommands, maskCommands } from "./masks";
import { pageCommands } from "./page";
import { playbackCommands } from "./playback";
import { pointCommands } from "./points";
import { trackCommands } from "./tracks";
import { proposingCommands } from "./proposing";
import { steeringCommands } from "./steering";
import { templateCommands } from "./templates";
import { toolCommands } from "./tools";
import { viewCommands } from "./view";

export const COMMANDS: readonly Command<Editor>[] = [
  ...conflictCommands,
  ...drawingCommands,
  ...toolCommands,
  ...proposingCommands,
  ...templateCommands,
  ...jointCommands,
  ...steeringCommands,
  ...pointCommands,
  ...instanceCommands,
  ...maskCommands,
  ...trackCommands,
  ...frameCommands,
  ...playbackCommands,
  ...viewCommands,
  ...looksCommands,
  ...pageCommands,
];

tableOfKeys(COMMANDS);

const BY_ID = new Map<CommandId, Command<Editor>>(COMMANDS.map((command) => [command.id, command]));

/** While the pointer holds something, only these may be reached by key. */
const WHILE_IN_HAND = new Set<CommandId>(["cancel", "history.undo"]);

/** Run a command by name; false when it is not enabled now. */
export function run(editor: Editor, id: CommandId): boolean {
  const command = BY_ID.get(id);
  if (!command) throw new Error(`There is no command ${id}`);
  if (!command.enabled(editor)) return false;
  act(editor, command);
  return true;
}

function act(editor: Editor, command: Command<Editor>): void {
  if (command.whole && editor.arrival.refuses()) return;
  command.run(editor);
}

/** Run what a key press stands for. True when it stood for something: then the page must not act on it too. */
export function pressKey(editor: Editor, press: KeyPress): boolean {
  const command = commandFor(COMMANDS, chordOf(press), editor, keysOf);
  if (!command) return false;
  if (editor.edits.inHand.value === null || WHILE_IN_HAND.has(command.id)) act(editor, command);
  return true;
}

/** The table by group, for a palette or a cheat sheet. */
export function commandGroups(): ReadonlyMap<CommandGroup, readonly Command<Editor>[]> {
  const groups = new Map<CommandGroup, Command<Editor>[]>();
  for (const command of COMMANDS) groups.set(command.group, [...(groups.get(command.group) ?? []), command]);
  return groups;
}
