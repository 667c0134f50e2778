/** F6 goes round the parts of the page, since Tab belongs to the points while the picture has the keyboard. */
const REGIONS = ["header", "nav", "#stage", "aside", "[role=slider]"];
const FOCUSABLE = "a[href], button:not(:disabled), select, [tabindex='0']";

export function nextRegion(root: ParentNode, step: 1 | -1): void {
  const regions = REGIONS.flatMap((selector) => [...root.querySelectorAll<HTMLElement>(selector)].slice(0, 1));
  const now = regions.findIndex((region) => region.contains(document.activeElement));
  for (let k = 1; k <= regions.length; k++) {
    const region = regions[(Math.max(now, step === 1 ? -1 : 0) + k * step + 2 * regions.length) % regions.length];
    const target = region?.matches(FOCUSABLE) ? region : region?.querySelector<HTMLElement>(FOCUSABLE);
    if (!target) continue;
    target.focus();
    return;
  }
}
