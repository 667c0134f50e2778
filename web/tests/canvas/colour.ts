/** How far apart colours look, also to eyes that lack a kind of cone. Colours are "#rrggbb". */

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

/** Complete lack of one cone, over linear light: Machado, Oliveira and Fernandes 2009, table of severity 1.0. */
export const SIGHTS = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
} as const satisfies Record<string, Matrix>;

export type Sight = keyof typeof SIGHTS;

const XYZ: Matrix = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]];
const WHITE: Triple = [0.95047, 1, 1.08883];
const RADIANS = Math.PI / 180;

const map = (values: Triple, to: (value: number, i: number) => number): Triple => [to(values[0], 0), to(values[1], 1), to(values[2], 2)];
const times = (matrix: Matrix, [a, b, c]: Triple): Triple => map([0, 1, 2], (row) => {
  const [x, y, z] = matrix[row as 0 | 1 | 2];
  return x * a + y * b + z * c;
});

function parts(hex: string): Triple {
  return map([1, 3, 5], (at) => parseInt(hex.slice(at, at + 2), 16) / 255);
}

function linear(hex: string): Triple {
  return map(parts(hex), (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
}

function lab(light: Triple): Triple {
  const seen = map(light, (c) => Math.min(1, Math.max(0, c)));
  const [x, y, z] = map(times(XYZ, seen), (value, i) => {
    const t = value / (WHITE[i] ?? 1);
    return t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29;
  });
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** CIEDE2000 of two colours as an eye sees them. */
export function apart(a: string, b: string, sight: Sight = "normal"): number {
  return ciede2000(lab(times(SIGHTS[sight], linear(a))), lab(times(SIGHTS[sight], linear(b))));
}

/** Sharma, Wu and Dalal 2005, equations 2 to 22, all weights 1. */
export function ciede2000([l1, a1, b1]: Triple, [l2, a2, b2]: Triple): number {
  const pull = (c: number): number => Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7));
  const g = 0.5 * (1 - pull((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2));
  const [p1, p2] = [(1 + g) * a1, (1 + g) * a2];
  const [c1, c2] = [Math.hypot(p1, b1), Math.hypot(p2, b2)];
  const hue = (p: number, b: number): number => (p || b ? (Math.atan2(b, p) / RADIANS + 360) % 360 : 0);
  const [h1, h2] = [hue(p1, b1), hue(p2, b2)];
  const grey = c1 * c2 === 0;
  let dh = grey ? 0 : h2 - h1;
  if (dh > 180) dh -= 360;
  else if (dh < -180) dh += 360;
  const [dl, dc] = [l2 - l1, c2 - c1];
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin((dh / 2) * RADIANS);
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
  let h = h1 + h2;
  if (!grey) h = Math.abs(h1 - h2) <= 180 ? h / 2 : (h + (h < 360 ? 360 : -360)) / 2;
  const cos = (degrees: number): number => Math.cos(degrees * RADIANS);
  const t = 1 - 0.17 * cos(h - 30) + 0.24 * cos(2 * h) + 0.32 * cos(3 * h + 6) - 0.2 * cos(4 * h - 63);
  const sl = 1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2);
  const [sc, sh] = [1 + 0.045 * c, 1 + 0.015 * c * t];
  const turn = -2 * pull(c) * Math.sin(60 * Math.exp(-(((h - 275) / 25) ** 2)) * RADIANS);
  return Math.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dH / sh) ** 2 + turn * (dc / sc) * (dH / sh));
}

/** WCAG's ratio of luminances. */
export function contrast(a: string, b: string): number {
  const [high, low] = [a, b].map((hex) => times(XYZ, linear(hex))[1] + 0.05).sort((p, q) => q - p) as [number, number];
  return high / low;
}

/** CSS's color-mix in srgb: so much of the second. */
export function mixed(a: string, b: string, share: number): string {
  const other = parts(b);
  const bytes = map(parts(a), (c, i) => Math.round(255 * (c * (1 - share) + (other[i] ?? 0) * share)));
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
