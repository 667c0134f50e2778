/** Which tab this is, so that two tabs never send the same gesture, and a new tab sends what a closed one left. */
import { newId } from "../editor/ids";

const PREFIX = "vitruvian-tab-";
const CHANNEL = "vitruvian-tabs";
/** Milliseconds that an open tab has to answer; one that is asleep may miss it. */
const ANSWER = 300;

/** Tells of a tab's name whether that tab is open. */
export type Alive = (tab: string) => boolean;

export interface Tab {
  readonly id: string;
  /** Which other tabs are open at this moment. */
  others(): Promise<Alive>;
}

let claimed: Promise<Tab> | undefined;

/** This page's name, one as long as it lives: an editor that is opened again takes up what the last one left. */
export function claimTab(): Promise<Tab> {
  return (claimed ??= claim((navigator as Partial<Navigator>).locks));
}

/** Web Locks tell for certain who is open, but plain-HTTP pages have none: there the tabs ask each other. */
export async function claim(locks: LockManager | undefined): Promise<Tab> {
  return locks ? withLocks(newId(), locks) : withQuestions(newId());
}

async function withLocks(id: string, locks: LockManager): Promise<Tab> {
  // Held until the page is gone, however it goes.
  await new Promise<void>((held) => void locks.request(PREFIX + id, () => new Promise(() => held())));
  return {
    id,
    async others() {
      const open = new Set((await locks.query()).held?.map(({ name }) => name));
      return (tab) => tab !== id && open.has(PREFIX + tab);
    },
  };
}

function withQuestions(id: string): Tab {
  const channel = new BroadcastChannel(CHANNEL);
  const heard = new Set<string>();
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data === "who is open?") channel.postMessage(id);
    else if (typeof data === "string") heard.add(data);
  };
  return {
    id,
    async others() {
      channel.postMessage("who is open?");
      await new Promise((done) => setTimeout(done, ANSWER));
      return (tab) => heard.has(tab);
    },
  };
}
