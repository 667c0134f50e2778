import { describe, expect, test } from "vitest";
import { VIDEO, stage } from "./scene";
import type { Stage } from "./scene";

/** The picture of the wanted frame comes at once. */
function show({ editor }: Stage): void {
  editor.picture.value = { media: 1, frame: editor.frame.value, source: {} as CanvasImageSource };
}

/** Let the clock run in steps of one picture of a 100 Hz screen; pictures come at once. The frames that were shown. */
function run(scene: Stage, from: number, to: number): number[] {
  const frames: number[] = [];
  for (let now = from; now <= to; now += 10) {
    scene.editor.playback.tick(now);
    show(scene);
    if (frames.at(-1) !== scene.editor.frame.value) frames.push(scene.editor.frame.value);
  }
  return frames;
}

const upTo = (from: number, last: number): number[] => Array.from({ length: last - from + 1 }, (_, i) => from + i);

describe("playing", () => {
  test("shows each frame for its time, and stops at the last one", () => {
    const scene = stage();
    show(scene);
    scene.key("Shift+Space");
    expect(run(scene, 0, 400)).toEqual(upTo(0, 10));
    expect(run(scene, 410, 1200)).toEqual(upTo(10, 19));
    expect(scene.editor.playback.playing.value).toBe(false);
    // From its end it begins anew.
    scene.editor.playback.play();
    expect(scene.editor.frame.value).toBe(0);
  });

  test("at a tenth and at twice the speed", () => {
    const slow = stage();
    show(slow);
    slow.editor.playback.speed.value = 0.1;
    slow.editor.playback.play();
    expect(run(slow, 0, 2000)).toEqual(upTo(0, 5));
    const quick = stage();
    show(quick);
    quick.editor.playback.speed.value = 2;
    quick.editor.playback.play();
    expect(run(quick, 0, 200)).toEqual(upTo(0, 10));
  });

  test("keeps to the times of the file, which need not be even", () => {
    const scene = stage();
    scene.editor.open({ ...VIDEO, frames: 4, times: [5, 5.02, 5.3, 5.34] });
    show(scene);
    scene.editor.playback.play();
    const at = (to: number) => run(scene, to - 10, to).at(-1);
    run(scene, 0, 20);
    expect(scene.editor.frame.value).toBe(1);
    expect([at(290), at(310), at(350)]).toEqual([1, 2, 3]);
  });

  test("waits for a picture that is late instead of running on", () => {
    const scene = stage();
    show(scene);
    scene.editor.playback.play();
    run(scene, 0, 40);
    scene.editor.playback.tick(80);
    expect(scene.editor.frame.value).toBe(2);
    for (let now = 90; now < 1000; now += 10) scene.editor.playback.tick(now);
    expect([scene.editor.frame.value, scene.editor.shownFrame.value]).toEqual([2, 1]);
    show(scene);
    expect(run(scene, 1000, 1080)).toEqual(upTo(2, 4));
  });

  test("goes on from a frame that somebody turned to", () => {
    const scene = stage();
    show(scene);
    scene.editor.playback.play();
    run(scene, 0, 100);
    scene.editor.goTo(12);
    show(scene);
    expect(run(scene, 110, 200)).toEqual(upTo(12, 14));
  });

  test("a press on the picture stops it, and so does a gesture in hand", () => {
    const scene = stage();
    show(scene);
    scene.editor.playback.play();
    scene.down([500, 400]);
    expect(scene.editor.playback.playing.value).toBe(false);
    scene.up([500, 400]);
    scene.editor.playback.play();
    scene.editor.begin("Move nose");
    scene.editor.playback.tick(0);
    expect(scene.editor.playback.playing.value).toBe(false);
  });
});

describe("a loop", () => {
  test("is marked by one key: where it begins, where it ends, off", () => {
    const scene = stage();
    show(scene);
    scene.editor.goTo(8);
    scene.key("Shift+R");
    scene.editor.goTo(5);
    scene.key("Shift+R");
    expect(scene.editor.playback.range.value).toEqual([5, 8]);
    scene.key("Shift+R");
    expect(scene.editor.playback.range.value).toBeNull();
  });

  test("is played round and round, from wherever one stood", () => {
    const scene = stage();
    scene.editor.playback.setRange([7, 5]);
    show(scene);
    scene.editor.playback.play();
    show(scene);
    expect(run(scene, 0, 320)).toEqual([5, 6, 7, 5, 6, 7, 5, 6, 7].slice(0, 9));
  });

  test("of the whole film, when the end is to be followed by the beginning", () => {
    const scene = stage();
    scene.editor.playback.looping.value = true;
    scene.editor.goTo(18);
    show(scene);
    scene.editor.playback.play();
    expect(run(scene, 0, 120)).toEqual([18, 19, 0, 1]);
  });

  test("ends with its media, and stays within the film", () => {
    const scene = stage();
    scene.editor.playback.setRange([-3, 99]);
    expect(scene.editor.playback.range.value).toEqual([0, 19]);
    scene.editor.playback.setRange([4, 4]);
    expect(scene.editor.playback.range.value).toBeNull();
    scene.editor.playback.setRange([2, 4]);
    scene.editor.open({ ...VIDEO, id: 2 });
    expect(scene.editor.playback.range.value).toBeNull();
  });
});

test("slower and faster go through the speeds and stop at their ends", () => {
  const scene = stage();
  const { speed } = scene.editor.playback;
  scene.key("}");
  expect(speed.value).toBe(1.5);
  for (let i = 0; i < 9; i++) scene.key("}");
  expect(speed.value).toBe(2);
  for (let i = 0; i < 9; i++) scene.key("{");
  expect(speed.value).toBe(0.1);
});
