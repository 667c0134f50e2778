import type { Editor } from "../Editor";
import type { Command, CommandId } from "../types";
import { halve, placeHere, steer } from "../verbs/steering";

const placing = (editor: Editor): boolean => editor.placing.value !== null;

const DIRECTIONS = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] } as const;
const STEPS = [
  { suffix: "", chord: "", size: 1, words: "one step" },
  { suffix: ".far", chord: "Shift+", size: 10, words: "ten steps" },
  { suffix: ".fine", chord: "Alt+", size: 0.1, words: "0.1 px" },
] as const;

function arrow(direction: string): string {
  return `Arrow${direction.charAt(0).toUpperCase()}${direction.slice(1)}`;
}

function moves(): Command<Editor>[] {
  return Object.entries(DIRECTIONS).flatMap(([direction, [dx, dy]]): Command<Editor>[] => [
    ...STEPS.map(({ suffix, chord, size, words }) => ({
      id: `place.cursor.${direction}${suffix}` as CommandId,
      title: `Cursor ${direction} by ${words}`,
      group: "Placing" as const,
      keys: [`${chord}${arrow(direction)}`],
      run: (editor: Editor) => steer(editor, dx * size, dy * size),
      enabled: placing,
    })),
    {
      id: `place.cursor.${direction}.half`,
      title: `Cursor ${direction} by half of what is left`,
      group: "Placing",
      keys: [`Alt+Shift+${arrow(direction)}`],
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
