"""COCO's ten numbers from two files, by the quickest way that certainly gives them."""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from vitruvian.actions.evaluate import evaluate, with_sigmas
from vitruvian.errors import InvalidInput
from vitruvian.formats.coco.categories import read_ontology
from vitruvian.formats.coco.deviations import Deviations
from vitruvian.formats.coco.unambiguous import odd_results, read_truth
from vitruvian.labels import Skeleton

#: "auto" takes hotcoco where it is installed and the files leave nothing open, else our own.
Engine = Literal["auto", "hotcoco", "numpy"]

NAMES = ("AP", "AP50", "AP75", "APM", "APL", "AR", "AR50", "AR75", "ARM", "ARL")


@dataclass(frozen=True, slots=True)
class AveragePrecision:
    """COCO's numbers.

    Attributes
    ----------
    numbers : dict of str to float
        AP, AP50, AP75, APM, APL, AR, AR50, AR75, ARM, ARL; of CrowdPose those of its subsets besides.
    engine : {"hotcoco", "numpy"}
        What computed them.
    notes : list of str
        What a reader of the numbers must know.
    """

    numbers: dict[str, float]
    engine: Literal["hotcoco", "numpy"]
    notes: list[str] = field(default_factory=list)


def average_precision(
    truth: str | Path, found: str | Path, *, sigmas: str | float | None = None, engine: Engine = "auto"
) -> AveragePrecision:
    """Return COCO's ten numbers of detections against truth, the same ones that :func:`evaluate` gives, sooner.

    Parameters
    ----------
    truth, found : path
        Of any format.
    sigmas : str or float, optional
        A preset or one number for all keypoints; as for :func:`evaluate`.
    engine : {"auto", "hotcoco", "numpy"}
        hotcoco (``pip install "vitruvian[fast]"``) computes plain COCO files in Rust. It takes in silence what may be
        read in several ways, so files in which there is such a thing are left to our own core.

    Raises
    ------
    FormatError
        A file cannot be read.
    InvalidInput
        hotcoco is asked for and not installed, or cannot be trusted with these files; what :func:`evaluate` raises.
    LabelError
        A skeleton of the truth has no sigmas.
    """
    if engine not in get_args(Engine):
        raise InvalidInput(f"There is no engine {engine!r}", hint=f"one of {', '.join(get_args(Engine))}")
    if engine != "numpy":
        done = _by_hotcoco(Path(truth), Path(found), sigmas)
        if isinstance(done, AveragePrecision):
            return done
        if engine == "hotcoco":
            raise InvalidInput(f"hotcoco cannot be trusted here: {done}", where=str(found), hint='engine="numpy"')
    ours = evaluate(truth, found, sigmas=sigmas)
    return AveragePrecision(ours.summary(), "numpy", ours.notes)


def _by_hotcoco(truth: Path, found: Path, sigmas: str | float | None) -> AveragePrecision | str:
    """Return the numbers, or in words why they would not certainly be our own."""
    try:
        # Optional: a young library of one maintainer, and 5 MB.
        import hotcoco  # noqa: PLC0415
    except ImportError:
        return 'it is not installed: pip install "vitruvian[fast]"'
    if not (truth.is_file() and found.is_file()):
        return "these are not two files"
    stated = read_truth(truth.read_bytes())
    if isinstance(stated, str):
        return stated
    notes = ["areas are the objects' own, as the truth states them"]
    ontology, _ = read_ontology(stated.categories, {}, [], truth.name, Deviations(truth.name))
    (category,) = (with_sigmas(category, sigmas, notes) for category in ontology)
    skeleton = category.skeleton
    if skeleton is None or skeleton.sigmas is None:
        return "the skeleton has no sigmas"
    try:
        numbers = _run(hotcoco, truth, found, skeleton)
    except ValueError as error:
        return str(error)
    return AveragePrecision(dict(zip(NAMES, numbers, strict=True)), "hotcoco", notes)


def _run(hotcoco: Any, truth: Path, found: Path, skeleton: Skeleton) -> list[float]:
    """Return the ten numbers; raises ValueError, as hotcoco does itself, where they cannot be trusted."""
    # It prints what it finds odd, and warns of sigmas that are not COCO's own.
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(action="ignore"),
    ):
        mine = hotcoco.COCO(str(truth))
        theirs = mine.load_res(str(found))
        count = theirs.stats()["annotation_count"]
        known = len(theirs.get_ann_ids(img_ids=mine.get_img_ids(), cat_ids=mine.get_cat_ids()))
        odd = odd_results(found.read_bytes(), len(skeleton), count)
        if odd or known != count or not count or mine.load_warnings or theirs.load_warnings:
            raise ValueError(odd or "there are none, odd or unknown numbers, images or categories among the detections")
        evaluation = hotcoco.COCOeval(mine, theirs, "keypoints")
        evaluation.params.kpt_oks_sigmas = skeleton.sigmas
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return [float(number) for number in evaluation.stats]
