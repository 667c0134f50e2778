/** The server, typed from its OpenAPI document; every refusal comes out as one ApiError. */
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
/** How far a label set has got with a media. */
export type MediaState = NonNullable<NonNullable<paths["/api/v1/projects/{id}/media"]["get"]["parameters"]["query"]>["state"]>;

/** What the server said no with, in words for a person. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly where: string,
    readonly hint: string,
    readonly details: Record<string, unknown>,
  ) {
    super(message);
  }
}

const client = createClient<paths>({ baseUrl: "/" });

/** Unwrap an answer: its data, or an ApiError. */
async function take<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer;
  if (response.ok && data !== undefined) return data;
  throw refusal(response.status, error);
}

export function refusal(status: number, body: unknown): ApiError {
  const said = (body as { error?: Partial<Schemas["ErrorBody"]> } | undefined)?.error;
  return new ApiError(
    status,
    said?.code ?? "http",
    said?.message ?? `The server answered ${String(status)}`,
    said?.where ?? "",
    said?.hint ?? "",
    said?.details ?? {},
  );
}

const MOST_NAMES = 50;

export const api = {
  projects: () => take(client.GET("/api/v1/projects")),
  project: (id: number) => take(client.GET("/api/v1/projects/{id}", { params: { path: { id } } })),
  mediaList: (
    id: number,
    query: { after?: number; offset: number; limit: number; label_set: number | null; name: string | null; state: MediaState | null },
    signal: AbortSignal,
  ) => take(client.GET("/api/v1/projects/{id}/media", { params: { path: { id }, query }, signal })),
  media: (id: number, labelSet: number) =>
    take(client.GET("/api/v1/media/{id}", { params: { path: { id }, query: { label_set: labelSet } } })),
  labelSet: (id: number) => take(client.GET("/api/v1/label-sets/{id}", { params: { path: { id } } })),
  /** Of frames `first` to `last`, both included. */
  instances: (id: number, media: number, first: number, last: number, signal?: AbortSignal) =>
    take(client.GET("/api/v1/label-sets/{id}/instances", { params: { path: { id }, query: { media, first, last } }, signal })),
  /** Deleted ones too. Asked for in portions that fit into an address. */
  async instancesByName(id: number, names: readonly string[], signal: AbortSignal): Promise<Schemas["InstanceOut"][]> {
    const found: Schemas["InstanceOut"][] = [];
    for (let start = 0; start < names.length; start += MOST_NAMES) {
      const query = { instance: names.slice(start, start + MOST_NAMES) };
      const part = client.GET("/api/v1/label-sets/{id}/instances", { params: { path: { id }, query }, signal });
      found.push(...(await take(part)).instances);
    }
    return found;
  },
  routes: (id: number) =>
    take(client.GET("/api/v1/label-sets/{id}/routes", { params: { path: { id }, query: { state: "open" } } })),
  priors: (id: number) => take(client.GET("/api/v1/label-sets/{id}/priors", { params: { path: { id } } })),
  formats: () => take(client.GET("/api/v1/formats")),
  exportLosses: (id: number, format: string, keysOnly: boolean, signal: AbortSignal) =>
    take(
      client.GET("/api/v1/label-sets/{id}/export/losses", {
        params: { path: { id }, query: { format, keys_only: keysOnly } },
        signal,
      }),
    ),
  startLabels: (id: number, body: Schemas["LabelSetIn"]) =>
    take(client.POST("/api/v1/projects/{id}/label-sets", { params: { path: { id } }, body })),
  flow: (id: number, body: Schemas["FlowIn"]) =>
    take(client.POST("/api/v1/media/{id}/flow", { params: { path: { id } }, body })),
  setInterpolation: (id: number, interpolation: "linear" | "pchip") =>
    take(client.PATCH("/api/v1/label-sets/{id}", { params: { path: { id } }, body: { interpolation } })),
  proposeReady: (id: number, frame: number, body: Schemas["ProposeReadyIn"], signal: AbortSignal) =>
    take(client.POST("/api/v1/media/{id}/frames/{frame}/propose/ready", { params: { path: { id, frame } }, body, signal })),
  propose: (id: number, frame: number, body: Schemas["ProposeIn"], signal: AbortSignal) =>
    take(client.POST("/api/v1/media/{id}/frames/{frame}/propose", { params: { path: { id, frame } }, body, signal })),
  save: (id: number, body: Schemas["SaveIn"], signal: AbortSignal) =>
    take(client.PATCH("/api/v1/label-sets/{id}/changes", { params: { path: { id } }, body, signal })),
};

export const address = {
  frame: (media: number, frame: number) => `/api/v1/media/${String(media)}/frames/${String(frame)}.jpg`,
  thumbnail: (media: number) => `/api/v1/media/${String(media)}/thumbnail.jpg`,
  file: (media: number) => `/api/v1/media/${String(media)}/file`,
  events: (labelSet: number, after: string) =>
    `/api/v1/label-sets/${String(labelSet)}/events?after=${encodeURIComponent(after)}`,
  export: (labelSet: number, format: string, keysOnly: boolean) =>
    `/api/v1/label-sets/${String(labelSet)}/export?format=${encodeURIComponent(format)}${keysOnly ? "&keys_only=true" : ""}`,
};
