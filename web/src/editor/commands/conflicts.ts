import type { Editor } from "../Editor";
import type { Command } from "../types";

const open = (editor: Editor): boolean => editor.conflict.value !== null;

/** First of all: while two versions stand against each other, these keys decide between them. */
export const conflictCommands: readonly Command<Editor>[] = [
  { id: "page.keepMine", title: "Conflict: keep mine", group: "Review", keys: ["M"], run: (e) => e.conflict.value?.resolve("mine"), enabled: open },
  { id: "page.takeTheirs", title: "Conflict: take theirs", group: "Review", keys: ["T"], run: (e) => e.conflict.value?.resolve("theirs"), enabled: open },
];
