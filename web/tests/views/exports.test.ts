import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError, type Schemas } from "../../src/api/client";
import { download, firstChoice, remember, summary } from "../../src/views/exports";

function format(name: string): Schemas["FormatOut"] {
  return { name, title: name.toUpperCase(), ending: ".json", folder: false, writes: true };
}

function loss(what: string): Schemas["LossOut"] {
  return { feature: what, what, count: 12, example: "instance 1" };
}

afterEach(() => {
  localStorage.clear();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("the format that is chosen first", () => {
  const formats = [format("coco"), format("yolo")];

  it("is the last one used", () => {
    expect(firstChoice(formats)).toBe("coco");
    remember("yolo");
    expect(firstChoice(formats)).toBe("yolo");
  });

  it("is the first one when the last is not there any more, or nothing is kept", () => {
    remember("gone");
    expect(firstChoice(formats)).toBe("coco");
    vi.spyOn(Storage.prototype, "getItem").mockImplementation(() => {
      throw new Error("denied");
    });
    expect(firstChoice(formats)).toBe("coco");
    expect(firstChoice([])).toBe("");
  });
});

it("says how much is left out", () => {
  expect(summary("COCO", [])).toBe("COCO holds everything that these labels say.");
  expect(summary("YOLO", [loss("masks")])).toBe("YOLO leaves out one thing that these labels say:");
  expect(summary("YOLO", [loss("masks"), loss("tracks")])).toContain("2 things");
});

describe("a download", () => {
  it("that the server refuses becomes an error, not a file", async () => {
    const body = { error: { code: "format", message: "Needs the extra nwb", where: "", hint: "install it" } };
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify(body), { status: 422 })));
    const click = vi.spyOn(HTMLAnchorElement.prototype, "click");
    const refused = download(1, "nwb", false, new AbortController().signal);
    await expect(refused).rejects.toThrow(ApiError);
    await expect(refused).rejects.toThrow("Needs the extra nwb");
    expect(click).not.toHaveBeenCalled();
  });

  it("takes the name that the server gives", async () => {
    const headers = { "content-disposition": 'attachment; filename="Ada-2.zip"' };
    const asked = vi.fn(() => Promise.resolve(new Response("PK", { headers })));
    vi.stubGlobal("fetch", asked);
    let saved = "";
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      saved = this.download;
    });
    await download(2, "yolo", true, new AbortController().signal);
    expect(saved).toBe("Ada-2.zip");
    expect(asked).toHaveBeenCalledWith("/api/v1/label-sets/2/export?format=yolo&keys_only=true", expect.anything());
  });
});
