import { describe, expect, it } from "vitest";
import { stage, VIDEO } from "./scene";
import type { EditorMedia } from "../../src/editor/types";

const IMAGE: EditorMedia = { id: 2, kind: "image", name: "z.jpg", width: 500, height: 400, frames: 1, fps: 0 };

function opened(media: EditorMedia) {
  const jumps: number[] = [];
  const scene = stage([], { onJump: (to) => jumps.push(to) });
  scene.editor.open(media);
  scene.editor.neighbours.value = { before: 8, after: 9 };
  return { ...scene, jumps };
}

describe("steps from media to media", () => {
  it("F and D turn an image, and frames of a video", () => {
    const image = opened(IMAGE);
    image.key("F");
    image.key("D");
    expect(image.jumps).toEqual([9, 8]);
    const video = opened(VIDEO);
    video.key("F");
    expect(video.editor.frame.value).toBe(1);
    video.key("Shift+F");
    video.key("Shift+D");
    expect(video.jumps).toEqual([9, 8]);
  });

  it("says so at the end", () => {
    const { editor, key, jumps, messages } = opened(IMAGE);
    editor.neighbours.value = { before: null, after: null };
    key("F");
    key("D");
    expect(jumps).toEqual([]);
    expect(messages).toHaveLength(2);
  });
});
