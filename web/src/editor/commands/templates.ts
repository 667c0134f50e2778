import type { Editor } from "../Editor";
import type { Command } from "../types";
import { finishTemplate, startTemplate } from "../verbs/templates";

export const templateCommands: readonly Command<Editor>[] = [
  {
    id: "tool.template",
    title: "A template in a box; its points follow those you set",
    group: "Placing",
    keys: ["T"],
    run: startTemplate,
    enabled: (e) => e.media.value !== null && e.ready,
  },
  {
    id: "place.finishTemplate",
    title: "Template: all points are right",
    group: "Placing",
    keys: ["Enter"],
    run: finishTemplate,
    enabled: (e) => e.templates.open.value !== null && !e.placing.value && e.tool.value.id === "select",
  },
];
