import { describe, expect, it, vi } from "vitest";
import { person, route, stage } from "./scene";

describe("frames with open work", () => {
  it("are those without labels and those with a doubtful point; what is computed between keys counts as labelled", () => {
    const keyed = new Uint8Array([1, 1, 1, 1, 1]);
    const rows = [person("a", 2, 200, 200, { keyed, track: "t" }), person("b", 6, 300, 200, { keyed, track: "t" }), person("c", 8, 300, 200)];
    const { editor, key } = stage(rows);
    editor.routes.set([route(1, "b", 1, 6), { ...route(2, "c", 1, 8), state: "accepted" }]);
    const visited: number[] = [];
    for (let i = 0; i < 5; i++) {
      key("Mod+Alt+ArrowRight");
      visited.push(editor.frame.value);
    }
    expect(visited).toEqual([1, 6, 7, 9, 10]);
    key("Mod+Alt+ArrowLeft");
    key("Mod+Alt+ArrowLeft");
    expect(editor.frame.value).toBe(7);
  });

  it("are looked for in other media where none is left here", async () => {
    const jumps: unknown[] = [];
    const asked: unknown[] = [];
    const all = Array.from({ length: 20 }, (_, frame) => person(`p${String(frame)}`, frame, 200, 200));
    const { key, messages } = stage(all, {
      onJump: (...place) => jumps.push(place),
      onOpenWork: (...question) => {
        asked.push(question);
        return Promise.resolve(question[1] === 1 ? { media: 7, frame: 3 } : null);
      },
    });
    key("Mod+Alt+ArrowRight");
    await vi.waitFor(() => expect(jumps).toEqual([[7, 3]]));
    key("Mod+Alt+ArrowLeft");
    await vi.waitFor(() => expect(messages).toEqual(["No open work comes before this"]));
    expect(asked).toEqual([[1, 1], [1, -1]]);
  });
});
