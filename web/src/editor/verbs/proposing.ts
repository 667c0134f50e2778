/** A model's proposal for a drawn box: asked for, awaited while work goes on, and put into the frame it was asked for. */
import { batch, effect } from "@preact/signals-core";
import type { Editor } from "../Editor";
import { newId } from "../ids";
import { emptyInstance, setBox, setPoints } from "../instance";
import type { Awaited, Box, EditorInstance, Point, Proposal } from "../types";

/** Choose the tool; the model is made ready meanwhile, and what stands in its way is said before a box is drawn. */
export function startProposing(editor: Editor): void {
  editor.setTool("propose");
  const media = editor.media.value;
  if (!media) return;
  editor.hooks.proposer?.ready(editor.category.value, media.id, editor.frame.value).catch((error: unknown) => {
    if (editor.tool.value.id === "propose") editor.message(words(error));
  });
}

/** Ask for a proposal. Whatever comes of it, the box becomes an instance. */
export async function proposeIn(editor: Editor, box: Box): Promise<void> {
  const media = editor.media.value;
  const { proposer } = editor.hooks;
  if (!media || !proposer) return;
  const awaited: Awaited = { id: newId(), media: media.id, frame: editor.frame.value, category: editor.category.value, box };
  const empty = fresh(editor, awaited, media.kind === "video");
  editor.awaited.value = [...editor.awaited.value, awaited];
  let made = empty;
  let trouble = "";
  try {
    made = withProposal(empty, await proposer.propose(awaited.category, awaited.media, awaited.frame, box));
  } catch (error) {
    trouble = words(error);
  }
  await atRest(editor);
  batch(() => {
    editor.awaited.value = editor.awaited.value.filter((other) => other !== awaited);
    editor.edits.begin(trouble ? `Draw box of ${made.category}` : `Propose ${made.category}`, awaited.media, awaited.frame);
    editor.edits.preview(made);
    editor.edits.commit();
    const here = editor.media.value?.id === awaited.media && editor.frame.value === awaited.frame;
    if (here && !editor.placing.value && !editor.awaited.value.length) editor.select(made.id);
  });
  if (trouble) editor.message(trouble);
}

function fresh(editor: Editor, { id, category, media, frame, box }: Awaited, moving: boolean): EditorInstance {
  const count = editor.categories.get(category)?.skeleton?.names.length ?? 0;
  const empty = setBox(emptyInstance(id, category, media, frame, count), box);
  return moving ? { ...empty, track: id, keyed: new Uint8Array(count) } : empty;
}

function withProposal(empty: EditorInstance, { points, scores }: Proposal): EditorInstance {
  const labelled: [number, Point][] = [];
  for (let k = 0; 3 * k < points.length; k++) {
    const [x = 0, y = 0, v = 0] = points.slice(3 * k, 3 * k + 3);
    if (v) labelled.push([k, { x, y, v: v === 2 ? 2 : 1 }]);
  }
  return { ...setPoints(empty, labelled), scores: Float32Array.from(scores, (score) => score ?? NaN) };
}

/** A gesture in hand is never cut short by an answer that comes in its middle. */
function atRest(editor: Editor): Promise<void> {
  return new Promise((done) => {
    const look = (): void => {
      let rested = false;
      const stop = effect(() => {
        if (editor.edits.inHand.value === null) rested = true;
        if (rested) queueMicrotask(later);
      });
      // The gesture's own end comes first; another may have begun by then.
      function later(): void {
        stop();
        if (editor.edits.inHand.value === null) done();
        else look();
      }
    };
    look();
  });
}

function words(error: unknown): string {
  const { message = String(error), hint } = error as { message?: string; hint?: string };
  return [message, hint].filter(Boolean).join(": ");
}
