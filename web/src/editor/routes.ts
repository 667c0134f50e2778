/** The points that wait for a person, in tour order, and how edits settle them. */
import { signal } from "@preact/signals-core";
import { changed } from "./diff";
import type { Diff, EditorRoute, RouteDiff, RouteState } from "./types";

export class RouteList {
  readonly list = signal<readonly EditorRoute[]>([]);
  #index = new Map<number, number>();

  set(routes: readonly EditorRoute[]): void {
    this.#index = new Map(routes.map((route, i) => [route.id, i]));
    this.list.value = routes;
  }

  get(id: number | null): EditorRoute | null {
    const at = id === null ? undefined : this.#index.get(id);
    return at === undefined ? null : (this.list.value[at] ?? null);
  }

  get openCount(): number {
    return this.list.value.reduce((count, route) => count + (route.state === "open" ? 1 : 0), 0);
  }

  apply(diffs: readonly RouteDiff[]): void {
    if (!diffs.length) return;
    const states = new Map<number, RouteState>(diffs.map((diff) => [diff.route, diff.after]));
    this.list.value = this.list.value.map((route) => {
      const state = states.get(route.id);
      return state && state !== route.state ? { ...route, state } : route;
    });
  }

  /** Open routes that these edits answer: the point was moved or judged, or its instance deleted. */
  resolvedBy(diffs: readonly Diff[], besides: readonly RouteDiff[] = []): RouteDiff[] {
    const taken = new Set(besides.map((diff) => diff.route));
    const resolved: RouteDiff[] = [];
    for (const diff of diffs) {
      const { points, fields } = changed(diff.before, diff.after);
      for (const route of this.list.value) {
        if (route.instance !== diff.instance || route.state !== "open" || taken.has(route.id)) continue;
        const gone = fields.includes("deleted") && diff.after.deleted;
        const fixed = route.keypoint === null ? points.length > 0 : points.includes(route.keypoint);
        if (gone || fixed) resolved.push({ route: route.id, before: "open", after: gone ? "dismissed" : "fixed" });
      }
    }
    return resolved;
  }

  /** The open route after (step 1) or before (step -1) the given one, going round; null when none is open. */
  neighbour(id: number | null, step: 1 | -1): EditorRoute | null {
    const routes = this.list.value;
    const from = id === null ? undefined : this.#index.get(id);
    const start = from ?? (step === 1 ? -1 : routes.length);
    for (let k = 1; k <= routes.length; k++) {
      const route = routes[(((start + k * step) % routes.length) + routes.length) % routes.length];
      if (route?.state === "open") return route;
    }
    return null;
  }
}
