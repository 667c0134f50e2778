/** The four arrow keys, for commands that there is one of for each direction and distance. */

interface Arrow {
  readonly direction: string;
  readonly key: string;
  readonly dx: -1 | 0 | 1;
  readonly dy: -1 | 0 | 1;
}

export const ARROWS: readonly Arrow[] = [
  { direction: "left", key: "ArrowLeft", dx: -1, dy: 0 },
  { direction: "right", key: "ArrowRight", dx: 1, dy: 0 },
  { direction: "up", key: "ArrowUp", dx: 0, dy: -1 },
  { direction: "down", key: "ArrowDown", dx: 0, dy: 1 },
];
