/** One joint through all frames: the camera keeps to it, a click places it and turns to the next frame. */
import { effect, untracked } from "@preact/signals-core";
import type { Editor } from "../editor/Editor";
import { extent } from "../editor/instance";
import type { Tool, ToolEvent } from "../editor/types";
import { jointInstance, jointName, jointPlace, placeJoint, startJoint } from "../editor/verbs/joint";
import { centreOn, fitBox } from "../geometry/camera";
import { clamp } from "../geometry/points";
import { keyName, withKeys } from "../editor/ownKeys";

/** Share of the object that is seen around the joint, and the least of the picture, in its pixels. */
const AROUND = 0.25;
const LEAST = 40;

export class JointTool implements Tool {
  readonly id = "joint";
  #stop: (() => void) | null = null;
  /** Kept from frame to frame and from image to image. */
  #scale = 0;
  #media: number | null = null;
  /** All of the object is shown, since nobody knows where its joint is. */
  #wide = false;

  constructor(private readonly editor: Editor) {}

  enter(): void {
    const { editor } = this;
    if (!startJoint(editor)) {
      editor.setTool("select");
      return;
    }
    this.#scale = 0;
    this.#media = null;
    this.#wide = true;
    this.#stop = effect(() => {
      const media = editor.media.value;
      const { picture, frame, joint } = editor;
      const there = picture.value?.media === media?.id && picture.value?.frame === frame.value;
      if (joint.value && there && media) untracked(() => this.#look(media.id));
    });
  }

  leave(): void {
    this.#stop?.();
    this.#stop = null;
  }

  /** Put the joint in the middle of the view, and take hold of it. */
  #look(media: number): void {
    const { editor } = this;
    const task = editor.joint.value;
    const instance = jointInstance(editor);
    const at = jointPlace(editor);
    const view = editor.view.value;
    if (!task) return;
    editor.select(instance?.id ?? null, instance ? task.keypoint : null);
    if (media === this.#media) this.#keepScale();
    this.#media = media;
    const box = instance && extent(instance);
    this.#wide = !at;
    if (!at) {
      if (box) editor.setCamera(fitBox(box, view, Math.min(view.width, view.height) / 8));
      else editor.fit();
      return;
    }
    if (!this.#scale) {
      const [, , width, height] = box ?? [0, 0, 0, 0];
      const around = Math.max(LEAST, AROUND * Math.max(width, height));
      this.#scale = clamp(Math.min(view.width, view.height) / (2 * around), 0.05, 16);
    }
    editor.setCamera(centreOn(at, view, this.#scale));
  }

  #keepScale(): void {
    if (!this.#wide) this.#scale = this.editor.camera.value.scale;
  }

  cursor(): string {
    return "crosshair";
  }

  hint(): string {
    const task = this.editor.joint.value;
    if (!task) return "";
    const film = (this.editor.media.value?.frames ?? 1) > 1;
    const longer = task.stride === 1 ? "longer steps" : `every ${String(task.stride)} frames`;
    const step = `${keyName("joint.narrower")} ${keyName("joint.wider")}: ${longer}`;
    return withKeys(
      `Click the ${jointName(this.editor, task)}, and on; right press or Shift: hidden`,
      ["joint.accept", "right as it is"],
      ["joint.hidden", "hidden there"],
      ["joint.absent", "not there"],
      ["joint.skip", "skip"],
      ["joint.back", "back"],
      ["joint.next", "next joint"],
      film ? step : "",
      ["cancel", "leave"],
    );
  }

  pointerDown(event: ToolEvent): void {
    if (event.button !== 0 && event.button !== 2) return;
    // The next image is opened with a camera of its own.
    this.#keepScale();
    placeJoint(this.editor, event.image, event.shift || event.button === 2 ? 1 : 2);
  }

  pointerMove(): void {
    // A click needs no following.
  }

  pointerUp(): void {
    // Placed on the press already.
  }

  cancel(): void {
    // Nothing is held between press and release.
  }
}
