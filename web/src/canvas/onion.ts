/** Onion skin: the labels of the frames before and after shine through, cool and warm, fainter the farther away. */
import type { Editor } from "../editor/Editor";
import type { Camera, EditorInstance } from "../editor/types";
import type { Context } from "./batches";

const COOL = "#6fc3ff";
const WARM = "#ff9d5c";
const DOT = 4;

export interface Ghost {
  readonly instance: EditorInstance;
  /** Frames from the one on the screen; before it negative. */
  readonly away: number;
}

const NONE: readonly Ghost[] = [];

export class OnionSkin {
  #kept: readonly Ghost[] = NONE;
  #place = "";

  /** The same list as long as nothing of it changes; a gesture in hand leaves it as it was, and so costs nothing. */
  ghosts(editor: Editor): readonly Ghost[] {
    const media = editor.media.value;
    const count = editor.options.value.onionSkin;
    if (!media || !count || media.frames < 2) return NONE;
    const frame = editor.shownFrame.value;
    const place = `${String(media.id)}/${String(frame)}/${String(count)}`;
    if (place === this.#place && editor.edits.inHand.value !== null) return this.#kept;
    this.#place = place;
    const found: Ghost[] = [];
    // The farthest first, so that the nearest lie on top.
    for (let d = count; d > 0; d--) {
      for (const away of [-d, d]) {
        for (const instance of editor.store.at(media.id, frame + away)) found.push({ instance, away });
      }
    }
    const same = found.length === this.#kept.length && found.every(({ instance, away }, i) => {
      const kept = this.#kept[i];
      return kept?.instance === instance && kept.away === away;
    });
    if (!same) this.#kept = found;
    return this.#kept;
  }
}

export function drawGhosts(context: Context, ghosts: readonly Ghost[], editor: Editor): void {
  if (!editor.options.value.labels) return;
  context.lineWidth = 1.25;
  for (const { instance, away } of ghosts) {
    const color = away < 0 ? COOL : WARM;
    context.globalAlpha = 0.6 / Math.abs(away);
    context.strokeStyle = color;
    context.fillStyle = color;
    drawGhost(context, instance, editor.skeleton(instance)?.edges ?? [], editor.camera.value);
  }
  context.globalAlpha = 1;
}

function drawGhost(
  context: Context,
  { points }: EditorInstance,
  edges: readonly (readonly [number, number])[],
  { scale, x: ox, y: oy }: Camera,
): void {
  const x = (k: number) => (points[3 * k] ?? 0) * scale + ox;
  const y = (k: number) => (points[3 * k + 1] ?? 0) * scale + oy;
  const there = (k: number) => (points[3 * k + 2] ?? 0) > 0;
  context.beginPath();
  for (const [a, b] of edges) {
    if (!there(a) || !there(b)) continue;
    context.moveTo(x(a), y(a));
    context.lineTo(x(b), y(b));
  }
  context.stroke();
  for (let k = 0; 3 * k < points.length; k++) if (there(k)) context.fillRect(x(k) - DOT / 2, y(k) - DOT / 2, DOT, DOT);
}
