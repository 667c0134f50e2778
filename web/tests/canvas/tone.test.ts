import { describe, expect, it } from "vitest";
import { applyTone, toneTable } from "../../src/canvas/tone";

const PLAIN = { brightness: 1, contrast: 1, gamma: 1 };

describe("brightness, contrast and gamma", () => {
  it("at 1 leave every byte as it is", () => {
    expect([...toneTable(PLAIN)]).toEqual([...Array(256).keys()]);
  });

  it("brightness multiplies, contrast spreads around the middle, gamma lifts the shadows and holds both ends", () => {
    expect(toneTable({ ...PLAIN, brightness: 2 })[60]).toBe(120);
    expect(toneTable({ ...PLAIN, brightness: 2 })[200]).toBe(255);
    const contrast = toneTable({ ...PLAIN, contrast: 2 });
    expect([contrast[50], contrast[100], contrast[150], contrast[250]]).toEqual([0, 72, 172, 255]);
    const gamma = toneTable({ ...PLAIN, gamma: 2 });
    expect([gamma[0], gamma[64], gamma[255]]).toEqual([0, 128, 255]);
  });

  it("touch the colours and not how opaque a pixel is", () => {
    const pixels = Uint8ClampedArray.of(10, 20, 30, 40, 100, 110, 120, 255);
    applyTone(pixels, toneTable({ ...PLAIN, brightness: 2 }));
    expect([...pixels]).toEqual([20, 40, 60, 40, 200, 220, 240, 255]);
  });
});
