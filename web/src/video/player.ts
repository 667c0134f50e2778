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
  #running: Promise<void> = Promise.resolve();

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
      this.#running = this.#running.then(() => (this.#wanted === n ? this.#decode(n) : undefined));
      await this.#running;
    }
    if (this.#wanted !== n) return null;
    const found = this.#frames.get(n);
    if (!found) throw new Error(`Frame ${String(n)} could not be decoded`);
    this.#frames.delete(n);
    this.#frames.set(n, found);
    this.#shown = n;
    return found;
  }

  close(): void {
    this.#wanted = -1;
    for (const frame of this.#frames.values()) frame.close();
    this.#frames.clear();
    this.input.dispose();
  }

  /** Decode the group of pictures of frame n, from its key frame until n and what hangs on it are out. */
  async #decode(n: number): Promise<void> {
    const at = (this.times[n] ?? 0) + this.offset;
    let packet = await this.sink.getKeyPacket(at + SAME_TIME, { verifyKeyPackets: true });
    packet ??= await this.sink.getFirstKeyPacket({ verifyKeyPackets: true });
    if (!packet) return;
    let passed = false;
    let failure: Error | null = null;
    const decoder = new VideoDecoder({
      output: (frame) => {
        passed ||= frame.timestamp / 1e6 >= at - SAME_TIME;
        this.#keep(frame);
      },
      error: (error) => {
        failure = error;
      },
    });
    decoder.configure(this.config);
    let next: EncodedPacket | null = packet;
    // A few packets beyond the wanted one: pictures that are shown earlier may come later in the file.
    let beyond = 0;
    while (next && !failure && beyond < 4 && this.#wanted !== -1) {
      decoder.decode(next.toEncodedVideoChunk());
      if (next.timestamp > at + SAME_TIME) beyond += 1;
      if (decoder.decodeQueueSize > 8) await new Promise((done) => decoder.addEventListener("dequeue", done, { once: true }));
      if (passed && beyond > 1) break;
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
    if (n === null || this.#frames.has(n)) {
      frame.close();
      return;
    }
    this.#frames.set(n, frame);
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
