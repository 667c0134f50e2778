/** The best source of pictures for a media in this browser. */
import { Opening } from "./opening";
import { ServerFrames } from "./server";
import type { FrameSource } from "./source";

/** Frames of a film whose container takes longer to read than the server to show a picture. */
const LONG = 2000;

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
  const { address, times, width, height } = file;
  // The reader of containers is more than half of the program, and images and first pictures do without it.
  const opened = import("./player").then(
    ({ VideoPlayer }) => VideoPlayer.open(address, times, width, height),
    // A part of the program that cannot be had any more; the server still shows every frame.
    () => null,
  );
  const player = opened.then((found) => found && new WithFallback(found, new ServerFrames(file.frameAddress, file.frames)));
  if (file.frames > LONG) return new Opening(server, player);
  return (await player) ?? server;
}

/** The first source until it fails, then the second for good; nobody notices more than a pause. */
export class WithFallback implements FrameSource {
  #failed = false;
  #closed = false;

  constructor(
    private readonly player: FrameSource,
    private readonly server: FrameSource,
  ) {}

  get kind(): FrameSource["kind"] {
    return this.#failed ? this.server.kind : this.player.kind;
  }

  async frame(n: number): Promise<CanvasImageSource | null> {
    if (!this.#failed) {
      try {
        return await this.player.frame(n);
      } catch {
        this.#failed = true;
      }
    }
    const picture = await this.server.frame(n);
    // Not sooner: until now the player's last picture is on the screen, and must be there to be drawn again.
    if (picture) setTimeout(() => this.#closePlayer());
    return picture;
  }

  close(): void {
    this.#closePlayer();
    this.server.close();
  }

  #closePlayer(): void {
    if (!this.#closed) this.player.close();
    this.#closed = true;
  }
}
