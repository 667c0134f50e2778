import type { Editor } from "../Editor";
import { labelledCount } from "../instance";
import type { Command } from "../types";
import { acceptSwap, declineSwap } from "../verbs/swapped";
import { nextCategory } from "../verbs/category";
import {
  boxFromPoints,
  cycleUnderCursor,
  deleteInstance,
  removeBox,
  removePoints,
  stepInstance,
  swapInstance,
} from "../verbs/instances";

const chosen = (editor: Editor): boolean => editor.selected.value !== null;
const pointed = (editor: Editor): boolean => !!editor.selected.value && labelledCount(editor.selected.value) > 0;
const some = (editor: Editor): boolean => editor.instances.value.length > 0;

export const instanceCommands: readonly Command<Editor>[] = [
  {
    id: "instance.delete",
    title: "Delete the instance",
    group: "Instances",
    keys: ["Shift+Delete", "Delete", "Backspace"],
    run: deleteInstance,
    enabled: (e) => chosen(e) && !e.placing.value,
  },
  { id: "instance.next", title: "Next instance", group: "Instances", keys: ["W", "]"], run: (e) => stepInstance(e, 1), enabled: some },
  { id: "instance.previous", title: "Previous instance", group: "Instances", keys: ["Q", "["], run: (e) => stepInstance(e, -1), enabled: some },
  { id: "instance.cycle", title: "Select what lies below at the cursor", group: "Instances", keys: ["E", "`"], run: cycleUnderCursor, enabled: some },
  { id: "instance.swap", title: "Swap left and right", group: "Instances", keys: ["X"], run: swapInstance, enabled: chosen },
  { id: "instance.swapOffered", title: "Swap the sides that look exchanged", group: "Instances", keys: ["Alt+Shift+X"], run: acceptSwap, enabled: (e) => e.swapOffer.value !== null },
  { id: "instance.sidesStand", title: "Left and right are as they should be", group: "Instances", keys: ["Alt+Shift+L"], run: declineSwap, enabled: (e) => e.swapOffer.value !== null },
  {
    id: "instance.category",
    title: "Change the category to the next one",
    group: "Instances",
    keys: ["Shift+Q"],
    run: nextCategory,
    enabled: (e) => chosen(e) && !e.placing.value && e.categories.size > 1,
  },
  { id: "instance.boxFromPoints", title: "Box around the points", group: "Instances", keys: ["G"], run: boxFromPoints, enabled: pointed },
  { id: "instance.removePoints", title: "Remove all points", group: "Instances", keys: ["Alt+Shift+Delete"], run: removePoints, enabled: pointed },
  { id: "instance.removeBox", title: "Remove the box", group: "Instances", keys: ["Alt+G"], run: removeBox, enabled: (e) => !!e.selected.value?.box },
];
