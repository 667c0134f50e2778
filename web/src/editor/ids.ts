/** Names of new instances. `crypto.randomUUID` is missing on plain-HTTP pages; `getRandomValues` is everywhere. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
