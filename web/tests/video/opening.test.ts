import { expect, test } from "vitest";
import { Opening } from "../../src/video/opening";
import type { FrameSource } from "../../src/video/source";

class Named implements FrameSource {
  closed = 0;
  constructor(readonly kind: FrameSource["kind"]) {}
  frame(n: number): Promise<CanvasImageSource | null> {
    return Promise.resolve(`${this.kind} ${String(n)}` as unknown as CanvasImageSource);
  }
  close(): void {
    this.closed++;
  }
}

function later(): { promise: Promise<FrameSource | null>; come: (source: FrameSource | null) => Promise<void>; fail: () => Promise<void> } {
  let resolve: (source: FrameSource | null) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<FrameSource | null>((done, failed) => ([resolve, reject] = [done, failed]));
  const settled = () => new Promise<void>((done) => setTimeout(done));
  return {
    promise,
    come: (source) => (resolve(source), settled()),
    fail: () => (reject(new Error("no video")), settled()),
  };
}

test("the server's pictures come until the player is there, then the player's", async () => {
  const [server, player, opened] = [new Named("server"), new Named("webcodecs"), later()];
  const source = new Opening(server, opened.promise);
  expect([await source.frame(0), source.kind]).toEqual(["server 0", "server"]);
  await opened.come(player);
  expect([await source.frame(1), source.kind]).toEqual(["webcodecs 1", "webcodecs"]);
  source.close();
  expect([player.closed, server.closed]).toEqual([1, 1]);
});

test("without a player the server goes on", async () => {
  for (const end of ["come", "fail"] as const) {
    const opened = later();
    const source = new Opening(new Named("server"), opened.promise);
    await (end === "come" ? opened.come(null) : opened.fail());
    expect(await source.frame(2)).toBe("server 2");
  }
});

test("a player that comes too late is closed", async () => {
  const [player, opened] = [new Named("webcodecs"), later()];
  const source = new Opening(new Named("server"), opened.promise);
  source.close();
  await opened.come(player);
  expect(player.closed).toBe(1);
});
