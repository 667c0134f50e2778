/**
 * Pictures from the first moment: a container with thousands of packets takes a while to be read and compared with the
 * import's table, and until that is done the server's pictures, which are exact too, are shown.
 */
import type { FrameSource } from "./source";

export class Opening implements FrameSource {
  #player: FrameSource | null = null;
  #closed = false;

  constructor(
    private readonly server: FrameSource,
    player: Promise<FrameSource | null>,
  ) {
    void player.then(
      (opened) => {
        if (this.#closed) opened?.close();
        else this.#player = opened;
      },
      // The server goes on.
      () => undefined,
    );
  }

  get kind(): FrameSource["kind"] {
    return (this.#player ?? this.server).kind;
  }

  frame(n: number): Promise<CanvasImageSource | null> {
    return (this.#player ?? this.server).frame(n);
  }

  close(): void {
    this.#closed = true;
    this.#player?.close();
    this.server.close();
  }
}
