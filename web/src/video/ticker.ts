/** Gives a playback the time, once for each picture of the screen, as long as it plays. */
import { effect } from "@preact/signals-core";
import type { Playback } from "../editor/playback";

export function drive(playback: Playback): () => void {
  let request = 0;
  const tick = (now: number): void => {
    playback.tick(now);
    request = playback.playing.peek() ? requestAnimationFrame(tick) : 0;
  };
  const stop = effect(() => {
    if (playback.playing.value) request ||= requestAnimationFrame(tick);
  });
  return () => {
    stop();
    cancelAnimationFrame(request);
  };
}
