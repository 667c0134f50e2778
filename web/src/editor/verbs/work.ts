/** From one frame that still has open work to the next: one without any label, or with a doubtful point. */
import type { Editor } from "../Editor";

/** Of each frame of the open media, whether something is marked or computed there. */
function labelled(editor: Editor, media: number, frames: number): Uint8Array {
  const found = new Uint8Array(frames);
  for (const frame of editor.store.labelledFrames(media)) found[frame] = 1;
  for (const { presence } of editor.tracks.lanes(media)) for (const [from, to] of presence) found.fill(1, from, to + 1);
  return found;
}

function nextHere(editor: Editor, step: 1 | -1): number | null {
  const media = editor.media.value;
  if (!media) return null;
  const done = labelled(editor, media.id, media.frames);
  for (const route of editor.routes.list.value) if (route.state === "open" && route.media === media.id) done[route.frame] = 0;
  for (let frame = editor.frame.value + step; frame >= 0 && frame < media.frames; frame += step) if (!done[frame]) return frame;
  return null;
}

/** The next (1) or previous (-1) frame with open work, in this media or in another one. */
export async function toOpenWork(editor: Editor, step: 1 | -1): Promise<void> {
  const media = editor.media.value;
  if (!media) return;
  const frame = nextHere(editor, step);
  if (frame !== null) {
    editor.goTo(frame);
    return;
  }
  try {
    const other = await editor.hooks.onOpenWork?.(media.id, step);
    // Somebody who went elsewhere meanwhile stays there.
    if (editor.media.value?.id !== media.id) return;
    if (other) editor.jump(other.media, other.frame);
    else editor.message(step === 1 ? "No open work comes after this" : "No open work comes before this");
  } catch {
    editor.message("The server does not answer: where other open work is cannot be told now");
  }
}
