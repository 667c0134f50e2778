/** Which other media has open work: no labels at all, or doubtful points. */
import { api } from "../api/client";
import type { EditorRoute } from "../editor/types";

export interface Place {
  readonly media: number;
  readonly frame: number;
}

/** The id at a place in the project's list of media without labels, and how long that list is. */
type Unlabelled = (query: { after?: number; offset?: number }) => Promise<{ id: number | null; total: number }>;

export function unlabelledOf(project: number, labelSet: number): Unlabelled {
  return async ({ after = 0, offset = 0 }) => {
    const query = { after, offset, limit: 1, label_set: labelSet, name: null, state: "unlabelled" } as const;
    const { media, total } = await api.mediaList(project, query, AbortSignal.timeout(10_000));
    return { id: media[0]?.id ?? null, total };
  };
}

/** The nearest one after (1) or before (-1) a media; lists are in the order of ids. */
export async function nearestOpen(unlabelled: Unlabelled, routes: readonly EditorRoute[], media: number, step: 1 | -1): Promise<Place | null> {
  const open = routes.filter((route) => route.state === "open" && (route.media - media) * step > 0);
  const doubtful = open.reduce<Place | null>((best, { media: id, frame }) => {
    const nearer = !best || (best.media - id) * step > 0 || (best.media === id && (best.frame - frame) * step > 0);
    return nearer ? { media: id, frame } : best;
  }, null);
  const bare = step === 1 ? (await unlabelled({ after: media })).id : await lastBefore(unlabelled, media);
  if (bare === null) return doubtful;
  return doubtful && (bare - doubtful.media) * step >= 0 ? doubtful : { media: bare, frame: 0 };
}

/** The list is only read forwards, so the place in it is halved in on. */
async function lastBefore(unlabelled: Unlabelled, media: number): Promise<number | null> {
  let found: number | null = null;
  let low = 0;
  let high = (await unlabelled({})).total;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { id } = await unlabelled({ offset: middle });
    if (id !== null && id < media) {
      found = id;
      low = middle + 1;
    } else high = middle;
  }
  return found;
}
