/** Seeks of mediabunny alone, beside the page's own in benchmarks/video_seek.py. */
import { ALL_FORMATS, Input, UrlSource, VideoSampleSink } from "mediabunny";

let sink: VideoSampleSink | null = null;

async function open(address: string): Promise<void> {
  const track = await new Input({ source: new UrlSource(address), formats: ALL_FORMATS }).getPrimaryVideoTrack();
  if (!track) throw new Error("No video");
  sink = new VideoSampleSink(track);
  (await sink.getSample(0))?.close();
}

/** Milliseconds until the sample at each of these times (seconds) is there. */
async function seek(times: readonly number[]): Promise<number[]> {
  const took: number[] = [];
  for (const time of times) {
    const begun = performance.now();
    const sample = await sink?.getSample(time + 0.001);
    took.push(performance.now() - begun);
    if (!sample) throw new Error(`No sample at ${String(time)}`);
    sample.close();
  }
  return took;
}

Object.assign(globalThis, { bareVideo: { open, seek } });
