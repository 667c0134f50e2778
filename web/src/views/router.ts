/** The page's few addresses. */
import { signal } from "@preact/signals-core";

export type Place =
  | { readonly view: "projects" }
  | { readonly view: "project"; readonly project: number }
  | { readonly view: "editor"; readonly labelSet: number; readonly media: number; readonly frame: number; readonly tour: boolean; readonly route: number | null }
  | { readonly view: "lost"; readonly path: string };

export function placeOf(path: string, query: URLSearchParams): Place {
  const project = /^\/projects\/(\d+)\/?$/.exec(path);
  const editor = /^\/label-sets\/(\d+)\/media\/(\d+)\/?$/.exec(path);
  if (path === "/") return { view: "projects" };
  if (project) return { view: "project", project: Number(project[1]) };
  if (editor) {
    const frame = Number(query.get("frame") ?? 0);
    return {
      view: "editor",
      labelSet: Number(editor[1]),
      media: Number(editor[2]),
      frame: Number.isFinite(frame) ? frame : 0,
      tour: query.has("tour"),
      route: Number(query.get("tour")) || null,
    };
  }
  return { view: "lost", path };
}

const here = () => placeOf(location.pathname, new URLSearchParams(location.search));

export const place = signal<Place>(here());

export const to = {
  project: (id: number, more = "") => `/projects/${String(id)}${more}`,
  editor: (labelSet: number, media: number, more = "") => `/label-sets/${String(labelSet)}/media/${String(media)}${more}`,
};

export function go(path: string): void {
  clearTimeout(later);
  history.pushState(null, "", path);
  place.value = here();
}

/** Browsers refuse an address that changes with every frame of a held key. Milliseconds. */
const SELDOM = 250;
let kept = -Infinity;
let later: ReturnType<typeof setTimeout> | undefined;

/** Make the address say where the person is now, without turning to it: a reload comes back here. */
export function keep(path: string): void {
  clearTimeout(later);
  if (path === location.pathname + location.search) return;
  const wait = kept + SELDOM - performance.now();
  if (wait > 0) {
    later = setTimeout(() => keep(path), wait);
    return;
  }
  kept = performance.now();
  history.replaceState(null, "", path);
}

/** Links inside the page do not load it anew. */
export function follow(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (link.origin !== location.origin || link.target || link.hasAttribute("download")) return;
  event.preventDefault();
  go(link.pathname + link.search);
}

addEventListener("popstate", () => {
  clearTimeout(later);
  place.value = here();
});
