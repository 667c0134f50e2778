import type { Editor } from "../Editor";
import type { Command, CommandId } from "../types";
import { halve, placeHere, steer } from "../verbs/steering";
import { ARROWS } from "./arrows";

const placing = (editor: Editor): boolean => editor.placing.value !== null;

const STEPS = [
  { suffix: "", chord: "", size: 1, words: "one step" },
  { suffix: ".far", chord: "Shift+", size: 10, words: "ten steps" },
  { suffix: ".fine", chord: "Alt+", size: 0.1, words: "0.1 px" },
] as const;

function moves(): Command<Editor>[] {
  return ARROWS.flatMap(({ direction, key, dx, dy }): Command<Editor>[] => [
    ...STEPS.map(({ suffix, chord, size, words }) => ({
      id: `place.cursor.${direction}${suffix}` as CommandId,
      title: `Cursor ${direction} by ${words}`,
      group: "Placing" as const,
      keys: [chord + key],
      run: (editor: Editor) => steer(editor, dx * size, dy * size),
      enabled: placing,
    })),
    {
      id: `place.cursor.${direction}.half`,
      title: `Cursor ${direction} by half of what is left`,
      group: "Placing",
      keys: [`Alt+Shift+${key}`],
      run: (editor) => halve(editor, dx, dy),
      enabled: placing,
    },
  ]);
}

/** Before the commands of points and frames: while a point is to be placed, arrows move the cursor. */
export const steeringCommands: readonly Command<Editor>[] = [
  {
    id: "place.here",
    title: "Place the keypoint at the cursor that arrows moved",
    group: "Placing",
    keys: ["Enter", "Space"],
    run: placeHere,
    enabled: (e) => placing(e) && e.steering.value !== null,
  },
  ...moves(),
];
