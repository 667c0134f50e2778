import type { Editor } from "../Editor";
import type { Command } from "../types";
import { finishPlacing, previousKeypoint, skipKeypoint, startPlacing } from "../verbs/placing";

const always = (): boolean => true;
const opened = (editor: Editor): boolean => editor.media.value !== null;
const placing = (editor: Editor): boolean => editor.placing.value !== null;

export const toolCommands: readonly Command<Editor>[] = [
  { id: "tool.select", title: "Select and move", group: "Tools", keys: ["V"], run: (e) => e.setTool("select"), enabled: always },
  { id: "tool.place", title: "Place keypoints", group: "Tools", keys: ["P"], run: (e) => e.setTool("place"), enabled: opened },
  { id: "tool.box", title: "Draw a box", group: "Tools", keys: ["B"], run: (e) => e.setTool("box"), enabled: opened },
  { id: "tool.pan", title: "Move the picture", group: "Tools", keys: ["H"], run: (e) => e.setTool("pan"), enabled: always },
  {
    id: "tool.tour",
    title: "Review doubtful points",
    group: "Review",
    keys: ["R"],
    run: (e) => e.setTool("tour"),
    enabled: (e) => e.routes.openCount > 0,
  },
  {
    id: "instance.new",
    title: "New instance",
    group: "Placing",
    keys: ["N"],
    run: (e) => {
      if (!e.categories.get(e.category.value)?.skeleton) e.setTool("box");
      else {
        e.setTool("place");
        startPlacing(e, true);
      }
    },
    enabled: opened,
  },
  { id: "place.skip", title: "Skip this keypoint", group: "Placing", keys: ["S"], run: skipKeypoint, enabled: placing },
  { id: "place.back", title: "Back one keypoint", group: "Placing", keys: ["Backspace"], run: previousKeypoint, enabled: placing },
  { id: "place.finish", title: "Finish the instance", group: "Placing", keys: ["Enter"], run: finishPlacing, enabled: (e) => placing(e) && !e.steering.value },
];
