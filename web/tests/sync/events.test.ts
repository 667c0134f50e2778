// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Schemas } from "../../src/api/client";
import { Events } from "../../src/sync/events";

/** As much of a browser's EventSource as is used; a test plays the server. */
class Source {
  static readonly CLOSED = 2;
  readyState = 1;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string; lastEventId: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  constructor(readonly address: string) {}
  close(): void {
    this.readyState = Source.CLOSED;
  }
  fail(forGood: boolean): void {
    if (forGood) this.readyState = Source.CLOSED;
    this.onerror?.();
  }
}

let sources: Source[];
const onTold = vi.fn<(told: Schemas["EventOut"]) => void>();
const onBack = vi.fn<() => void>();
let events: Events;
let visible: "visible" | "hidden";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
  sources = [];
  onTold.mockReset();
  onBack.mockReset();
  visible = "visible";
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => visible);
  const connect = (address: string) => {
    const source = new Source(address);
    sources.push(source);
    return source as unknown as EventSource;
  };
  events = new Events({ address: (after) => `/events?after=${after}`, after: "1@a", onTold, onBack, connect });
});

afterEach(() => {
  events.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const message = (mark: string) => ({ data: '{"instances":[],"routes":[]}', lastEventId: mark });

function turn(to: typeof visible): void {
  visible = to;
  document.dispatchEvent(new Event("visibilitychange"));
}

test("a page that nobody sees does not listen, and goes on where it was", () => {
  sources[0]?.onmessage?.(message("5@b"));
  expect(onTold).toHaveBeenCalledWith({ instances: [], routes: [] });
  turn("hidden");
  expect(sources[0]?.readyState).toBe(Source.CLOSED);
  turn("visible");
  turn("visible");
  expect(sources.map(({ address }) => address)).toEqual(["/events?after=1@a", "/events?after=5@b"]);
});

test("a lost connection is the browser's to make again; a refusal is asked again, ever more slowly", () => {
  sources[0]?.fail(false);
  vi.advanceTimersByTime(60_000);
  expect(sources).toHaveLength(1);
  sources[0]?.fail(true);
  vi.advanceTimersByTime(60_000);
  expect(sources).toHaveLength(2);
  sources[1]?.onopen?.();
  expect(onBack).toHaveBeenCalledTimes(1);
  sources[1]?.onopen?.();
  expect(onBack).toHaveBeenCalledTimes(1);
});

test("once closed it asks no more", () => {
  sources[0]?.fail(true);
  events.close();
  vi.advanceTimersByTime(60_000);
  turn("visible");
  expect(sources).toHaveLength(1);
});
