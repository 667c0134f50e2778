/** A media with its pictures and the labels near one of its frames, all fetched at once. */
import { address, api, type Schemas } from "../api/client";
import type { Span } from "../editor/lanes";
import type { EditorInstance, EditorMedia } from "../editor/types";
import { clamp } from "../geometry/points";
import { fromWire } from "../sync/wire";
import { openSource } from "../video/open";
import type { FrameSource } from "../video/source";

/** Frames before and after the opened one whose labels come with it. */
const NEAR = 60;

export interface OpenedMedia {
  readonly media: Schemas["MediaOut"];
  /** The frames whose instances these are; null: all. */
  readonly here: Span | null;
  readonly instances: readonly EditorInstance[];
  readonly source: FrameSource;
}

export async function openMedia(labelSet: number, id: number, frame: number): Promise<OpenedMedia> {
  const near = (at: number): Span => [Math.max(0, at - NEAR), at + NEAR];
  const labels = api.instances(labelSet, id, ...near(frame));
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
  const shown = clamp(frame, 0, media.frames - 1);
  source.frame(shown).catch(() => undefined);
  try {
    const { instances } = await (shown === frame ? labels : api.instances(labelSet, id, ...near(shown)));
    return { media, here: stretch(near(shown), media.frames), instances: instances.map(fromWire), source };
  } catch (error) {
    source.close();
    throw error;
  }
}

/** The part of the wanted frames that the media has; null for all of it. */
function stretch([first, last]: Span, frames: number): Span | null {
  return first === 0 && last >= frames - 1 ? null : [first, Math.min(last, frames - 1)];
}

export function asEditorMedia(media: Schemas["MediaOut"]): EditorMedia {
  const { id, kind, name, width, height, frames } = media;
  const times = media.times ? { times: media.times } : {};
  const [rate = 0, unit = 1] = media.fps;
  return { id, kind, name, width, height, frames, fps: rate / unit, ...times };
}
