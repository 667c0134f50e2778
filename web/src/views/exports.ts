/** What the export dialogue remembers and says. */
import { address, refusal, type Schemas } from "../api/client";

const LAST = "vitruvian.export.format";

/** The format of the last export, if it can still be written; otherwise the first one that can. */
export function firstChoice(formats: Schemas["FormatOut"][]): string {
  let last: string | null = null;
  try {
    last = localStorage.getItem(LAST);
  } catch {
    // A browser that keeps nothing of this page.
  }
  return (formats.find(({ name }) => name === last) ?? formats[0])?.name ?? "";
}

export function remember(format: string): void {
  try {
    localStorage.setItem(LAST, format);
  } catch {
    // It is chosen anew the next time.
  }
}

/** The one line above the list: how much is left out, in words. */
export function summary(title: string, losses: Schemas["LossOut"][]): string {
  if (!losses.length) return `${title} holds everything that these labels say.`;
  return `${title} leaves out ${losses.length === 1 ? "one thing" : `${String(losses.length)} things`} that these labels say:`;
}

/** Fetch the file first, so that a refusal is shown and never saved as labels. */
export async function download(labelSet: number, format: string, keysOnly: boolean, signal: AbortSignal): Promise<void> {
  const answer = await fetch(address.export(labelSet, format, keysOnly), { signal });
  if (!answer.ok) throw refusal(answer.status, await answer.json().catch(() => undefined));
  const name = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1];
  const url = URL.createObjectURL(await answer.blob());
  const link = Object.assign(document.createElement("a"), { href: url, download: name ?? "labels" });
  link.click();
  // Browsers read it a moment after the click.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 60_000);
}
