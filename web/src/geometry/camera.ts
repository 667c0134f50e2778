/** The map between picture and screen, both ways, without any rounding. */
import { clamp } from "./points";
import type { Box, Camera, Size, XY } from "./types";

export const MAX_SCALE = 64;

export function toScreen(camera: Camera, at: XY): XY {
  return { x: at.x * camera.scale + camera.x, y: at.y * camera.scale + camera.y };
}

export function toImage(camera: Camera, at: XY): XY {
  return { x: (at.x - camera.x) / camera.scale, y: (at.y - camera.y) / camera.scale };
}

/** Multiply the scale, keeping the picture's point under `at` (screen) where it is. */
export function zoomAt(camera: Camera, at: XY, factor: number, smallest = 0.01): Camera {
  const scale = clamp(camera.scale * factor, smallest, MAX_SCALE);
  const held = toImage(camera, at);
  return { scale, x: at.x - held.x * scale, y: at.y - held.y * scale };
}

export function pan(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x + dx, y: camera.y + dy };
}

/** Show a box of the picture whole and centred, leaving `margin` CSS pixels on each side. */
export function fitBox(box: Box, view: Size, margin = 0): Camera {
  const width = Math.max(1, view.width - 2 * margin);
  const height = Math.max(1, view.height - 2 * margin);
  const scale = clamp(Math.min(width / Math.max(box[2], 1e-6), height / Math.max(box[3], 1e-6)), 0.01, MAX_SCALE);
  return centreOn({ x: box[0] + box[2] / 2, y: box[1] + box[3] / 2 }, view, scale);
}

/** Put a point of the picture in the middle of the view. */
export function centreOn(at: XY, view: Size, scale: number): Camera {
  return { scale, x: view.width / 2 - at.x * scale, y: view.height / 2 - at.y * scale };
}

/** Move the camera no more than needed, so that some of the picture stays in sight. */
export function keepInSight(camera: Camera, picture: Size, view: Size, rest = 48): Camera {
  const width = picture.width * camera.scale;
  const height = picture.height * camera.scale;
  return {
    scale: camera.scale,
    x: clamp(camera.x, Math.min(rest, view.width / 2) - width, Math.max(view.width - rest, view.width / 2)),
    y: clamp(camera.y, Math.min(rest, view.height / 2) - height, Math.max(view.height - rest, view.height / 2)),
  };
}
