import { expect, test } from "vitest";
import { FramePump } from "../../src/video/pump";
import type { FrameSource } from "../../src/video/source";

const settled = () => new Promise((done) => setTimeout(done));

/** A source that answers when told to; newest wins, as FrameSource promises. */
function slowSource() {
  const asked: number[] = [];
  const waiting = new Map<number, (picture: CanvasImageSource | null) => void>();
  const source: FrameSource = {
    kind: "server",
    frame: (n) => {
      asked.push(n);
      for (const done of waiting.values()) done(null);
      waiting.clear();
      return new Promise((done) => waiting.set(n, done));
    },
    close: () => undefined,
  };
  const answer = async (n: number): Promise<void> => {
    waiting.get(n)?.({} as CanvasImageSource);
    waiting.delete(n);
    await settled();
  };
  return { source, asked, answer };
}

function pumpOf(source: FrameSource) {
  const shown: number[] = [];
  const failed: unknown[] = [];
  return { shown, failed, pump: new FramePump(source, ({ frame }) => shown.push(frame), (error) => failed.push(error)) };
}

test("a jump overtakes what is under way", async () => {
  const { source, asked, answer } = slowSource();
  const { pump, shown } = pumpOf(source);
  pump.want(3, false);
  pump.want(90, false);
  await answer(90);
  expect([asked, shown]).toEqual([[3, 90], [90]]);
});

test("while dragging, what is under way is shown, then the newest wish; the ones between are not asked for", async () => {
  const { source, asked, answer } = slowSource();
  const { pump, shown } = pumpOf(source);
  for (const n of [3, 10, 20, 30]) pump.want(n, true);
  expect(asked).toEqual([3]);
  await answer(3);
  for (const n of [40, 50]) pump.want(n, true);
  await answer(30);
  await answer(50);
  expect([asked, shown]).toEqual([[3, 30, 50], [3, 30, 50]]);
});

test("letting go asks for the frame under the pointer at once", async () => {
  const { source, asked, answer } = slowSource();
  const { pump, shown } = pumpOf(source);
  pump.want(3, true);
  pump.want(7, true);
  pump.want(7, false);
  await answer(7);
  expect([asked, shown]).toEqual([[3, 7], [7]]);
});

test("a failure is told, and the newest wish is asked for all the same", async () => {
  const pictures: Record<number, CanvasImageSource> = { 2: {} as CanvasImageSource };
  const source: FrameSource = {
    kind: "server",
    frame: (n) => (pictures[n] ? Promise.resolve(pictures[n]) : Promise.reject(new Error("no"))),
    close: () => undefined,
  };
  const { pump, shown, failed } = pumpOf(source);
  pump.want(1, true);
  pump.want(2, true);
  await settled();
  expect([shown, failed.length]).toEqual([[2], 1]);
});

test("nothing is shown after the end", async () => {
  const { source, answer } = slowSource();
  const { pump, shown } = pumpOf(source);
  pump.want(1, false);
  pump.close();
  await answer(1);
  expect(shown).toEqual([]);
});
