/** Corners of the selected instance's polygons: press one to move it, a side to make one, with Alt to remove one. */
import type { Editor } from "../editor/Editor";
import { POINT_RADIUS } from "../editor/hit";
import { setMask } from "../editor/instance";
import type { EditorInstance, ToolEvent } from "../editor/types";
import { selectedMask } from "../editor/verbs/masks";
import { inPicture, insertVertex, moveVertex, nearestSide, nearestVertex, removeVertex, vertexCount } from "../geometry/polygons";
import type { Polygon } from "../geometry/polygons";
import type { XY } from "../geometry/types";
import type { Drag } from "./drags";

const SIDE_RADIUS = 6;

export interface Corner {
  readonly instance: EditorInstance;
  readonly parts: readonly Polygon[];
  readonly part: number;
  readonly index: number;
  /** A side rather than a corner: the one that begins there. */
  readonly side: boolean;
}

/** The corner near `at`, else the side there. */
export function cornerAt(editor: Editor, at: XY): Corner | null {
  const chosen = selectedMask(editor);
  if (chosen?.shape.kind !== "polygons" || !editor.options.value.masks) return null;
  const { scale } = editor.camera.value;
  const { parts } = chosen.shape;
  const nearest = (find: typeof nearestVertex, reach: number, side: boolean): Corner | null => {
    const found = parts.map((polygon, part) => ({ part, ...find(polygon, at) })).sort((a, b) => a.distance - b.distance)[0];
    if (!found || found.distance * scale > reach) return null;
    return { instance: chosen.instance, parts, part: found.part, index: found.index, side };
  };
  return nearest(nearestVertex, POINT_RADIUS, false) ?? nearest(nearestSide, SIDE_RADIUS, true);
}

function withPart(corner: Corner, polygon: Polygon): unknown {
  return corner.parts.with(corner.part, polygon);
}

/** Move the corner; on a side make one first. One gesture either way. */
export function dragCorner(editor: Editor, corner: Corner, start: ToolEvent): Drag {
  const media = editor.media.value;
  const own = corner.parts[corner.part] ?? [];
  const place = ({ image }: ToolEvent): XY => inPicture(image, media?.width ?? 0, media?.height ?? 0);
  const polygon = corner.side ? insertVertex(own, corner.index, place(start)) : own;
  const index = corner.side ? corner.index + 1 : corner.index;
  const { id, category } = corner.instance;
  const show = (moved: Polygon): void => {
    const now = editor.store.get(id);
    if (now) editor.edits.preview(setMask(now, withPart(corner, moved)));
  };
  let moved = false;
  editor.begin(`${corner.side ? "Add" : "Move"} corner of ${category}`);
  if (corner.side) show(polygon);
  return {
    move(event) {
      moved ||= Math.hypot(event.screen.x - start.screen.x, event.screen.y - start.screen.y) >= 3;
      if (moved) show(moveVertex(polygon, index, place(event)));
    },
    end() {
      editor.edits.commit();
    },
  };
}

/** A part with too few corners left goes, and with the last part the mask. */
export function removeCorner(editor: Editor, corner: Corner): void {
  const own = corner.parts[corner.part] ?? [];
  const rest = vertexCount(own) > 3 ? withPart(corner, removeVertex(own, corner.index)) : corner.parts.toSpliced(corner.part, 1);
  const mask = Array.isArray(rest) && rest.length ? rest : null;
  editor.change(`Remove corner of ${corner.instance.category}`, [setMask(corner.instance, mask)]);
}
