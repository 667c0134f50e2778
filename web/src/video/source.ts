/** Pictures by frame number, whatever they come from. Latest wins: an older request that is overtaken answers null. */
export interface FrameSource {
  readonly kind: "image" | "webcodecs" | "server";
  frame(n: number): Promise<CanvasImageSource | null>;
  close(): void;
}
