/**
 * Frame-exact video in the browser: mediabunny reads the container, one VideoDecoder decodes, a few groups of pictures
 * are kept. Frame n is the n-th presentation time of the table that the import stored, so page and server agree.
 */
import { EncodedPacketSink, Input, MATROSKA, MP4, MPEG_TS, QTFF, UrlSource, WEBM } from "mediabunny";
import type { EncodedPacket } from "mediabunny";
import type { FrameSource } from "./source";
import { agreement, lastBefore, rank, tolerance } from "./times";

/** Those that hold films; readers of sound alone would only make the program longer. */
const CONTAINERS = [MP4, QTFF, MATROSKA, WEBM, MPEG_TS];
/** Decoded pictures kept, in bytes of RGBA; a 1080p picture has 8 MB. */
const BUDGET = 400e6;
/** Chunks that wait in the decoder: enough that it never idles. */
const QUEUE = 8;
/** On the way to where somebody jumped: so many that it need not wait for a page that is busy drawing. */
const RUSH = 300;
/** Milliseconds after a jump before more is decoded: the picture is drawn first, and a next jump finds nothing in its way. */
const REST = 40;
/** Frames to have ready in the direction of travel. */
const AHEAD = 12;
/** A frame that was passed is worth as much as one so many times as far ahead. */
const BEHIND = 4;
/** Pictures shown before a key frame may stand behind it in the file: so many packets more bring them out. */
const REORDERED = 4;

/** Who waits for a frame that is not decoded yet; a newer one takes its place. */
interface Waiter {
  readonly n: number;
  readonly done: (arrived: boolean) => void;
  readonly failed: (error: unknown) => void;
}

export class VideoPlayer implements FrameSource {
  readonly kind = "webcodecs";
  readonly #frames = new Map<number, VideoFrame>();
  readonly #kept: number;
  #wanted = -1;
  /** Direction of travel. */
  #step = 1;
  /** Handed out last: on the screen, or until the newer one is, the one before. Not to be closed. */
  #shown: readonly number[] = [];
  #waiter: Waiter | null = null;
  /** The frame that somebody jumped to: decoded and brought out before anything that comes after it. */
  #jumped = -1;
  /** Frame to have ready before it is asked for. */
  #ahead = -1;
  #working = false;
  /** Stops the decoding under way if it does not lead to the waiter. */
  #redirect: (() => void) | null = null;

  private constructor(
    private readonly input: Input,
    private readonly sink: EncodedPacketSink,
    private readonly config: VideoDecoderConfig,
    private readonly times: readonly number[],
    private readonly offset: number,
    /** Times of the key frames, in the container's seconds. */
    private readonly keys: readonly number[],
    size: number,
  ) {
    this.#kept = Math.max(24, Math.floor(BUDGET / size));
  }

  /** Open a file for decoding, or null when this browser cannot decode it exactly. */
  static async open(address: string, times: readonly number[], width: number, height: number): Promise<VideoPlayer | null> {
    if (typeof VideoDecoder === "undefined" || !times.length) return null;
    const input = new Input({ source: new UrlSource(address), formats: CONTAINERS });
    try {
      const track = await input.getPrimaryVideoTrack();
      const config = await track?.getDecoderConfig();
      if (!track || !config || !(await VideoDecoder.isConfigSupported(config)).supported) return drop(input);
      const sink = new EncodedPacketSink(track);
      const found: number[] = [];
      const keys: number[] = [];
      for await (const { timestamp, type } of sink.packets(undefined, undefined, { metadataOnly: true })) {
        found.push(timestamp);
        if (type === "key") keys.push(timestamp);
      }
      const offset = agreement(found, times);
      if (offset === null) return drop(input);
      return new VideoPlayer(input, sink, config, times, offset, keys.sort((a, b) => a - b), width * height * 4);
    } catch {
      return drop(input);
    }
  }

  async frame(n: number): Promise<CanvasImageSource | null> {
    // Whoever jumps may jump again: another group of pictures is decoded ahead only for whoever steps.
    const reach = Math.abs(n - this.#wanted) > AHEAD ? 1 : Math.min(AHEAD, this.#kept >> 2);
    this.#step = n >= this.#wanted ? 1 : -1;
    this.#wanted = n;
    this.#jumped = reach === 1 ? n : -1;
    if (!this.#frames.has(n)) {
      this.#waiter?.done(false);
      const arrived = await new Promise<boolean>((done, failed) => {
        this.#waiter = { n, done, failed };
        this.#redirect?.();
        void this.#work();
      });
      if (!arrived) return null;
    }
    const found = this.#frames.get(n);
    if (this.#wanted !== n || !found) return null;
    this.#shown = [n, this.#shown[0] ?? n];
    if (reach === 1) setTimeout(() => this.#prepare(n, reach), REST);
    else this.#prepare(n, reach);
    return found;
  }

  /** Decode what will be asked for next, if nobody has gone elsewhere. */
  #prepare(n: number, reach: number): void {
    if (this.#wanted !== n) return;
    this.#ahead = this.#missing(n, this.#step, reach);
    if (this.#ahead >= 0) void this.#work();
  }

  close(): void {
    this.#wanted = -1;
    this.#ahead = -1;
    this.#waiter?.done(false);
    this.#waiter = null;
    this.#redirect?.();
    for (const frame of this.#frames.values()) frame.close();
    this.#frames.clear();
    this.input.dispose();
  }

  /** The nearest frame in the direction of travel that is not there, or -1. */
  #missing(n: number, step: number, reach: number): number {
    for (let m = n + step; Math.abs(m - n) <= reach && m >= 0 && m < this.times.length; m += step) {
      if (!this.#frames.has(m)) return m;
    }
    return -1;
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
        if (!waiter && this.#frames.has(n)) continue;
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

  #at(n: number): number {
    return (this.times[n] ?? 0) + this.offset;
  }

  /** Decode from the key frame of frame n through the rest of its group of pictures, unless somebody waits for another. */
  async #decode(n: number): Promise<void> {
    const slack = tolerance(this.times, n);
    const first =
      (await this.sink.getKeyPacket(this.#at(n) + slack, { verifyKeyPackets: true })) ??
      (await this.sink.getFirstKeyPacket({ verifyKeyPackets: true }));
    if (!first) return;
    let failure: Error | null = null;
    let newest = -Infinity;
    let fed = first.timestamp;
    let over = false;
    let stop: () => void = () => undefined;
    const stopped = new Promise<void>((done) => (stop = done));
    const elsewhere = (): boolean => {
      const m = this.#waiter?.n ?? n;
      if (this.#wanted === -1) return true;
      if (m === n) return false;
      const at = this.#at(m);
      // It lies before, it went by already, or a later key frame is a shorter way to it.
      return at < first.timestamp - slack || at <= newest || lastBefore(this.keys, at + slack) > fed;
    };
    this.#redirect = () => {
      if (!elsewhere()) return;
      over = true;
      stop();
    };
    const decoder = new VideoDecoder({
      output: (frame) => {
        newest = Math.max(newest, frame.timestamp / 1e6);
        this.#keep(frame);
      },
      error: (error) => {
        failure = error;
        stop();
      },
    });
    try {
      decoder.configure(this.config);
      const last = this.#at(this.#until(n));
      let next: EncodedPacket | null = first;
      let beyond = 0;
      this.#redirect();
      while (next && !over && !failure) {
        const wanted = Math.max(last, this.#waiter ? this.#at(this.#waiter.n) : last);
        if (beyond || next.timestamp > wanted || (next !== first && next.type === "key")) beyond++;
        if (beyond > REORDERED) break;
        decoder.decode(next.toEncodedVideoChunk());
        fed = Math.max(fed, next.timestamp);
        const jump = this.#jumped === n && this.#waiter?.n === n;
        // The decoder holds some pictures back until more come; flushed, it shows this one at once.
        if (jump && Math.abs(next.timestamp - this.#at(n)) <= slack) break;
        if (decoder.decodeQueueSize >= (jump ? RUSH : QUEUE)) {
          await Promise.race([stopped, new Promise((done) => decoder.addEventListener("dequeue", done, { once: true }))]);
        }
        next = await this.sink.getNextPacket(next);
      }
      if (!over && !failure) {
        const flushed = decoder.flush();
        flushed.catch(() => undefined);
        await Promise.race([flushed, stopped]);
      }
    } finally {
      this.#redirect = null;
      if (decoder.state !== "closed") decoder.close();
    }
    // Assigned in a callback, which the compiler does not see.
    if (failure as Error | null) throw failure as unknown as Error;
  }

  /** Where decoding for frame n may end: half of what can be kept further on, or where frames are there already. */
  #until(n: number): number {
    const end = Math.min(n + (this.#kept >> 1), this.times.length - 1);
    for (let m = n + 1; m <= end; m++) if (this.#frames.has(m)) return m - 1;
    return end;
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
    while (this.#frames.size > this.#kept) {
      const far = this.#farthest();
      this.#frames.get(far)?.close();
      this.#frames.delete(far);
    }
  }

  #farthest(): number {
    const distance = (n: number) => {
      if (this.#shown.includes(n) || n === this.#wanted) return -1;
      const way = (n - this.#wanted) * this.#step;
      return way > 0 ? way : -way * BEHIND;
    };
    return [...this.#frames.keys()].reduce((far, n) => (distance(n) > distance(far) ? n : far));
  }
}

function drop(input: Input): null {
  input.dispose();
  return null;
}
