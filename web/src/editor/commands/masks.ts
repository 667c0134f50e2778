import type { Editor } from "../Editor";
import type { Command } from "../types";
import { boxFromMask, maskFromBox, maskFromPolygon, POLYGON_TOLERANCE, polygonFromMask, removeMask, selectedMask } from "../verbs/masks";

const painted = (editor: Editor): boolean => selectedMask(editor)?.shape.kind === "runs";
const drawn = (editor: Editor): boolean => selectedMask(editor)?.shape.kind === "polygons";

/** They come after the instance's own: the box goes around the points where there are any. */
export const maskCommands: readonly Command<Editor>[] = [
  { id: "mask.box", title: "Box around the mask", group: "Masks", keys: ["G"], run: boxFromMask, enabled: (e) => selectedMask(e) !== null },
  { id: "mask.fromBox", title: "Mask from the box", group: "Masks", keys: ["Alt+Shift+B"], run: maskFromBox, enabled: (e) => !!e.selected.value?.box },
  {
    id: "mask.toPolygon",
    title: `Polygon from the mask (within ${POLYGON_TOLERANCE} px)`,
    group: "Masks",
    keys: ["Alt+O"],
    run: polygonFromMask,
    enabled: painted,
  },
  { id: "mask.toPixels", title: "Pixels from the polygon", group: "Masks", keys: ["Alt+K"], run: maskFromPolygon, enabled: drawn },
  {
    id: "mask.remove",
    title: "Remove the mask",
    group: "Masks",
    keys: ["Alt+Delete", "Alt+Backspace"],
    run: removeMask,
    enabled: (e) => e.selected.value?.mask != null,
  },
  {
    id: "view.masks",
    title: "Show masks",
    group: "View",
    keys: ["Shift+V"],
    run: (e) => e.setOptions({ masks: !e.options.value.masks }),
    enabled: () => true,
  },
];
