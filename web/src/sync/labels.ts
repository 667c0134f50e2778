/** The labels of a long film that are not near the frame that was opened: fetched piece by piece, outwards from there. */
import { clamp } from "../geometry/points";
import type { Span } from "../editor/lanes";
import type { EditorInstance } from "../editor/types";

/** Instances in one piece: few enough that taking them in holds up no picture. */
const PIECE = 1000;
const FEWEST_FRAMES = 25;
const MOST_FRAMES = 4000;
const FIRST_FRAMES = 250;
const SOONEST = 500;
const SLOWEST = 30_000;

export interface RestOfLabels {
  readonly frames: number;
  /** The stretch that is here already. */
  readonly here: Span;
  /** The instances of frames `first` to `last`, both included. */
  readonly fetch: (first: number, last: number, signal: AbortSignal) => Promise<readonly EditorInstance[]>;
  /** The frame on the screen: the way towards it is gone first. */
  readonly current: () => number;
  /** A piece, and the stretch that is here with it; null when that is all. */
  readonly take: (instances: readonly EditorInstance[], here: Span | null) => void;
  /** No answer, and how often that happened in a row; it is tried again. */
  readonly failed: (error: unknown, times: number) => void;
}

export async function fetchRest(setup: RestOfLabels, signal: AbortSignal): Promise<void> {
  const end = setup.frames - 1;
  let [first, last] = setup.here;
  let stride = FIRST_FRAMES;
  let failures = 0;
  while (!signal.aborted && (first > 0 || last < end)) {
    const frame = setup.current();
    const back = first > 0 && (last === end || frame - first < last - frame);
    const piece: Span = back ? [Math.max(0, first - stride), first - 1] : [last + 1, Math.min(end, last + stride)];
    try {
      const instances = await setup.fetch(...piece, signal);
      if (signal.aborted) return;
      [first, last] = [Math.min(first, piece[0]), Math.max(last, piece[1])];
      failures = 0;
      setup.take(instances, first === 0 && last === end ? null : [first, last]);
      const fitting = Math.round((stride * PIECE) / Math.max(instances.length, 1));
      stride = clamp(fitting, FEWEST_FRAMES, Math.min(MOST_FRAMES, 4 * stride));
      await pause(0, signal);
    } catch (error) {
      if (signal.aborted) return;
      setup.failed(error, ++failures);
      await pause(Math.min(SLOWEST, SOONEST * 2 ** failures), signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
}
