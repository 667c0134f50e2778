/** Which tab this is, so that two tabs never send the same gesture, and a new tab sends what a closed one left. */
const PREFIX = "vitruvian-tab-";

export interface Tab {
  readonly id: string;
  /** Tells which tabs are open at this moment. */
  others(): Promise<(tab: string) => boolean>;
}

export async function claimTab(): Promise<Tab> {
  const id = crypto.randomUUID();
  const locks = (navigator as Partial<Navigator>).locks;
  // Held until the page is gone, however it goes.
  if (locks) await new Promise<void>((held) => void locks.request(PREFIX + id, () => new Promise(() => held())));
  return {
    id,
    async others() {
      const open = new Set((await locks?.query())?.held?.map(({ name }) => name));
      return (tab) => tab !== id && open.has(PREFIX + tab);
    },
  };
}
