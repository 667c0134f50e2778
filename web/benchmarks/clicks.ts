/**
 * A simulated annotator at work with the page's own code: `node clicks.js JOB.json` prints what it cost him. The job is
 * made, and its answer read, by benchmarks/clicks.py, which says what is measured.
 */
import { readFileSync } from "node:fs";
import { betweenRows, resolveRow } from "../src/editor/between";
import { emptyInstance } from "../src/editor/instance";
import type { EditorInstance } from "../src/editor/types";
import type { Interpolation } from "../src/geometry/interpolation";
import { PosePrior, type PriorDocument } from "../src/geometry/prior";
import type { Box } from "../src/geometry/types";

interface Person {
  /** x, y, visibility of every keypoint. */
  readonly points: readonly number[];
  readonly box: Box;
  readonly area: number;
  /** Where the points lie before the first click; else the template says. */
  readonly start?: readonly number[];
}

type Policy = "prior" | "nearest" | "none" | "proposal";

interface PeopleJob {
  readonly sigmas: readonly number[];
  readonly policy: Policy;
  readonly prior?: PriorDocument;
  /** Labelled poses relative to their boxes, for the policy of the nearest one; their boxes' shapes stand last. */
  readonly poses?: readonly (readonly number[])[];
  /** The annotator's hand is unsure by so many sigmas. */
  readonly noise: number;
  readonly people: readonly Person[];
}

interface VideoJob {
  readonly sigmas: readonly number[];
  readonly interpolation: Interpolation;
  readonly reach: number;
  /** x, y, visibility of every keypoint, frame by frame. */
  readonly frames: readonly (readonly number[])[];
  readonly areas: readonly number[];
}

interface Job {
  readonly people: readonly PeopleJob[];
  readonly videos: readonly VideoJob[];
  readonly speed: readonly PriorDocument[];
}

const REACHES = [0.85, 0.9, 0.95];

const at = (values: ArrayLike<number>, n: number): number => values[n] as number;

/** exp(-d^2 / (2 area (2 sigma)^2)): COCO's likeness of one keypoint. */
function likeness(points: ArrayLike<number>, stride: number, truth: ArrayLike<number>, k: number, area: number, sigma: number): number {
  const x = at(points, stride * k) - at(truth, 3 * k);
  const y = at(points, stride * k + 1) - at(truth, 3 * k + 1);
  return Math.exp(-(x * x + y * y) / (2 * area * (2 * sigma) ** 2));
}

/** Numbers that are normally distributed and the same in every run: Box and Muller over a 32-bit generator. */
function normals(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

type Rest = (placed: Float64Array, fixed: readonly number[], person: Person) => ArrayLike<number>;

/** Where the points lie that nobody has placed yet, by the policy; x, y of each. */
function restOf(job: PeopleJob): Rest {
  const prior = job.prior && new PosePrior(job.prior);
  const template = (person: Person): ArrayLike<number> =>
    person.start ?? prior?.given([]).mean(person.points, person.box) ?? [];
  if (job.policy === "prior" && prior) return (placed, fixed, { box }) => prior.given(fixed).mean(placed, box);
  if (job.policy === "nearest") return (placed, fixed, person) => nearest(job.poses ?? [], placed, fixed, person);
  return (_placed, _fixed, person) => template(person);
}

function nearest(poses: readonly (readonly number[])[], placed: Float64Array, fixed: readonly number[], { box }: Person): number[] {
  const [x, y, width, height] = box;
  const scale = Math.sqrt(width * height);
  const shape = Math.log(width / height) / 2;
  let best: readonly number[] = [];
  let least = Infinity;
  for (const pose of poses) {
    let distance = (at(pose, pose.length - 1) - shape) ** 2;
    for (const k of fixed) {
      distance += ((at(placed, 3 * k) - x - width / 2) / scale - at(pose, 2 * k)) ** 2;
      distance += ((at(placed, 3 * k + 1) - y - height / 2) / scale - at(pose, 2 * k + 1)) ** 2;
    }
    if (distance < least) [least, best] = [distance, pose];
  }
  return best.slice(0, -1).map((value, n) => value * scale + (n % 2 ? y + height / 2 : x + width / 2));
}

/** Clicks to each of REACHES; a person who does not come so far counts as many as there are points, and as failed. */
function label(person: Person, job: PeopleJob, rest: Rest, normal: () => number) {
  const { points: truth, area } = person;
  const labelled = job.sigmas.map((_, k) => k).filter((k) => at(truth, 3 * k + 2) > 0);
  const placed = Float64Array.from(truth);
  const fixed: number[] = [];
  const clicks = REACHES.map(() => -1);
  let harmed = 0;
  let before = -1;
  for (;;) {
    const now = Float64Array.from(rest(placed, fixed, person));
    for (const k of fixed) now.set([at(placed, 3 * k), at(placed, 3 * k + 1)], 2 * k);
    const each = labelled.map((k) => likeness(now, 2, truth, k, area, at(job.sigmas, k)));
    const oks = each.reduce((sum, value) => sum + value, 0) / labelled.length;
    if (oks < before - 1e-9) harmed++;
    before = oks;
    REACHES.forEach((reach, n) => {
      if (clicks[n] === -1 && oks >= reach) clicks[n] = fixed.length;
    });
    const open = labelled.filter((k) => !fixed.includes(k));
    if (!clicks.includes(-1) || !open.length) break;
    const worst = open.reduce((a, b) => (at(each, labelled.indexOf(b)) < at(each, labelled.indexOf(a)) ? b : a));
    const unsure = job.noise * at(job.sigmas, worst) * Math.sqrt(area / 2);
    placed[3 * worst] = at(truth, 3 * worst) + unsure * normal();
    placed[3 * worst + 1] = at(truth, 3 * worst + 1) + unsure * normal();
    fixed.push(worst);
  }
  return {
    clicks: clicks.map((count) => (count === -1 ? labelled.length : count)),
    failed: clicks.map((count) => count === -1),
    steps: fixed.length,
    harmed,
  };
}

function people(job: PeopleJob) {
  const rest = restOf(job);
  const normal = normals(1);
  return job.people.map((person) => label(person, job, rest, normal));
}

/**
 * Keys of single joints until every frame is as near as `reach`: in the worst frame the joint that is most wrong over
 * the frames between its keys that are not near enough yet, keyed where of these it is furthest off.
 */
function video({ sigmas, interpolation, reach, frames, areas }: VideoJob) {
  const rows = new Map<number, EditorInstance>();
  const keys = sigmas.map(() => new Set<number>());
  let clicks = 0;
  const click = (frame: number, k: number): void => {
    const truth = frames[frame] ?? [];
    const row = rows.get(frame) ?? emptyInstance(String(frame), "person", 1, frame, sigmas.length);
    const points = row.points.slice();
    const keyed = row.keyed?.slice() ?? new Uint8Array(sigmas.length);
    points.set([at(truth, 3 * k), at(truth, 3 * k + 1), 2], 3 * k);
    keyed[k] = 1;
    rows.set(frame, { ...row, points, keyed });
    keys[k]?.add(frame);
    clicks++;
  };
  for (const frame of [0, frames.length - 1]) sigmas.forEach((_, k) => click(frame, k));
  for (;;) {
    const sorted = [...rows.values()].sort((a, b) => a.frame - b.frame);
    const wrong = frames.map((truth, frame) => {
      const index = sorted.findIndex((row) => row.frame === frame);
      const shown = index < 0 ? betweenRows(sorted, frame, interpolation, "") : resolveRow(sorted, index, interpolation);
      return sigmas.map((sigma, k) => 1 - likeness(shown?.points ?? [], 3, truth, k, at(areas, frame), sigma));
    });
    const oks = wrong.map((each) => 1 - each.reduce((sum, value) => sum + value, 0) / each.length);
    const worst = oks.indexOf(Math.min(...oks));
    if (at(oks, worst) >= reach) return { clicks, frames: frames.length, rows: rows.size };
    let most = { error: -1, frame: worst, k: 0 };
    keys.forEach((keyed, k) => {
      if (keyed.has(worst)) return;
      let [from, to] = [worst, worst];
      while (!keyed.has(from - 1)) from--;
      while (!keyed.has(to + 1)) to++;
      let [error, frame] = [0, worst];
      for (let f = from; f <= to; f++) {
        if (at(oks, f) >= reach) continue;
        error += wrong[f]?.[k] ?? 0;
        if ((wrong[f]?.[k] ?? 0) > (wrong[frame]?.[k] ?? 0)) frame = f;
      }
      if (error > most.error) most = { error, frame, k };
    });
    click(most.frame, most.k);
  }
}

/** Milliseconds that a click (one point more is fixed) and a step of a drag (the same ones are) cost, half of them fixed. */
function speed(document: PriorDocument) {
  const prior = new PosePrior(document);
  const half = Array.from({ length: prior.keypoints >> 1 }, (_, k) => 2 * k);
  const points = Float64Array.from({ length: 3 * prior.keypoints }, (_, n) => (n * 7919) % 100);
  const box: Box = [0, 0, 100, 100];
  const given = prior.given(half);
  const clock = (work: () => unknown): number => {
    const times: number[] = [];
    for (let n = 0; n < 60; n++) {
      const from = performance.now();
      work();
      times.push(performance.now() - from);
    }
    return at(times.sort((a, b) => a - b), 30);
  };
  return {
    keypoints: prior.keypoints,
    components: document.weights.length,
    kilobytes: JSON.stringify(document).length / 1000,
    click: clock(() => prior.given(half).mean(points, box)),
    drag: clock(() => given.mean(points, box)),
  };
}

const job = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Job;
console.log(JSON.stringify({ people: job.people.map(people), videos: job.videos.map(video), speed: job.speed.map(speed) }));
