import type { Editor } from "../Editor";
import type { Command } from "../types";
import { isolateKeypoint, resetTone, stepTone, toned } from "../verbs/looks";
import type { ToneName } from "../verbs/looks";
import { targetPoint } from "../verbs/points";

type Switch = "othersHidden" | "loupe" | "pixelGrid";

function toggle(id: `view.${string}`, what: Switch, title: string, key: string): Command<Editor> {
  const run = (editor: Editor): void => editor.setOptions({ [what]: !editor.options.value[what] });
  return { id, title, group: "View", keys: [key], run, enabled: () => true };
}

function tones(tone: ToneName, more: string, less: string, keys: readonly [string, string]): Command<Editor>[] {
  return [
    { id: `view.${tone}Up`, title: more, group: "View", keys: [keys[0]], run: (e) => stepTone(e, tone, 1), enabled: () => true },
    { id: `view.${tone}Down`, title: less, group: "View", keys: [keys[1]], run: (e) => stepTone(e, tone, -1), enabled: () => true },
  ];
}

export const looksCommands: readonly Command<Editor>[] = [
  toggle("view.others", "othersHidden", "Hide other instances", "Shift+A"),
  {
    id: "view.isolate",
    title: "Show one keypoint of every instance, nothing else",
    group: "View",
    keys: ["Shift+K"],
    run: isolateKeypoint,
    // With the brush, Shift+K erases.
    enabled: (e) => e.tool.value.id !== "brush" && (e.options.value.onlyKeypoint !== null || targetPoint(e) !== null),
  },
  toggle("view.loupe", "loupe", "Show the loupe", "Shift+M"),
  toggle("view.pixelGrid", "pixelGrid", "Show the pixel grid", "Shift+G"),
  ...tones("brightness", "Brighter picture", "Darker picture", ["Alt+=", "Alt+-"]),
  ...tones("contrast", "More contrast", "Less contrast", ["Alt+]", "Alt+["]),
  ...tones("gamma", "Lift the shadows (gamma)", "Deepen the shadows (gamma)", ["Alt+.", "Alt+,"]),
  { id: "view.plain", title: "Picture as it is", group: "View", keys: ["Alt+0"], run: resetTone, enabled: toned },
];
