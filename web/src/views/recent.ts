/** Ids of what was used last, in this browser. */
const KEY = "vitruvian.palette";
const MOST = 12;

export function recentlyUsed(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
  } catch {
    return []; // No storage, or something else in it: nothing is recent.
  }
}

export function remember(id: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([id, ...recentlyUsed().filter((other) => other !== id)].slice(0, MOST)));
  } catch {
    // A list of what was used is not worth a word about storage.
  }
}
