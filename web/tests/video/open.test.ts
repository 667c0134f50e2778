import { afterEach, expect, test, vi } from "vitest";
import { openSource, WithFallback, type VideoFile } from "../../src/video/open";
import type { FrameSource } from "../../src/video/source";
import { address, fakeServer } from "./pictures";

afterEach(() => vi.unstubAllGlobals());

const clip: VideoFile = {
  kind: "video", frames: 3, width: 4, height: 4, times: [0, 1, 2], rotated: false, address: "/file", frameAddress: address,
};

/** A source that answers with its name until it fails; the real player needs a browser's decoder. */
class Named implements FrameSource {
  closed = 0;
  fails = false;
  constructor(readonly kind: FrameSource["kind"]) {}
  frame(n: number): Promise<CanvasImageSource | null> {
    if (this.fails) return Promise.reject(new Error("decoder"));
    return Promise.resolve(`${this.kind} ${String(n)}` as unknown as CanvasImageSource);
  }
  close(): void {
    this.closed++;
  }
}

test.each([
  ["an image", { kind: "image", frames: 1 }, "image"],
  ["a clip without a table of times", { times: null }, "server"],
  ["a turned clip", { rotated: true }, "server"],
  ["a clip in a browser without WebCodecs", {}, "server"],
] as const)("%s comes from the server", async (_, more, kind) => {
  fakeServer();
  expect((await openSource({ ...clip, ...more })).kind).toBe(kind);
});

test("a file that cannot be read comes from the server", async () => {
  fakeServer();
  vi.stubGlobal("VideoDecoder", { isConfigSupported: () => Promise.resolve({ supported: true }) });
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("this is no video", { status: 200 })));
  expect((await openSource(clip)).kind).toBe("server");
});

test("after a failure the server's pictures come, for good; the player closes once its picture is off the screen", async () => {
  const [player, server] = [new Named("webcodecs"), new Named("server")];
  const source = new WithFallback(player, server);
  expect(await source.frame(0)).toBe("webcodecs 0");
  player.fails = true;
  expect(await source.frame(1)).toBe("server 1");
  expect([source.kind, player.closed]).toEqual(["server", 0]);
  await vi.waitFor(() => expect(player.closed).toBe(1));
  player.fails = false;
  expect(await source.frame(2)).toBe("server 2");
  source.close();
  expect([player.closed, server.closed]).toEqual([1, 1]);
});

test("when the server fails as well its words are told, and the player's last picture stays", async () => {
  const [player, server] = [new Named("webcodecs"), new Named("server")];
  player.fails = server.fails = true;
  const source = new WithFallback(player, server);
  await expect(source.frame(1)).rejects.toThrow("decoder");
  expect(player.closed).toBe(0);
  server.fails = false;
  expect(await source.frame(1)).toBe("server 1");
  source.close();
  expect([player.closed, server.closed]).toEqual([1, 1]);
});
