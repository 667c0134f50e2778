/** Which media stand before and after one in its project. The server lists media by id, a page at a time. */
import { api } from "../api/client";
import type { Neighbours } from "../editor/types";

/** The most that one page of the list holds. */
const PAGE = 100;

export async function neighboursOf(project: number, media: number): Promise<Neighbours> {
  const [behind, ahead] = await Promise.all([
    lastBefore(project, media, Math.max(0, media - PAGE)),
    api.mediaList(project, null, media),
  ]);
  // Ids of one project may lie far apart where a database holds several: then the list is read from its start.
  const before = behind ?? (media > PAGE ? await lastBefore(project, media, 0) : null);
  return { before, after: ahead.media[0]?.id ?? null };
}

async function lastBefore(project: number, media: number, from: number): Promise<number | null> {
  let found: number | null = null;
  for (let after: number | null = from; after !== null; ) {
    const page = await api.mediaList(project, null, after);
    found = page.media.findLast(({ id }) => id < media)?.id ?? found;
    after = page.media.every(({ id }) => id < media) ? (page.next ?? null) : null;
  }
  return found;
}
