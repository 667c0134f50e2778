/** The editor's question of where points flow, put to the server. */
import { api } from "../api/client";
import type { FlowFrame, FlowQuestion, XY } from "../editor/types";

const pair = ({ x, y }: XY): number[] => [x, y];

export async function carryPoints({ media, first, last, start, end }: FlowQuestion): Promise<FlowFrame[]> {
  const body = { first, last, start: start.map(pair), end: end && end.map((at) => at && pair(at)) };
  const { frames } = await api.flow(media, body);
  return frames.map(({ frame, points }) => ({
    frame,
    points: points.map((at) => at && { x: at[0] ?? 0, y: at[1] ?? 0, score: at[2] ?? 0 }),
  }));
}
