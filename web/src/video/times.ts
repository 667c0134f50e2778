/** Frame n is the n-th presentation time of the import's table: how times of a container are found in it. */

/** What containers round away at most, in seconds. */
const ROUNDING = 0.002;
/** WebCodecs counts in microseconds. */
const SMALLEST = 1e-6;

/** How far a time may lie from frame n's and still be it: never nearer to a neighbour, however many frames a second. */
export function tolerance(times: readonly number[], n: number): number {
  const at = times[n] ?? 0;
  const gap = Math.min(at - (times[n - 1] ?? -Infinity), (times[n + 1] ?? Infinity) - at);
  return Math.max(SMALLEST, Math.min(ROUNDING, gap / 2));
}

/** Position of a time in the table, or null when no frame is shown then (a hidden frame of an edit list). */
export function rank(times: readonly number[], at: number): number | null {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  const distance = (n: number) => Math.abs((times[n] ?? Infinity) - at);
  const nearest = distance(low - 1) < distance(low) ? low - 1 : low;
  return distance(nearest) <= tolerance(times, nearest) ? nearest : null;
}

/**
 * What must be added to the table's times to get the container's, or null when the two disagree on the frames.
 * Frames before time 0 are either all shown or all hidden.
 */
export function agreement(container: readonly number[], times: readonly number[]): number | null {
  const found = container.toSorted((a, b) => a - b);
  for (const shown of [found, found.filter((time) => time >= -tolerance(times, 0))]) {
    if (!shown.length || shown.length !== times.length) continue;
    const offset = (shown[0] ?? 0) - (times[0] ?? 0);
    if (shown.every((time, n) => Math.abs(time - (times[n] ?? 0) - offset) <= tolerance(times, n))) return offset;
  }
  return null;
}

/** The last of some ascending times that is not after `at`, or -Infinity. */
export function lastBefore(times: readonly number[], at: number): number {
  return times.findLast((time) => time <= at) ?? -Infinity;
}
