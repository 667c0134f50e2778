import type { Editor } from "../Editor";
import type { Command, CommandId, Visibility } from "../types";
import { setNextVisibility, skipKeypoint } from "../verbs/placing";
import { chooseAll } from "../verbs/choosing";
import { stepMissing } from "../verbs/missing";
import { judge, judgeHidden, judgedPoints, nudge, setVisibility, stepPoint, swapLimb, swapPoint, targetPoint } from "../verbs/points";
import { FAR_IN } from "../verbs/steering";
import { REASONS, reasonWords } from "../reasons";
import type { Reason } from "../reasons";
import { ARROWS } from "./arrows";

const onPoint = (editor: Editor): boolean => targetPoint(editor) !== null;
const opened = (editor: Editor): boolean => editor.media.value !== null;
/** Also while placing: there the key speaks of the next click. */
const judging = (editor: Editor): boolean => editor.placing.value !== null || judgedPoints(editor) !== null;

function say(editor: Editor, v: Visibility): void {
  if (!editor.placing.value) judge(editor, v);
  else if (v === 0) skipKeypoint(editor);
  else setNextVisibility(editor, v);
}

function because(reason: Reason, i: number): Command<Editor> {
  return {
    id: `point.hidden.${reason}`,
    title: `Hidden: ${reasonWords(reason)}`,
    group: "Points",
    keys: [`Shift+${String(i + 1)}`],
    run: (e) => (e.placing.value ? setNextVisibility(e, 1, reason) : judgeHidden(e, reason)),
    enabled: judging,
  };
}

const STEPS = [
  { suffix: "", chord: "", size: 1, words: "1 px (far in 0.1 px)" },
  { suffix: ".far", chord: "Shift+", size: 10, words: "10 px (far in 1 px)" },
  { suffix: ".fine", chord: "Alt+", size: 0.1, words: "0.1 px" },
] as const;
const FINEST = 0.1;

/** The step of a key in pixels of the picture: a tenth of it where the camera is so far in that it would be a leap. */
function stepOf(editor: Editor, size: number): number {
  return editor.camera.value.scale < FAR_IN ? size : Math.max(FINEST, size / 10);
}

function nudges(): Command<Editor>[] {
  return STEPS.flatMap(({ suffix, chord, size, words }) =>
    ARROWS.map(({ direction, key, dx, dy }) => ({
      id: `nudge.${direction}${suffix}` as CommandId,
      title: `Nudge ${direction} by ${words}`,
      group: "Points" as const,
      keys: [chord + key],
      run: (editor: Editor) => nudge(editor, dx * stepOf(editor, size), dy * stepOf(editor, size)),
      enabled: (editor: Editor) => !editor.placing.value && editor.selection.value.keypoint !== null && onPoint(editor),
    })),
  );
}

export const pointCommands: readonly Command<Editor>[] = [
  { id: "point.none", title: "Not labelled (while placing: skip)", group: "Points", keys: ["3", "0"], run: (e) => say(e, 0), enabled: judging },
  { id: "point.hidden", title: "Hidden", group: "Points", keys: ["1"], run: (e) => say(e, 1), enabled: judging },
  { id: "point.visible", title: "Visible", group: "Points", keys: ["2"], run: (e) => say(e, 2), enabled: judging },
  ...REASONS.map(because),
  {
    id: "point.delete",
    title: "Remove the chosen points",
    group: "Points",
    keys: ["Delete", "Backspace"],
    run: (e) => setVisibility(e, 0),
    enabled: (e) => !e.placing.value && e.selection.value.keypoint !== null && onPoint(e),
  },
  {
    id: "point.next",
    title: "Next point",
    group: "Points",
    keys: ["Tab"],
    run: (e) => stepPoint(e, 1),
    enabled: (e) => e.tool.value.id !== "tour" && e.selected.value !== null,
  },
  {
    id: "point.previous",
    title: "Previous point",
    group: "Points",
    keys: ["Shift+Tab"],
    run: (e) => stepPoint(e, -1),
    enabled: (e) => e.tool.value.id !== "tour" && e.selected.value !== null,
  },
  { id: "point.nextMissing", title: "Next keypoint without a label", group: "Points", keys: ["U"], run: (e) => stepMissing(e, 1), enabled: opened },
  { id: "point.previousMissing", title: "Previous keypoint without a label", group: "Points", keys: ["Shift+U"], run: (e) => stepMissing(e, -1), enabled: opened },
  { id: "point.swap", title: "Swap the chosen points with their mirror partners", group: "Points", keys: ["Alt+X"], run: swapPoint, enabled: onPoint },
  { id: "point.swapLimb", title: "Swap the limb with the other side's", group: "Points", keys: ["Shift+X"], run: swapLimb, enabled: onPoint },
  { id: "point.all", title: "Choose all points", group: "Points", keys: ["Mod+A"], run: chooseAll, enabled: (e) => e.selected.value !== null && !e.placing.value },
  ...nudges(),
];
