/** A model's proposals, from the server. */
import { api } from "../api/client";
import type { Proposer } from "../editor/types";

/** A model that answers later than this (milliseconds) is not worth waiting for. */
const PATIENCE = 20_000;

export function proposerOf(ontology: number): Proposer {
  const patience = () => AbortSignal.timeout(PATIENCE);
  return {
    async ready(category, media, frame) {
      await api.proposeReady(media, frame, { category, ontology }, patience());
    },
    propose: (category, media, frame, box) =>
      api.propose(media, frame, { category, ontology, box: [...box] }, patience()).catch((error: unknown) => {
        throw (error as Partial<Error>).name === "ApiError" || (error as { status?: number }).status
          ? error
          : new Error("The model cannot be reached; the box stays, so place its points by hand (N) or try again later");
      }),
  };
}
