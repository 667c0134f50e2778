/**
 * How labels look. Left, right and middle differ by colour and by shape (square, disc, diamond), visible and hidden by
 * filled and hollow, so nothing rests on colour alone. The three colours keep apart for every common colour blindness
 * (Okabe-Ito; tests/canvas/style.test.ts computes it).
 */
import type { EditorCategory, EditorSkeleton, Side } from "../editor/types";

export type Shape = "square" | "disc" | "diamond";

export interface Mark {
  readonly color: string;
  readonly shape: Shape;
}

export const SIDE_COLORS: Record<Exclude<Side, "middle">, string> = { left: "#3ba2e4", right: "#f0a202" };
export const PLAIN = "#f5f5f5";
export const DARK = "rgba(0, 0, 0, 0.65)";
export const ACCENT = "#ffffff";
export const BOX_COLOR = "#cdd3dd";

const SHAPES: Record<Side, Shape> = { left: "square", right: "disc", middle: "diamond" };

export interface SkeletonStyle {
  readonly marks: readonly Mark[];
  readonly edges: readonly { readonly a: number; readonly b: number; readonly color: string }[];
}

const styles = new WeakMap<EditorSkeleton, SkeletonStyle>();

export function skeletonStyle(category: EditorCategory): SkeletonStyle | null {
  const { skeleton } = category;
  if (!skeleton) return null;
  const known = styles.get(skeleton);
  if (known) return known;
  const style: SkeletonStyle = {
    marks: skeleton.sides.map((side, k) => ({ color: colorOf(category, skeleton, k), shape: SHAPES[side] })),
    edges: skeleton.edges.map(([a, b]) => ({ a, b, color: edgeColor(category, skeleton, a, b) })),
  };
  styles.set(skeleton, style);
  return style;
}

function colorOf(category: EditorCategory, skeleton: EditorSkeleton, k: number): string {
  const side = skeleton.sides[k] ?? "middle";
  if (side !== "middle") return SIDE_COLORS[side];
  return sided(skeleton) ? PLAIN : (skeleton.colors[k] ?? category.color ?? PLAIN);
}

/** Where left and right have their colours, no other may look like one of them. */
function sided({ sides }: EditorSkeleton): boolean {
  return sides.some((side) => side !== "middle");
}

/** An edge belongs to a side when neither end is on the other one. */
function edgeColor(category: EditorCategory, skeleton: EditorSkeleton, a: number, b: number): string {
  const sides = new Set([skeleton.sides[a], skeleton.sides[b]]);
  if (sides.has("left") && !sides.has("right")) return SIDE_COLORS.left;
  if (sides.has("right") && !sides.has("left")) return SIDE_COLORS.right;
  return sided(skeleton) ? PLAIN : (category.color ?? PLAIN);
}
