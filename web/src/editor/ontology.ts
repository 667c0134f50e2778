/** The ontology document of the API as the editor wants it: keypoint columns with partners as indices. */
import type { EditorCategory, EditorSkeleton, Side } from "./types";

interface KeypointDocument {
  readonly name: string;
  readonly sigma?: number | null;
  readonly flip?: string | null;
  readonly group?: string;
  readonly color?: string | null;
  readonly where?: string;
}

interface SkeletonDocument {
  readonly keypoints: readonly KeypointDocument[];
  readonly edges?: readonly (readonly number[])[];
}

export interface OntologyDocument {
  readonly categories: readonly {
    readonly name: string;
    readonly color?: string | null;
    readonly skeleton?: SkeletonDocument | null;
  }[];
}

export function categoriesOf(document: OntologyDocument): EditorCategory[] {
  return document.categories.map((category) => ({
    name: category.name,
    color: category.color ?? null,
    skeleton: category.skeleton ? skeletonOf(category.skeleton) : null,
  }));
}

export function skeletonOf(document: SkeletonDocument): EditorSkeleton {
  const { keypoints } = document;
  const index = new Map(keypoints.map((keypoint, i) => [keypoint.name, i]));
  const flip = keypoints.map((keypoint, i) => (keypoint.flip ? (index.get(keypoint.flip) ?? i) : i));
  return {
    names: keypoints.map((keypoint) => keypoint.name),
    edges: (document.edges ?? []).map(([a = 0, b = 0]) => [a, b] as const),
    flip,
    sides: keypoints.map((keypoint, i) => (flip[i] === i ? "middle" : sideOf(keypoint.name))),
    colors: keypoints.map((keypoint) => keypoint.color ?? null),
    groups: keypoints.map((keypoint) => keypoint.group ?? ""),
    sigmas: keypoints.map((keypoint) => keypoint.sigma ?? null),
    where: keypoints.map((keypoint) => keypoint.where ?? ""),
  };
}

/** Which side a name speaks of. Only asked for keypoints with a mirror partner, so "upright" cannot fool it. */
export function sideOf(name: string): Side {
  if (/left|^l[_ -]|[_ -]l$/i.test(name)) return "left";
  if (/right|^r[_ -]|[_ -]r$/i.test(name)) return "right";
  return "middle";
}

/** A name as a person reads it. */
export function spoken(name: string): string {
  return name.replaceAll("_", " ");
}
