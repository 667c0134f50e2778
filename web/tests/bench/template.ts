/** A prior for the bench's people, in which all points go along with each other. */
import type { EditorInstance } from "../../src/editor/types";
import { PosePrior } from "../../src/geometry/prior";

const SHARED = 0.02;
const OWN = 0.01;

export function priorLike({ points, box }: EditorInstance): PosePrior {
  const [x, y, width, height] = box ?? [0, 0, 1, 1];
  const scale = Math.sqrt(width * height);
  const keypoints = points.length / 3;
  const mean: number[] = [];
  const covariance: number[] = [];
  for (let n = 0; n < 2 * keypoints; n++) {
    const middle = n % 2 ? y + height / 2 : x + width / 2;
    mean.push(((points[3 * (n >> 1) + (n % 2)] ?? 0) - middle) / scale);
    for (let other = 0; other <= n; other++) covariance.push(n === other ? SHARED + OWN : (n - other) % 2 ? 0 : SHARED);
  }
  mean.push(Math.log(width / height) / 2);
  covariance.push(...Array<number>(2 * keypoints).fill(0), 0.1);
  return new PosePrior({ source: "labels", poses: 1, keypoints, weights: [1], means: packed(mean), covariances: packed(covariance) });
}

function packed(numbers: readonly number[]): string {
  return btoa(Array.from(new Uint8Array(Float32Array.from(numbers).buffer), (byte) => String.fromCharCode(byte)).join(""));
}
