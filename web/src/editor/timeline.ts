/** What a timeline shows: a window of frames, and the lanes of the open media's tracks, some opened into their joints. */
import { batch, computed, signal } from "@preact/signals-core";
import { clamp } from "../geometry/points";
import type { Editor } from "./Editor";
import type { PointLane, TrackLane } from "./lanes";
import { spoken } from "./ontology";
import type { LaneOf } from "./verbs/keys";

export interface LaneRow extends LaneOf {
  readonly name: string;
  readonly lane: TrackLane;
  /** null for a track as a whole. */
  readonly point: PointLane | null;
}

/** First frame of the window, and the first one after it; between frames while zooming. */
export type FrameWindow = readonly [from: number, to: number];

/** Fewer frames than this are never spread over the whole width. */
const FEWEST = 8;
/** Tracks longer than this are made-up ids. */
const READABLE = 12;

const NONE: readonly number[] = [];
const nameOf = (track: string, keypoint: number | null): string => `${track}/${String(keypoint)}`;

export class Timeline {
  readonly #window = signal<FrameWindow | null>(null);
  readonly opened = signal<ReadonlySet<string>>(new Set());
  /** The lanes can be seen; the strip of the whole film always can. */
  readonly shown = signal(true);
  #kept: readonly TrackLane[] = [];

  constructor(private readonly editor: Editor) {}

  /** The lanes as they were before the gesture in hand: a drag works none of them out. */
  readonly lanes = computed((): readonly TrackLane[] => {
    const { media, edits, store } = this.editor;
    const held = edits.inHand.value !== null;
    void store.version.value;
    if (!held) this.#kept = media.value ? store.tracks.lanes(media.value.id) : [];
    return this.#kept;
  });

  readonly rows = computed((): readonly LaneRow[] => this.lanes.value.flatMap((lane) => this.#rowsOf(lane)));

  #rowsOf(lane: TrackLane): LaneRow[] {
    const { track, category } = lane;
    const name = `${category} ${track.length > READABLE ? track.slice(0, 4) : track}`;
    const own: LaneRow = { track, keypoint: null, name, lane, point: null };
    if (!this.opened.value.has(track)) return [own];
    const names = this.editor.categories.get(category)?.skeleton?.names ?? [];
    const joints = names.map((joint, k) => ({ track, keypoint: k, name: spoken(joint), lane, point: lane.points[k] ?? null }));
    return [own, ...joints];
  }

  /** Frames of the open routes of a row, ascending. */
  readonly routed = computed((): ((row: LaneOf) => readonly number[]) => {
    const { routes, media, store } = this.editor;
    const found = new Map<string, number[]>();
    for (const route of routes.list.value) {
      if (route.state !== "open" || route.media !== media.value?.id) continue;
      const track = store.get(route.instance)?.track ?? null;
      if (track === null) continue;
      for (const place of [nameOf(track, null), nameOf(track, route.keypoint ?? -1)]) {
        const frames = found.get(place);
        if (frames) frames.push(route.frame);
        else found.set(place, [route.frame]);
      }
    }
    for (const frames of found.values()) frames.sort((a, b) => a - b);
    return ({ track, keypoint }) => found.get(nameOf(track, keypoint)) ?? NONE;
  });

  /** Open a track into its joints, or close it again. */
  toggle(track: string, open = !this.opened.value.has(track)): void {
    const opened = new Set(this.opened.value);
    if (open) opened.add(track);
    else opened.delete(track);
    this.opened.value = opened;
  }

  readonly window = computed((): FrameWindow => {
    return this.#window.value ?? [0, this.editor.media.value?.frames ?? 1];
  });

  /** Another media: all of it is shown. */
  reset(): void {
    batch(() => {
      this.#window.value = null;
      this.opened.value = new Set();
    });
  }

  /** Show more (factor above 1) or fewer frames, keeping `frame` where it is. */
  zoom(frame: number, factor: number): void {
    const [from, to] = this.window.value;
    const frames = this.editor.media.value?.frames ?? 1;
    const length = clamp((to - from) * factor, Math.min(FEWEST, frames), frames);
    const start = frame - ((frame - from) / (to - from)) * length;
    this.#show(start, length);
  }

  pan(frames: number): void {
    const [from, to] = this.window.value;
    this.#show(from + frames, to - from);
  }

  /** Move the window so that a frame is in it. */
  follow(frame: number): void {
    const [from, to] = this.window.value;
    if (frame < from || frame + 1 > to) this.#show(frame < from ? frame - (to - from) / 8 : frame + 1 - (7 * (to - from)) / 8, to - from);
  }

  #show(from: number, length: number): void {
    const frames = this.editor.media.value?.frames ?? 1;
    const start = clamp(from, 0, Math.max(0, frames - length));
    this.#window.value = length >= frames ? null : [start, start + length];
  }
}
