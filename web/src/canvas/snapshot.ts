/**
 * The resting picture with everything on it as one bitmap, a little larger than the view. While the camera moves it is
 * laid under the new camera instead of being drawn anew, so that a crowd of points costs no more than the picture.
 */
import { extent } from "../editor/instance";
import type { EditorInstance } from "../editor/types";
import { unionBox } from "../geometry/boxes";
import { toImage } from "../geometry/camera";
import type { Box, Camera, Size } from "../geometry/types";
import type { Context } from "./batches";

/** Share of the view that is drawn beyond each of its sides, so that a pan seldom leaves what there is. */
const MARGIN = 0.25;
/** Up to where the bitmap may be enlarged or made smaller before it is drawn anew. */
const LARGEST = 2;
const SMALLEST = 0.5;
/** Room for the marks of points at the rim. CSS pixels. */
const RIM = 24;

interface Scene {
  readonly camera: Camera;
  readonly view: Size;
  readonly ratio: number;
  /** Everything that there is to see, in pixels of the picture. */
  readonly bounds: Box;
  /** Colour behind the picture. */
  readonly ground: string;
}

interface Taken extends Scene {
  /** Of the screen that the camera makes: what the bitmap covers, CSS pixels. */
  readonly window: Box;
}

export class Snapshot {
  readonly #canvas = document.createElement("canvas");
  #taken: Taken | null = null;

  /** Let go of the bitmap and its memory. */
  drop(): void {
    if (!this.#taken) return;
    this.#taken = null;
    this.#canvas.width = 0;
  }

  /** Have all that lies around the view drawn. */
  take(scene: Scene, draw: (context: Context) => void): void {
    const { camera, view, ratio, bounds, ground } = scene;
    const context = this.#canvas.getContext("2d", { alpha: false });
    if (!context) return;
    const [dx, dy] = [MARGIN * view.width, MARGIN * view.height];
    const window = outward(meet([-dx, -dy, view.width + 2 * dx, view.height + 2 * dy], onScreen(camera, bounds)), ratio);
    this.#canvas.width = Math.max(1, Math.round(window[2] * ratio));
    this.#canvas.height = Math.max(1, Math.round(window[3] * ratio));
    context.fillStyle = ground;
    context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.setTransform(ratio, 0, 0, ratio, -window[0] * ratio, -window[1] * ratio);
    draw(context);
    this.#taken = { ...scene, window };
  }

  /** Whether the bitmap has all that this camera shows, and sharp enough. */
  covers(camera: Camera, view: Size, ratio: number): boolean {
    const taken = this.#taken;
    if (taken?.ratio !== ratio) return false;
    const larger = camera.scale / taken.camera.scale;
    if (larger > LARGEST || larger < SMALLEST) return false;
    const seen = meet([0, 0, view.width, view.height], onScreen(camera, taken.bounds));
    const there = onScreen(camera, inPicture(taken.camera, taken.window));
    return seen[2] <= 0 || seen[3] <= 0 || holds(there, seen, 1 / ratio);
  }

  /** Lay the bitmap where this camera sees it. */
  show(context: Context, camera: Camera): void {
    const taken = this.#taken;
    if (!taken || !this.#canvas.width) return;
    const [x, y, width, height] = onScreen(camera, inPicture(taken.camera, taken.window));
    // On whole pixels of the device a pan only copies them.
    const whole = (place: number): number => (camera.scale === taken.camera.scale ? Math.round(place * taken.ratio) / taken.ratio : place);
    context.imageSmoothingEnabled = true;
    context.drawImage(this.#canvas, whole(x), whole(y), width, height);
  }
}

/** The picture and whatever of the instances lies beyond it, in pixels of the picture. */
export function boundsOf(picture: Size | null, instances: readonly EditorInstance[], { scale }: Camera): Box {
  const all = instances.map(extent).reduce(unionBox, picture && [0, 0, picture.width, picture.height]) ?? [0, 0, 1, 1];
  const rim = RIM / scale;
  return [all[0] - rim, all[1] - rim, all[2] + 2 * rim, all[3] + 2 * rim];
}

function onScreen({ scale, x, y }: Camera, box: Box): Box {
  return [box[0] * scale + x, box[1] * scale + y, box[2] * scale, box[3] * scale];
}

function inPicture(camera: Camera, [x, y, width, height]: Box): Box {
  const corner = toImage(camera, { x, y });
  return [corner.x, corner.y, width / camera.scale, height / camera.scale];
}

function meet(a: Box, b: Box): Box {
  const x = Math.max(a[0], b[0]);
  const y = Math.max(a[1], b[1]);
  return [x, y, Math.min(a[0] + a[2], b[0] + b[2]) - x, Math.min(a[1] + a[3], b[1] + b[3]) - y];
}

/** Onto whole pixels of the device. */
function outward([x, y, width, height]: Box, ratio: number): Box {
  const left = Math.floor(x * ratio) / ratio;
  const top = Math.floor(y * ratio) / ratio;
  return [left, top, Math.ceil((x + width) * ratio) / ratio - left, Math.ceil((y + height) * ratio) / ratio - top];
}

function holds(outer: Box, inner: Box, slack: number): boolean {
  return (
    outer[0] <= inner[0] + slack &&
    outer[1] <= inner[1] + slack &&
    outer[0] + outer[2] >= inner[0] + inner[2] - slack &&
    outer[1] + outer[3] >= inner[1] + inner[3] - slack
  );
}
