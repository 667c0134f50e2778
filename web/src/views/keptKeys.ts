/** The person's keys, kept in this browser and shared by its tabs. */
import { effect } from "@preact/signals-core";
import { keysAsJson, keysFromJson, ownKeys } from "../editor/ownKeys";

const KEY = "vitruvian.keys";

/** Load them, and keep every change until the returned function is called. */
export function keepKeys(): () => void {
  read();
  const stop = effect(() => {
    const now = keysAsJson();
    try {
      if (ownKeys.value.size) localStorage.setItem(KEY, now);
      else localStorage.removeItem(KEY);
    } catch {
      // A browser that keeps nothing: the keys last as long as the page.
    }
  });
  const told = (event: StorageEvent) => {
    if (event.key === KEY) read();
  };
  window.addEventListener("storage", told);
  return () => {
    stop();
    window.removeEventListener("storage", told);
  };
}

function read(): void {
  try {
    const kept = localStorage.getItem(KEY);
    ownKeys.value = kept === null ? new Map() : keysFromJson(kept);
  } catch {
    // What is kept is of no use: the table's keys hold.
  }
}
