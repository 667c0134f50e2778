/** The best source of pictures for a media in this browser. */
import { VideoPlayer } from "./player";
import { ServerFrames } from "./server";
import type { FrameSource } from "./source";

export interface VideoFile {
  readonly kind: "image" | "video";
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly times: readonly number[] | null;
  readonly rotated: boolean;
  readonly address: string;
  readonly frameAddress: (n: number) => string;
}

/** WebCodecs where it shows exactly the server's frames; otherwise, and whenever it fails, the server's pictures. */
export async function openSource(file: VideoFile): Promise<FrameSource> {
  const server = new ServerFrames(file.frameAddress, file.frames);
  if (file.kind === "image" || !file.times || file.rotated) return server;
  const player = await VideoPlayer.open(file.address, file.times, file.width, file.height);
  return player ? new WithFallback(player, server) : server;
}

class WithFallback implements FrameSource {
  #failed = false;

  constructor(
    private readonly player: FrameSource,
    private readonly server: FrameSource,
  ) {}

  get kind(): FrameSource["kind"] {
    return this.#failed ? this.server.kind : this.player.kind;
  }

  async frame(n: number): Promise<CanvasImageSource | null> {
    if (this.#failed) return this.server.frame(n);
    try {
      return await this.player.frame(n);
    } catch {
      this.#failed = true;
      this.player.close();
      return this.server.frame(n);
    }
  }

  close(): void {
    if (!this.#failed) this.player.close();
    this.server.close();
  }
}
