/** How poses usually look, asked of the server: once the first picture stands, and again as labels come. */
import { effect, untracked } from "@preact/signals-core";
import { api } from "../api/client";
import type { Editor } from "../editor/Editor";
import { PosePrior } from "../geometry/prior";

/** A template that is taken up later than this after the last answer asks again, in milliseconds. */
const STALE = 60_000;

/** Keep `editor.priors` up to date until the returned function is called. */
export function keepPriors(editor: Editor, labelSet: number): () => void {
  let asked = -Infinity;
  let ended = false;
  const ask = async (): Promise<void> => {
    asked = performance.now();
    try {
      const { priors } = await api.priors(labelSet);
      const known = Object.entries(priors).map(([name, prior]) => [name, new PosePrior(prior)] as const);
      if (!ended) editor.priors.value = new Map(known);
    } catch {
      // Templates say what is missing when one is wanted, and ask again; nothing else waits for a prior.
      asked -= STALE;
    }
  };
  const stop = effect(() => {
    if (!editor.picture.value) return;
    const wanted = editor.tool.value.id === "template";
    untracked(() => {
      if (asked === -Infinity || (wanted && performance.now() - asked > STALE)) void ask();
    });
  });
  return () => {
    ended = true;
    stop();
  };
}
