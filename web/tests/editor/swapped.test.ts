import { describe, expect, it } from "vitest";
import BODY from "../../../tests/vectors/body.json";
import { run } from "../../src/editor/commands";
import { setPoints } from "../../src/editor/instance";
import { categoriesOf } from "../../src/editor/ontology";
import { likelySwap } from "../../src/editor/swapped";
import type { Box, EditorInstance } from "../../src/editor/types";
import { swapWords } from "../../src/editor/verbs/swapped";
import { PosePrior, type PriorDocument } from "../../src/geometry/prior";
import { createEditor } from "../../src/tools";

const CATEGORIES = categoriesOf({
  categories: [
    {
      name: "person",
      skeleton: {
        keypoints: BODY.names.map((name, k) => ({ name, flip: BODY.flip[k] === k ? null : (BODY.names[BODY.flip[k] ?? 0] ?? null) })),
        edges: BODY.edges,
      },
    },
  ],
});
const skeleton = CATEGORIES[0]?.skeleton ?? expect.fail();
const prior = new PosePrior(BODY.prior as PriorDocument);
const ARMS = [5, 6, 7, 8, 9, 10];

/** A body as it stands, with the sides of some points exchanged. */
function body(exchanged: readonly number[] = [], unlabelled: readonly number[] = []): EditorInstance {
  const empty: EditorInstance = {
    id: "a", media: 1, frame: 0, category: "person", track: null, points: new Float64Array(51), scores: null, keyed: null,
    box: BODY.box as unknown as Box, mask: null, confidence: null, area: null, crowd: false, attributes: {}, revision: 1,
    deleted: false,
  };
  const of = (k: number): number => (exchanged.includes(k) ? (BODY.flip[k] ?? k) : k);
  return setPoints(
    empty,
    BODY.pose.flatMap((_, k) => {
      const [x = 0, y = 0] = BODY.pose[of(k)] ?? [];
      const wider = 60 + 1.6 * (x - 60); // it stands with its feet and arms apart
      return unlabelled.includes(k) ? [] : [[k, { x: wider, y, v: 2 }] as const];
    }),
  );
}

function desk(instance: EditorInstance) {
  const editor = createEditor(CATEGORIES);
  editor.resize({ width: 1016, height: 816 });
  editor.open({ id: 1, kind: "image", name: "a.png", width: 400, height: 400, frames: 1, fps: 1 });
  editor.load([instance]);
  editor.priors.value = new Map([["person", prior]]);
  editor.select("a");
  return editor;
}

describe("sides that look exchanged", () => {
  it("are found limb by limb, and not where nothing is wrong", () => {
    expect(likelySwap(prior, skeleton, body())).toBeNull();
    expect(likelySwap(prior, skeleton, body(ARMS))?.keypoints).toEqual(ARMS);
    const legs = likelySwap(prior, skeleton, body([11, 12, 13, 14, 15, 16]));
    expect(legs).toMatchObject({ keypoints: [11, 12, 13, 14, 15, 16], whole: false });
  });

  it("are found where one side of a pair is not labelled", () => {
    expect(likelySwap(prior, skeleton, body(ARMS, [9, 14]))?.keypoints).toEqual(ARMS);
  });

  it("are not looked for in a few points", () => {
    const face = [0, 1, 2, 3, 4];
    const legs = [13, 14, 15, 16];
    expect(likelySwap(prior, skeleton, body(ARMS, [...face, ...legs]))).not.toBeNull();
    expect(likelySwap(prior, skeleton, body(ARMS, [...face, ...legs, 9, 10, 11]))).toBeNull();
  });
});

describe("the offer", () => {
  it("is made for the selected instance, and taken as one gesture", () => {
    const editor = desk(body(ARMS));
    const offer = editor.swapOffer.value ?? expect.fail();
    expect(swapWords(editor, offer)).toBe("Left and right of shoulder, elbow and wrist look exchanged.");
    run(editor, "instance.swapOffered");
    expect(editor.selected.value?.points).toEqual(body().points);
    expect(editor.swapOffer.value).toBeNull();
    run(editor, "history.undo");
    expect(editor.selected.value?.points).toEqual(body(ARMS).points);
  });

  it("is not made again once it was declined", () => {
    const editor = desk(body(ARMS));
    run(editor, "instance.sidesStand");
    expect(editor.swapOffer.value).toBeNull();
    editor.select(null);
    editor.select("a");
    expect(editor.swapOffer.value).toBeNull();
    expect(editor.selected.value?.points).toEqual(body(ARMS).points);
  });

  it("waits until nothing is in hand", () => {
    const editor = desk(body(ARMS));
    editor.begin("Move nose");
    expect(editor.swapOffer.value).toBeNull();
    editor.edits.commit();
    expect(editor.swapOffer.value).not.toBeNull();
  });
});
