/** The shapes of plane geometry that every room above shares. All lengths are pixels, y points down. */

export interface XY {
  readonly x: number;
  readonly y: number;
}

/** x, y, width, height. */
export type Box = readonly [number, number, number, number];

/** How the picture lies on the screen: screen = picture * scale + (x, y), screen lengths in CSS pixels. */
export interface Camera {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}
