import type { Editor } from "../Editor";
import type { Command } from "../types";
import { startProposing } from "../verbs/proposing";

export const proposingCommands: readonly Command<Editor>[] = [
  {
    id: "tool.propose",
    title: "A model marks what is in a box",
    group: "Placing",
    keys: ["A"],
    run: startProposing,
    enabled: (e) => e.media.value !== null && e.hooks.proposer !== undefined,
  },
];
