/** A media with its labels and its pictures, all fetched at once. */
import { address, api, type Schemas } from "../api/client";
import type { EditorInstance, EditorMedia } from "../editor/types";
import { clamp } from "../geometry/points";
import { fromWire } from "../sync/wire";
import { openSource } from "../video/open";
import type { FrameSource } from "../video/source";

export interface OpenedMedia {
  readonly media: Schemas["MediaOut"];
  readonly instances: readonly EditorInstance[];
  readonly source: FrameSource;
}

export async function openMedia(labelSet: number, id: number, frame: number): Promise<OpenedMedia> {
  const labels = api.instances(labelSet, id);
  // Until somebody waits for them, a failure of theirs is nobody's.
  labels.catch(() => undefined);
  const media = await api.media(id, labelSet);
  const source = await openSource({
    ...media,
    times: media.times ?? null,
    rotated: media.rotation !== 0,
    address: address.file(id),
    frameAddress: (n) => address.frame(id, n),
  });
  // Whoever asks for it next finds it on its way.
  source.frame(clamp(frame, 0, media.frames - 1)).catch(() => undefined);
  try {
    return { media, instances: (await labels).instances.map(fromWire), source };
  } catch (error) {
    source.close();
    throw error;
  }
}

export function asEditorMedia(media: Schemas["MediaOut"]): EditorMedia {
  const { id, kind, name, width, height, frames } = media;
  const times = media.times ? { times: media.times } : {};
  const [rate = 0, unit = 1] = media.fps;
  return { id, kind, name, width, height, frames, fps: rate / unit, ...times };
}
