/**
 * How poses of a category usually look: a Gaussian mixture, and where the rest of a pose lies once some points are
 * fixed. `vitruvian.assist.pose_prior` is the same on the server, which fits it; tests/vectors/prior.json holds the two
 * together. A pose is seen relative to its box: minus its centre, divided by sqrt(width * height); half the logarithm
 * of width / height is one number more, known always.
 */
import type { Box } from "./types";

export interface PriorDocument {
  /** What it rests on: labels, the built-in body, or nothing but the skeleton's edges. */
  readonly source: "labels" | "body" | "layout";
  /** How many labelled poses it was fitted on. */
  readonly poses: number;
  readonly keypoints: number;
  readonly weights: readonly number[];
  /** Base64 of little-endian float32, for each component x0, y0, x1, y1 ... and the box's shape. */
  readonly means: string;
  /** The same of each component's lower triangle, row by row. */
  readonly covariances: string;
}

/** Added to the variances of what is given: no label is exact, and a covariance of few poses is nearly singular. */
const NOISE = 1e-6;

export class PosePrior {
  readonly source: PriorDocument["source"];
  readonly poses: number;
  readonly keypoints: number;
  readonly #components: readonly Component[];

  constructor(document: PriorDocument) {
    this.source = document.source;
    this.poses = document.poses;
    this.keypoints = document.keypoints;
    const size = 2 * document.keypoints + 1;
    const triangle = (size * (size + 1)) / 2;
    const means = unpacked(document.means);
    const covariances = unpacked(document.covariances);
    if (means.length !== document.weights.length * size || covariances.length !== document.weights.length * triangle)
      throw new Error("The pose prior does not fit its skeleton: reload the page");
    this.#components = document.weights.map((weight, m) => ({
      weight,
      mean: means.subarray(m * size, (m + 1) * size),
      covariance: covariances.subarray(m * triangle, (m + 1) * triangle),
    }));
  }

  /** The mixture once the keypoints `fixed` and the box are known: the costly part, once for each choice of them. */
  given(fixed: readonly number[]): Given {
    const sorted = [...new Set(fixed)].sort((a, b) => a - b);
    return new Given(sorted, this.keypoints, this.#components);
  }
}

interface Component {
  readonly weight: number;
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

interface Conditioned {
  readonly mean: Float64Array;
  /** Cholesky factor of the covariance of what is known, row by row. */
  readonly lower: Float64Array;
  /** What one unit of each whitened known number moves every coordinate by, coordinate by coordinate; made when asked. */
  gain: Float64Array | null;
  /** ln of the weight minus ln of the factor's determinant. */
  readonly offset: number;
}

export class Given {
  readonly #known: readonly number[];
  readonly #sources: readonly Component[];
  readonly #components: readonly Conditioned[];
  /** Whitened known numbers of every component, and how likely each is; kept so that a drag makes no garbage. */
  readonly #whitened: Float64Array;
  readonly #likely: Float64Array;
  /** The logarithm of the likeliest. */
  #most = 0;

  constructor(
    readonly fixed: readonly number[],
    readonly keypoints: number,
    components: readonly Component[],
  ) {
    const shape = 2 * keypoints;
    this.#known = [...fixed.flatMap((keypoint) => [2 * keypoint, 2 * keypoint + 1]), shape];
    this.#sources = components;
    this.#components = components.map((component) => conditioned(component, this.#known));
    this.#whitened = new Float64Array(components.length * this.#known.length);
    this.#likely = new Float64Array(components.length);
  }

  /**
   * Where all points are expected, x, y of each; the fixed ones stay exactly where they are.
   *
   * E[u | c] = sum over k of w_k (mu_u + S_uc S_cc^-1 (c - mu_c)), w_k proportional to pi_k N(c | mu_c, S_cc).
   *
   * @param points x, y, visibility of every keypoint; only the fixed ones are read.
   */
  mean(points: ArrayLike<number>, box: Box): Float64Array {
    const [x, y, width, height] = box;
    const scale = Math.sqrt(width * height);
    const likely = this.#weigh(points, box);
    const total = likely.reduce((sum, value) => sum + value, 0);
    const count = this.#known.length;
    const mean = new Float64Array(2 * this.keypoints);
    this.#components.forEach((component, m) => {
      const share = at(likely, m) / total;
      if (share < 1e-12) return;
      const first = m * count;
      const gain = (component.gain ??= gainOf(this.#sources[m], component.lower, this.#known, mean.length));
      for (let i = 0; i < mean.length; i++) {
        let value = at(component.mean, i);
        for (let j = 0; j < count; j++) value += at(gain, i * count + j) * at(this.#whitened, first + j);
        mean[i] = at(mean, i) + share * value;
      }
    });
    for (let i = 0; i < mean.length; i++) mean[i] = at(mean, i) * scale + (i % 2 ? y + height / 2 : x + width / 2);
    for (const keypoint of this.fixed) {
      mean[2 * keypoint] = at(points, 3 * keypoint);
      mean[2 * keypoint + 1] = at(points, 3 * keypoint + 1);
    }
    return mean;
  }

  /** ln p(fixed points, shape of the box), in nats: the density of the normalised pose. */
  logLikelihood(points: ArrayLike<number>, box: Box): number {
    this.#weigh(points, box);
    const total = this.#likely.reduce((sum, value) => sum + value, 0);
    return Math.log(total) + this.#most - 0.5 * this.#known.length * Math.log(2 * Math.PI);
  }

  /** How likely each component is beside the likeliest; fills `#whitened` and `#most`. */
  #weigh(points: ArrayLike<number>, [x, y, width, height]: Box): Float64Array {
    if (!(width > 0 && height > 0)) throw new Error("A pose prior needs a box with an area");
    const scale = Math.sqrt(width * height);
    const known = this.#known;
    const count = known.length;
    const observed = known.map((number, j) => {
      if (j === count - 1) return 0.5 * Math.log(width / height);
      const keypoint = number >> 1;
      return number % 2
        ? (at(points, 3 * keypoint + 1) - y - height / 2) / scale
        : (at(points, 3 * keypoint) - x - width / 2) / scale;
    });
    this.#components.forEach(({ mean, lower, offset }, m) => {
      const first = m * count;
      let squares = 0;
      for (let i = 0; i < count; i++) {
        let value = at(observed, i) - at(mean, at(known, i));
        for (let j = 0; j < i; j++) value -= at(lower, i * count + j) * at(this.#whitened, first + j);
        value /= at(lower, i * count + i);
        this.#whitened[first + i] = value;
        squares += value * value;
      }
      this.#likely[m] = offset - 0.5 * squares;
    });
    this.#most = this.#likely.reduce((most, value) => Math.max(most, value), -Infinity);
    for (let m = 0; m < this.#likely.length; m++) this.#likely[m] = Math.exp(at(this.#likely, m) - this.#most);
    return this.#likely;
  }
}

/** What of one component depends on nothing but which numbers are known. */
function conditioned({ weight, mean, covariance }: Component, known: readonly number[]): Conditioned {
  const count = known.length;
  const lower = new Float64Array(count * count);
  let offset = Math.log(weight);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let value = between(covariance, at(known, i), at(known, j)) + (i === j ? NOISE : 0);
      for (let k = 0; k < j; k++) value -= at(lower, i * count + k) * at(lower, j * count + k);
      lower[i * count + j] = i === j ? Math.sqrt(value) : value / at(lower, j * count + j);
    }
    offset -= Math.log(at(lower, i * count + i));
  }
  return { mean, lower, gain: null, offset };
}

function gainOf(component: Component | undefined, lower: Float64Array, known: readonly number[], size: number): Float64Array {
  const count = known.length;
  const gain = new Float64Array(size * count);
  if (!component) return gain;
  for (let row = 0; row < size; row++) {
    const first = row * count;
    for (let i = 0; i < count; i++) {
      let value = between(component.covariance, row, at(known, i));
      for (let j = 0; j < i; j++) value -= at(lower, i * count + j) * at(gain, first + j);
      gain[first + i] = value / at(lower, i * count + i);
    }
  }
  return gain;
}

/** Covariance of two numbers, from the packed lower triangle. */
function between(triangle: Float64Array, a: number, b: number): number {
  return a < b ? at(triangle, (b * (b + 1)) / 2 + a) : at(triangle, (a * (a + 1)) / 2 + b);
}

function unpacked(text: string): Float64Array {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 4 }, (_, n) => view.getFloat32(4 * n, true));
}

/** An element that is known to be there. */
function at(values: ArrayLike<number>, n: number): number {
  return values[n] as number;
}
