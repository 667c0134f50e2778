import type { Editor } from "../Editor";
import type { Command } from "../types";
import { closePolygon, openPolygon, resizeBrush, takeBackCorner } from "../verbs/drawing";
import { boxFromMask, maskFromBox, maskFromPolygon, POLYGON_TOLERANCE, polygonFromMask, removeMask, selectedMask } from "../verbs/masks";

const painted = (editor: Editor): boolean => selectedMask(editor)?.shape.kind === "runs";
const drawn = (editor: Editor): boolean => selectedMask(editor)?.shape.kind === "polygons";

const STEP = 1.25;

const opened = (editor: Editor): boolean => editor.media.value !== null;
const drawing = (editor: Editor): boolean => openPolygon(editor) !== null;
const painting = (editor: Editor): boolean => editor.tool.value.id === "brush";

/** They come before others that have the same keys: while a polygon is drawn or the brush is out, the keys are theirs. */
export const drawingCommands: readonly Command<Editor>[] = [
  { id: "tool.polygon", title: "Draw a polygon", group: "Masks", keys: ["O"], run: (e) => e.setTool("polygon"), enabled: opened },
  { id: "mask.close", title: "Close the polygon", group: "Masks", keys: ["Enter"], run: closePolygon, enabled: drawing },
  { id: "mask.back", title: "Take the last corner back", group: "Masks", keys: ["Backspace", "Delete"], run: takeBackCorner, enabled: drawing },
  { id: "tool.brush", title: "Paint a mask", group: "Masks", keys: ["K"], run: (e) => e.setTool("brush"), enabled: opened },
  {
    id: "mask.erase",
    title: "Paint or erase",
    group: "Masks",
    keys: ["Shift+K"],
    run: ({ drawing: { erasing } }) => (erasing.value = !erasing.value),
    enabled: painting,
  },
  { id: "mask.larger", title: "Larger brush", group: "Masks", keys: ["]"], run: (e) => resizeBrush(e, STEP), enabled: painting },
  { id: "mask.smaller", title: "Smaller brush", group: "Masks", keys: ["["], run: (e) => resizeBrush(e, 1 / STEP), enabled: painting },
];

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
