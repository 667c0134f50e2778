import type { Editor } from "../Editor";
import type { Command } from "../types";
import { changeJoint, changeStride, judgeJoint, stepJoint } from "../verbs/joint";

const active = (editor: Editor): boolean => editor.tool.value.id === "joint";
const filming = (editor: Editor): boolean => active(editor) && (editor.media.value?.frames ?? 1) > 1;

/** Before the commands of points in the table: while one joint is followed, their keys judge it and go on. */
export const jointCommands: readonly Command<Editor>[] = [
  {
    id: "tool.joint",
    title: "One joint through all frames",
    group: "Tools",
    keys: ["J"],
    run: (e) => e.setTool("joint"),
    enabled: (e) => e.media.value !== null,
  },
  { id: "joint.accept", title: "One joint: right where it is, and on", group: "Placing", keys: ["Enter", "2"], run: (e) => judgeJoint(e, 2), enabled: active },
  { id: "joint.hidden", title: "One joint: hidden where it is, and on", group: "Placing", keys: ["1"], run: (e) => judgeJoint(e, 1), enabled: active },
  { id: "joint.absent", title: "One joint: not there, and on", group: "Placing", keys: ["0", "3"], run: (e) => judgeJoint(e, 0), enabled: active },
  { id: "joint.skip", title: "One joint: on without judging", group: "Placing", keys: ["S"], run: (e) => stepJoint(e, 1), enabled: active },
  { id: "joint.back", title: "One joint: back", group: "Placing", keys: ["Backspace"], run: (e) => stepJoint(e, -1), enabled: active },
  { id: "joint.next", title: "One joint: the next joint", group: "Placing", keys: ["Tab"], run: (e) => changeJoint(e, 1), enabled: active },
  { id: "joint.previous", title: "One joint: the joint before", group: "Placing", keys: ["Shift+Tab"], run: (e) => changeJoint(e, -1), enabled: active },
  { id: "joint.wider", title: "One joint: longer steps", group: "Placing", keys: ["]"], run: (e) => changeStride(e, 1), enabled: filming },
  { id: "joint.narrower", title: "One joint: shorter steps", group: "Placing", keys: ["["], run: (e) => changeStride(e, -1), enabled: filming },
];
