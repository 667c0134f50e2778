import type { Editor } from "../Editor";
import type { Command } from "../types";

const always = (): boolean => true;

export const pageCommands: readonly Command<Editor>[] = [
  { id: "page.palette", title: "Find a command, frame, instance or keypoint", group: "View", keys: ["Mod+K", "Mod+Shift+P"], run: (e) => (e.dialog.value = "palette"), enabled: always },
  { id: "page.keys", title: "All keys", group: "View", keys: ["?"], run: (e) => (e.dialog.value = "keys"), enabled: always },
];
