/**
 * Which exchanges of left and right the page offers, for people as they are labelled and with sides exchanged:
 * `node swaps.js JOB.json`. The job is made, and its answer read, by benchmarks/swaps.py.
 */
import { readFileSync } from "node:fs";
import { categoriesOf, type OntologyDocument } from "../src/editor/ontology";
import { likelySwap } from "../src/editor/swapped";
import type { Box, EditorInstance } from "../src/editor/types";
import { PosePrior, type PriorDocument } from "../src/geometry/prior";

interface Job {
  readonly ontology: OntologyDocument;
  readonly folds: readonly { readonly prior: PriorDocument; readonly people: readonly { points: number[]; box: Box }[] }[];
}

const job = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Job;
const skeleton = categoriesOf(job.ontology)[0]?.skeleton;
if (!skeleton) throw new Error("The category has no skeleton");
const offers = job.folds.map(({ prior, people }) => {
  const known = new PosePrior(prior);
  return people.map(({ points, box }) => {
    const instance = { id: "", category: "", points: Float64Array.from(points), box } as unknown as EditorInstance;
    return likelySwap(known, skeleton, instance)?.keypoints ?? null;
  });
});
console.log(JSON.stringify(offers));
