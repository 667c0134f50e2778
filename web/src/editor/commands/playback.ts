import type { Editor } from "../Editor";
import type { Command } from "../types";

const moving = (editor: Editor): boolean => (editor.media.value?.frames ?? 1) > 1;

export const playbackCommands: readonly Command<Editor>[] = [
  { id: "play.toggle", title: "Play, pause", group: "Playback", keys: ["Shift+Space"], run: (e) => e.playback.toggle(), enabled: moving },
  { id: "play.slower", title: "Play slower", group: "Playback", keys: ["{"], run: (e) => e.playback.stepSpeed(-1), enabled: moving },
  { id: "play.faster", title: "Play faster", group: "Playback", keys: ["}"], run: (e) => e.playback.stepSpeed(1), enabled: moving },
  {
    id: "play.range",
    title: "Loop from here, to here, off",
    group: "Playback",
    keys: ["Shift+R"],
    run: (e) => e.playback.markRange(),
    enabled: moving,
  },
  {
    id: "play.loop",
    title: "Begin anew at the end",
    group: "Playback",
    keys: ["Alt+R"],
    run: ({ playback }) => void (playback.looping.value = !playback.looping.value),
    enabled: moving,
  },
  {
    id: "view.lanes",
    title: "Show the lanes of the tracks",
    group: "View",
    keys: ["Alt+T"],
    run: ({ timeline }) => void (timeline.shown.value = !timeline.shown.value),
    enabled: moving,
  },
  {
    id: "view.onionSkin",
    title: "Neighbouring frames shine through: none, one, two",
    group: "View",
    keys: ["Shift+O"],
    run: (e) => e.setOptions({ onionSkin: (e.options.value.onionSkin + 1) % 3 }),
    enabled: moving,
  },
];
