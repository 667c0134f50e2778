/**
 * Frame-exact video in the browser: mediabunny reads the container, one VideoDecoder decodes, a few groups of pictures
 * are kept. Frame n is the n-th presentation time of the table that the import stored, so page and server agree.
 */
import { ALL_FORMATS, EncodedPacketSink, Input, UrlSource } from "mediabunny";
import type { EncodedPacket, InputVideoTrack } from "mediabunny";
import type { FrameSource } from "./source";

/** Decoded pictures kept, in bytes of RGBA; a 1080p picture has 8 MB. */
const BUDGET = 400e6;
/** Half of the shortest distance between frames that cameras make. */
const SAME_TIME = 0.002;

export class VideoPlayer implements FrameSource {
  readonly kind = "webcodecs";
  readonly #frames = new Map<number, VideoFrame>();
  readonly #kept: number;
  #wanted = -1;
  /** On the screen: not to be closed while it may be drawn again. */
  #shown = -1;
  /** Who waits for a frame that is not decoded yet; a newer one takes its place. */
  #waiter: { readonly n: number; readonly done: (arrived: boolean) => void; readonly failed: (error: unknown) => void } | null = null;
  /** Frame to have ready before it is asked for. */
  #ahead = -1;
  #working = false;

  private constructor(
    private readonly input: Input,
    private readonly sink: EncodedPacketSink,
    private readonly config: VideoDecoderConfig,
    private readonly times: readonly number[],
    private readonly offset: number,
    size: number,
  ) {
    this.#kept = Math.max(24, Math.floor(BUDGET / size));
  }

  /** Open a file for decoding, or null when this browser cannot decode it exactly. */
  static async open(address: string, times: readonly number[], width: number, height: number): Promise<VideoPlayer | null> {
    if (typeof VideoDecoder === "undefined" || !times.length) return null;
    const input = new Input({ source: new UrlSource(address), formats: ALL_FORMATS });
    try {
      const track = await input.getPrimaryVideoTrack();
      const config = await track?.getDecoderConfig();
      if (!track || !config || !(await VideoDecoder.isConfigSupported(config)).supported) return drop(input);
      const sink = new EncodedPacketSink(track);
      const offset = await agreement(sink, track, times);
      if (offset === null) return drop(input);
      return new VideoPlayer(input, sink, config, times, offset, width * height * 4);
    } catch {
      return drop(input);
    }
  }

  async frame(n: number): Promise<CanvasImageSource | null> {
    this.#wanted = n;
    if (!this.#frames.has(n)) {
      this.#waiter?.done(false);
      const arrived = await new Promise<boolean>((done, failed) => {
        this.#waiter = { n, done, failed };
        void this.#work();
      });
      if (!arrived) return null;
    }
    const found = this.#frames.get(n);
    if (this.#wanted !== n || !found) return null;
    this.#frames.delete(n);
    this.#frames.set(n, found);
    this.#shown = n;
    if (n + 1 < this.times.length && !this.#frames.has(n + 1)) {
      this.#ahead = n + 1;
      void this.#work();
    }
    return found;
  }

  close(): void {
    this.#wanted = -1;
    this.#ahead = -1;
    this.#waiter?.done(false);
    this.#waiter = null;
    for (const frame of this.#frames.values()) frame.close();
    this.#frames.clear();
    this.input.dispose();
  }

  /** Decode for whoever waits, then for what will be asked next; one decoder at a time. */
  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    try {
      while (this.#waiter || this.#ahead >= 0) {
        const waiter = this.#waiter;
        const n = waiter?.n ?? this.#ahead;
        this.#ahead = -1;
        try {
          await this.#decode(n);
          if (waiter && this.#waiter === waiter) throw new Error(`Frame ${String(n)} could not be decoded`);
        } catch (error) {
          if (waiter && this.#waiter === waiter) {
            this.#waiter = null;
            waiter.failed(error);
          }
        }
      }
    } finally {
      this.#working = false;
    }
  }

  /** Decode from the key frame of frame n through the rest of its group of pictures, unless somebody waits for another. */
  async #decode(n: number): Promise<void> {
    const at = (this.times[n] ?? 0) + this.offset;
    const first =
      (await this.sink.getKeyPacket(at + SAME_TIME, { verifyKeyPackets: true })) ??
      (await this.sink.getFirstKeyPacket({ verifyKeyPackets: true }));
    if (!first) return;
    let failure: Error | null = null;
    let newest = first.timestamp;
    const decoder = new VideoDecoder({
      output: (frame) => {
        newest = Math.max(newest, frame.timestamp / 1e6);
        this.#keep(frame);
      },
      error: (error) => {
        failure = error;
      },
    });
    decoder.configure(this.config);
    const last = (this.times[Math.min(n + Math.floor(this.#kept / 2), this.times.length - 1)] ?? 0) + this.offset;
    const elsewhere = (): boolean => {
      const waiting = this.#waiter && this.#waiter.n !== n ? (this.times[this.#waiter.n] ?? 0) + this.offset : null;
      return waiting !== null && (waiting < first.timestamp - SAME_TIME || waiting > newest + 1);
    };
    let next: EncodedPacket | null = first;
    let groups = 0;
    let beyond = 0;
    while (next && !failure && this.#wanted !== -1) {
      groups += next !== first && next.type === "key" ? 1 : 0;
      // Pictures shown before the next key frame may stand behind it in the file: a few packets more bring them out.
      beyond += groups > 0 || next.timestamp > last ? 1 : 0;
      if (beyond > 4 || elsewhere()) break;
      decoder.decode(next.toEncodedVideoChunk());
      if (decoder.decodeQueueSize > 4) {
        await new Promise((done) => decoder.addEventListener("dequeue", done, { once: true }));
      }
      next = await this.sink.getNextPacket(next);
    }
    try {
      if (!failure) await decoder.flush();
    } finally {
      if (decoder.state !== "closed") decoder.close();
    }
    if (failure) throw failure;
  }

  #keep(frame: VideoFrame): void {
    const n = rank(this.times, frame.timestamp / 1e6 - this.offset);
    if (n === null || this.#wanted === -1 || this.#frames.has(n)) {
      frame.close();
      return;
    }
    this.#frames.set(n, frame);
    if (this.#waiter?.n === n) {
      const { done } = this.#waiter;
      this.#waiter = null;
      done(true);
    }
    for (const [old, picture] of this.#frames) {
      if (this.#frames.size <= this.#kept) break;
      if (old === this.#wanted || old === this.#shown || old === n) continue;
      picture.close();
      this.#frames.delete(old);
    }
  }
}

function drop(input: Input): null {
  input.dispose();
  return null;
}

/** Position of a time in the table, or null when no frame is shown then (a hidden frame of an edit list). */
export function rank(times: readonly number[], at: number): number | null {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < at - SAME_TIME) low = middle + 1;
    else high = middle;
  }
  return Math.abs((times[low] ?? Infinity) - at) <= SAME_TIME ? low : null;
}

/**
 * What must be added to the server's times to get the container's, or null when the two disagree on the frames: then
 * the server's pictures are shown instead.
 */
async function agreement(sink: EncodedPacketSink, track: InputVideoTrack, times: readonly number[]): Promise<number | null> {
  const found: number[] = [];
  for await (const packet of sink.packets(undefined, undefined, { metadataOnly: true })) found.push(packet.timestamp);
  found.sort((a, b) => a - b);
  const first = await track.getFirstTimestamp();
  for (const shown of [found, found.filter((time) => time >= -SAME_TIME)]) {
    if (shown.length !== times.length) continue;
    const offset = (shown[0] ?? first) - (times[0] ?? 0);
    if (shown.every((time, n) => Math.abs(time - (times[n] ?? 0) - offset) <= SAME_TIME)) return offset;
  }
  return null;
}
