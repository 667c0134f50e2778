import type { Editor } from "../Editor";
import type { Command } from "../types";
import { stepFrame, toLabelled } from "../verbs/frames";
import { stepMedia } from "../verbs/media";
import { toOpenWork } from "../verbs/work";
import { acceptRoute, stepDoubtful, stepRoute } from "../verbs/review";

const STRIDE = 10;

const moving = (editor: Editor): boolean => (editor.media.value?.frames ?? 1) > 1;
const still = (editor: Editor): boolean => editor.media.value?.frames === 1;
const opened = (editor: Editor): boolean => editor.media.value !== null;
const doubting = (editor: Editor): boolean => editor.routes.openCount > 0;
const touring = (editor: Editor): boolean => editor.tool.value.id === "tour" && editor.route.value !== null;

export const frameCommands: readonly Command<Editor>[] = [
  // The arrows nudge while a point is selected: that command comes earlier in the table.
  { id: "frame.next", title: "Next frame", group: "Frames", keys: ["F", ".", "ArrowRight"], run: (e) => stepFrame(e, 1), enabled: moving },
  { id: "frame.previous", title: "Previous frame", group: "Frames", keys: ["D", ",", "ArrowLeft"], run: (e) => stepFrame(e, -1), enabled: moving },
  { id: "frame.forward", title: "Forward 10 frames", group: "Frames", keys: ["PageDown"], run: (e) => stepFrame(e, STRIDE), enabled: moving },
  { id: "frame.backward", title: "Back 10 frames", group: "Frames", keys: ["PageUp"], run: (e) => stepFrame(e, -STRIDE), enabled: moving },
  { id: "frame.first", title: "First frame", group: "Frames", keys: ["Home"], run: (e) => e.goTo(0), enabled: moving },
  { id: "frame.last", title: "Last frame", group: "Frames", keys: ["End"], run: (e) => e.goTo(Infinity), enabled: moving },
  { id: "frame.nextLabelled", title: "Next labelled frame", group: "Frames", keys: ["Mod+ArrowRight"], run: (e) => toLabelled(e, 1), enabled: moving },
  { id: "frame.previousLabelled", title: "Previous labelled frame", group: "Frames", keys: ["Mod+ArrowLeft"], run: (e) => toLabelled(e, -1), enabled: moving },
  { id: "task.next", title: "Next frame with open work: without labels, or with doubtful points", group: "Frames", keys: ["Mod+Alt+ArrowRight"], run: (e) => void toOpenWork(e, 1), enabled: opened },
  { id: "task.previous", title: "Previous frame with open work", group: "Frames", keys: ["Mod+Alt+ArrowLeft"], run: (e) => void toOpenWork(e, -1), enabled: opened },
  { id: "media.next", title: "Next image or video", group: "Frames", keys: ["Shift+F"], run: (e) => stepMedia(e, 1), enabled: opened },
  { id: "media.previous", title: "Previous image or video", group: "Frames", keys: ["Shift+D"], run: (e) => stepMedia(e, -1), enabled: opened },
  // One picture has no next frame, so there the keys of frames turn to the next media.
  { id: "image.next", title: "From an image to the next", group: "Frames", keys: ["F"], run: (e) => stepMedia(e, 1), enabled: still },
  { id: "image.previous", title: "From an image to the previous", group: "Frames", keys: ["D"], run: (e) => stepMedia(e, -1), enabled: still },
  { id: "route.accept", title: "Accept, and on to the next doubtful point", group: "Review", keys: ["Enter"], run: acceptRoute, enabled: touring },
  { id: "route.next", title: "Next doubtful point", group: "Review", keys: ["Tab"], run: (e) => stepRoute(e, 1), enabled: touring },
  { id: "route.nextAnywhere", title: "To the next doubtful point, from anywhere", group: "Review", keys: ["Y"], run: (e) => stepDoubtful(e, 1), enabled: doubting },
  { id: "route.previousAnywhere", title: "To the doubtful point before, from anywhere", group: "Review", keys: ["Shift+Y"], run: (e) => stepDoubtful(e, -1), enabled: doubting },
  { id: "route.previous", title: "Previous doubtful point", group: "Review", keys: ["Shift+Tab"], run: (e) => stepRoute(e, -1), enabled: touring },
];
