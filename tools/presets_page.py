"""Write docs/presets.md from the presets themselves: ``python tools/presets_page.py``."""

from __future__ import annotations

from pathlib import Path

from vitruvian.labels.presets import presets

PAGE = Path(__file__).resolve().parents[1] / "docs/presets.md"

HEAD = """\
# Presets

`vt.preset("coco")` is an ontology of one category, `vt.preset_skeleton("coco")` its skeleton, `vt.presets()`
this list; on the command line `vitruvian info presets` and `vitruvian info coco`.

The published lists carry the keypoints, edges and flip pairs of their data sets as mmpose (Apache-2.0)
collected them. Sigmas are *measured* where they rest on repeated labels of that very skeleton, *adapted*
where they were carried over from another, *uniform* where one value stands for all. Mended on the way: flip
pairs of `300wlp` (none were given) and of `deepfashion2`'s vest (one pointed one way only), repeated ids in
`coco_wholebody_face`, `coco_wholebody_openpose` and `deepfashion_full`. `rhd2d` counts fingers from tip to
palm, the reverse of the other hands. `coco_feet` is the first 23 keypoints of COCO-WholeBody: COCO's 17 and
six of the feet, with their measured sigmas. `product_box`, `shelf_facing`, `bottle`, `shoe` and `hand_pair` are our
own; each keypoint says where it lies.

| name | keypoints | category | sigmas | data sets with the same keypoints |
|---|---|---|---|---|
"""


def main() -> None:
    rows = [f"| {p.name} | {p.keypoints} | {p.category} | {p.sigma_kind} | {', '.join(p.aliases)} |" for p in presets()]
    PAGE.write_text(HEAD + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
