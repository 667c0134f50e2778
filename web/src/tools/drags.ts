/** What a press can hold on to: a point, a whole instance, a grip of a box, a box. Several tools share these. */
import { wordsFor } from "../editor/chosen";
import type { Editor } from "../editor/Editor";
import { moveInstance, point, setBox, setMask, setPoints } from "../editor/instance";
import { moveMask } from "../editor/mask";
import type { BoxHandle, EditorInstance, ToolEvent, XY } from "../editor/types";
import { moveBox, resizeBox } from "../geometry/boxes";

/** One press. `move` begins the gesture only once the pointer has really moved, so a click moves nothing. */
export interface Drag {
  move(event: ToolEvent): void;
  end(): void;
}

/** CSS pixels that a pointer may tremble during a click. */
export const TREMBLE = 3;

type Step = (now: EditorInstance, event: ToolEvent) => EditorInstance;

export function drag(editor: Editor, id: string, title: string, start: ToolEvent, step: Step): Drag {
  let begun = false;
  return {
    move(event) {
      const away = Math.hypot(event.screen.x - start.screen.x, event.screen.y - start.screen.y);
      if (!begun && away < TREMBLE) return;
      if (!begun) editor.begin(title);
      begun = true;
      // Always from the record as it is now: a save that came back in mid-drag may have changed other points of it.
      const now = editor.store.get(id);
      if (now) editor.edits.preview(step(now, event));
    },
    end() {
      if (begun) editor.edits.commit();
    },
  };
}

/** The point keeps its distance to the cursor: taking hold of it off-centre does not make it jump. */
export function dragPoint(editor: Editor, instance: EditorInstance, keypoint: number, start: ToolEvent): Drag {
  return dragPoints(editor, instance, [keypoint], start);
}

/** Points that move as one. */
export function dragPoints(editor: Editor, instance: EditorInstance, keypoints: readonly number[], start: ToolEvent): Drag {
  const from = keypoints.map((k) => [k, point(instance, k)] as const).filter(([, at]) => at.v || keypoints.length === 1);
  const words = wordsFor(editor.skeleton(instance), keypoints);
  return drag(editor, instance.id, `Move ${words}`, start, (now, { image }) => {
    const dx = image.x - start.image.x;
    const dy = image.y - start.image.y;
    return setPoints(now, from.map(([k, at]) => [k, { x: at.x + dx, y: at.y + dy, v: point(now, k).v || 2 }] as const));
  });
}

export function dragInstance(editor: Editor, instance: EditorInstance, start: ToolEvent): Drag {
  let last: XY = start.image;
  return drag(editor, instance.id, `Move ${instance.category}`, start, (now, { image }) => {
    const moved = moveInstance(now, image.x - last.x, image.y - last.y);
    last = image;
    return setMask(moved, moveMask(instance.mask, image.x - start.image.x, image.y - start.image.y));
  });
}

export function dragHandle(editor: Editor, instance: EditorInstance, handle: BoxHandle, start: ToolEvent): Drag {
  const { box } = instance;
  return drag(editor, instance.id, `Resize box of ${instance.category}`, start, (now, { image }) =>
    box ? setBox(now, resizeBox(box, handle, image.x - start.image.x, image.y - start.image.y)) : now,
  );
}

export function dragBox(editor: Editor, instance: EditorInstance, start: ToolEvent): Drag {
  const { box } = instance;
  return drag(editor, instance.id, `Move box of ${instance.category}`, start, (now, { image }) =>
    box ? setBox(now, moveBox(box, image.x - start.image.x, image.y - start.image.y)) : now,
  );
}
