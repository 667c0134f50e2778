/** What hangs on a vertex of an undirected graph. */

export type Edge = readonly [number, number];

/**
 * What a vertex carries along: itself, and every part that would fall off without it. A part that holds at least half
 * of the connected whole is the trunk and stays; a vertex in the very middle, which leaves no such part, carries all.
 * In a tree with one centre that is the subtree away from the centre; it holds for skeletons with loops too.
 */
export function distal(edges: readonly Edge[], vertex: number): number[] {
  const next = neighbours(edges);
  const parts: number[][] = [];
  const seen = new Set([vertex]);
  for (const start of next.get(vertex) ?? []) {
    if (!seen.has(start)) parts.push(flood(next, start, seen));
  }
  const whole = 1 + parts.reduce((sum, part) => sum + part.length, 0);
  const carried = parts.filter((part) => 2 * part.length < whole);
  return [vertex, ...carried.flat()].sort((a, b) => a - b);
}

function neighbours(edges: readonly Edge[]): Map<number, number[]> {
  const next = new Map<number, number[]>();
  const link = (from: number, to: number): void => {
    const known = next.get(from);
    if (known) known.push(to);
    else next.set(from, [to]);
  };
  for (const [a, b] of edges) {
    link(a, b);
    link(b, a);
  }
  return next;
}

/** Everything that can be reached from `start` without touching `seen`, which grows by it. */
function flood(next: ReadonlyMap<number, readonly number[]>, start: number, seen: Set<number>): number[] {
  const part = [start];
  seen.add(start);
  for (const vertex of part) {
    for (const other of next.get(vertex) ?? []) {
      if (seen.has(other)) continue;
      seen.add(other);
      part.push(other);
    }
  }
  return part;
}
