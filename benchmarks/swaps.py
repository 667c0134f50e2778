"""How often the page offers to exchange left and right: of people as they are labelled, and with sides exchanged.

People of a COCO file (``VITRUVIAN_SHARED``, default ``../shared``, or the option) who have six points or more, by the
page's own code, five folds by picture with the prior fitted on the other four. False alarms are offers for people as
the file has them, who may really be labelled the wrong way round; hits are offers of the very exchange that undoes one
that was made: of everything, of the arms from the shoulders or elbows on, of the legs from the hips or knees on.
"no labels" is the prior that stands before anything was labelled.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import _node
import numpy as np
from clicks import FOLDS, SHARED, People, fitted, ordinary
from numpy.typing import NDArray

from vitruvian.assist.first_priors import first_prior
from vitruvian.labels.presets import preset, preset_skeleton

EXCHANGED = {
    "everything": range(17),
    "arms from the shoulders": range(5, 11),
    "arms from the elbows": range(7, 11),
    "legs from the hips": range(11, 17),
    "legs from the knees": range(13, 17),
}


def persons(who: People, order: NDArray[np.int64]) -> list[dict[str, Any]]:
    """Return people whose keypoint k is called what `order[k]` was."""
    points = np.concatenate((who.xy, np.where(who.seen, 2.0, 0.0)[..., None]), axis=2)[:, order]
    flat = points.reshape(len(who), -1).tolist()
    return [{"points": p, "box": b} for p, b in zip(flat, who.box.tolist(), strict=True)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--coco", type=Path, default=SHARED / "data/evaluation/litehrnet/gt.json")
    skeleton = preset_skeleton("coco")
    who, _ = ordinary(options.parse_args().coco)
    who = who.take(who.seen.sum(axis=1) >= 6)
    pictures = np.random.default_rng(0).permutation(np.unique(who.picture))
    same = np.arange(17)
    orders = {"": same} | {
        name: np.where(np.isin(same, list(which)), skeleton.flip_indices, same) for name, which in EXCHANGED.items()
    }
    folds: list[dict[str, Any]] = []
    rows: list[tuple[bool, str]] = []
    for fold in range(FOLDS):
        here = np.isin(who.picture, pictures[fold::FOLDS])
        own, first = fitted(skeleton, who.take(~here)), first_prior(skeleton)
        for labels, prior in ((True, own), (False, first)):
            for name, order in orders.items():
                folds.append({"prior": prior.document(), "people": persons(who.take(here), order)})
                rows.append((labels, name))
    offers = _node.run("swaps", {"ontology": preset("coco").document(), "folds": folds})

    figures: dict[str, str] = {"people": str(len(who))}
    for labels in (True, False):
        prior = "fitted prior" if labels else "no labels"
        for name in orders:
            made = [offer for row, some in zip(rows, offers, strict=True) if row == (labels, name) for offer in some]
            wanted = None if not name else [k for k in EXCHANGED[name] if skeleton.flip_indices[k] != k]
            if wanted is None:
                figures[f"{prior}, false alarms"] = f"{np.mean([offer is not None for offer in made]):.1%}"
            else:
                exact = np.mean([offer == wanted for offer in made])
                some_offer = np.mean([offer is not None for offer in made])
                figures[f"{prior}, {name} exchanged"] = f"{exact:.1%} that very exchange, {some_offer:.1%} any"
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
