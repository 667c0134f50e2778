/** Stand-ins for ImageBitmap, fetch and createImageBitmap, which this test environment does not have; nothing else. */
import { vi } from "vitest";

export interface FakeBitmap {
  readonly n: number;
  readonly width: number;
  readonly height: number;
  closed: boolean;
  close(): void;
}

export interface FakeServer {
  /** Frames in the order in which they were asked for. */
  readonly asked: number[];
  readonly aborted: number[];
  readonly made: FakeBitmap[];
  /** Frames whose answer waits for `release`. */
  readonly slow: Set<number>;
  readonly broken: Set<number>;
  release(n: number): void;
}

export const address = (n: number): string => `/frames/${String(n)}.jpg`;

export function fakeServer(width = 100, height = 100): FakeServer {
  const waiting = new Map<number, () => void>();
  const server: FakeServer = {
    asked: [], aborted: [], made: [], slow: new Set(), broken: new Set(),
    release: (n) => waiting.get(n)?.(),
  };
  vi.stubGlobal("fetch", async (at: string, { signal }: { signal: AbortSignal }) => {
    const n = Number(/\d+/.exec(at)?.[0]);
    server.asked.push(n);
    if (server.slow.has(n)) {
      await new Promise<void>((done, failed) => {
        waiting.set(n, done);
        signal.addEventListener("abort", () => {
          server.aborted.push(n);
          failed(new DOMException("aborted", "AbortError"));
        });
      });
    }
    return { ok: !server.broken.has(n), status: 500, blob: () => Promise.resolve(n) };
  });
  vi.stubGlobal("createImageBitmap", (n: number) => {
    const bitmap: FakeBitmap = { n, width, height, closed: false, close: () => void (bitmap.closed = true) };
    server.made.push(bitmap);
    return Promise.resolve(bitmap);
  });
  return server;
}
