import { afterEach, expect, test, vi } from "vitest";
import { ServerFrames } from "../../src/video/server";
import { address, fakeServer, type FakeBitmap } from "./pictures";

afterEach(() => vi.unstubAllGlobals());

const settled = () => new Promise((done) => setTimeout(done, 5));
const shown = async (frames: ServerFrames, n: number) => (await frames.frame(n)) as unknown as FakeBitmap | null;

test("the neighbours in the direction of travel are fetched ahead, each once", async () => {
  const server = fakeServer();
  const frames = new ServerFrames(address, 100);
  expect((await shown(frames, 50))?.n).toBe(50);
  await settled();
  expect(server.asked).toEqual([50, 51, 52, 53, 54]);
  await shown(frames, 51);
  await settled();
  expect(server.asked.slice(5)).toEqual([55]);
  await shown(frames, 50);
  await settled();
  expect(server.asked.slice(6)).toEqual([49, 48, 47, 46]);
});

test("nothing is fetched beyond the ends, and an image is one picture", async () => {
  const server = fakeServer();
  await shown(new ServerFrames(address, 3), 1);
  await settled();
  const image = new ServerFrames(address, 1);
  await shown(image, 0);
  await settled();
  expect(server.asked).toEqual([1, 2, 0]);
  expect([image.kind, new ServerFrames(address, 3).kind]).toEqual(["image", "server"]);
});

test("the latest wins: an overtaken request answers null, whether it succeeds or fails, and is called off", async () => {
  const server = fakeServer();
  server.slow.add(10);
  const frames = new ServerFrames(address, 100);
  const first = shown(frames, 10);
  await settled();
  expect((await shown(frames, 80))?.n).toBe(80);
  expect(await first).toBeNull();
  expect(server.aborted).toEqual([10]);
  server.slow.clear();
  expect((await shown(frames, 10))?.n).toBe(10);
});

test("coming back to a frame that was called off loads it anew", async () => {
  const server = fakeServer();
  server.slow.add(10);
  const frames = new ServerFrames(address, 100);
  const first = shown(frames, 10);
  const between = shown(frames, 80);
  server.slow.clear();
  expect((await shown(frames, 10))?.n).toBe(10);
  expect(await between).toBeNull();
  // Asked for twice, it may have been called off or be the same picture; closed it must not be.
  expect((await first)?.closed ?? false).toBe(false);
});

test("a failure is told to whoever waits, and the next request tries again; ahead it is nobody's business", async () => {
  const server = fakeServer();
  server.broken.add(7).add(9);
  const frames = new ServerFrames(address, 100);
  await expect(frames.frame(7)).rejects.toThrow("The frame could not be loaded (500)");
  server.broken.delete(7);
  expect((await shown(frames, 7))?.n).toBe(7);
  await settled();
  await expect(frames.frame(9)).rejects.toThrow("500");
});

test("pictures stay within their budget and are closed when they go; what is on the screen never", async () => {
  const server = fakeServer(100, 100);
  const size = 100 * 100 * 4;
  const frames = new ServerFrames(address, 1000, 8 * size);
  for (const n of [0, 1, 2, 3, 200, 201, 500, 499, 498, 900, 0]) {
    const before = server.made.filter(({ closed }) => !closed);
    const picture = await shown(frames, n);
    expect([picture?.n, picture?.closed]).toEqual([n, false]);
    await settled();
    expect(picture?.closed).toBe(false);
    expect(before.length).toBeLessThanOrEqual(8);
  }
  expect(server.made.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(8);
});

test("pictures larger than the budget are still shown, and the one before stays until it is replaced", async () => {
  const server = fakeServer(4000, 3000);
  const frames = new ServerFrames(address, 10, 1e6);
  const [first, second] = [await shown(frames, 0), await shown(frames, 5)];
  await settled();
  expect([first?.closed, second?.closed]).toEqual([false, false]);
  const third = await shown(frames, 9);
  await settled();
  expect([second?.closed, third?.closed]).toEqual([false, false]);
  await shown(frames, 3);
  await settled();
  expect(first?.closed).toBe(true);
  expect(server.made.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(3);
});

test("closing closes all of them, those on their way too", async () => {
  const server = fakeServer();
  server.slow.add(2);
  const frames = new ServerFrames(address, 10);
  await shown(frames, 0);
  await settled();
  const late = frames.frame(2);
  frames.close();
  expect(await late.catch(() => null)).toBeNull();
  server.release(2);
  await settled();
  expect(server.made.every(({ closed }) => closed)).toBe(true);
});
