"""COCO's ten numbers from two files, by the quickest way that certainly gives them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from vitruvian.actions.evaluate import evaluate, with_sigmas
from vitruvian.errors import InvalidInput
from vitruvian.formats.coco.unambiguous import LeftOpen, check_results, read_truth
from vitruvian.metrics.evaluate import mean_of_counted

#: "auto" takes hotcoco where it is installed and the files leave nothing open, else our own.
Engine = Literal["auto", "hotcoco", "numpy"]

#: The checks answer what this release does; another may do otherwise.
_KNOWN_RELEASE: Final = "1.3."
#: Where each of the numbers lies among thresholds (0.5 to 0.95) and area ranges (all, medium, large).
_CUTS: Final = {
    "": np.s_[..., 0],
    "50": np.s_[0, ..., 0],
    "75": np.s_[5, ..., 0],
    "M": np.s_[..., 1],
    "L": np.s_[..., 2],
}


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
        read in several ways, so files in which there is such a thing are left to our own core, and a note says why.

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
    done: AveragePrecision | str = ""
    if engine != "numpy":
        done = _by_hotcoco(Path(truth), Path(found), sigmas)
        if isinstance(done, AveragePrecision):
            return done
        if engine == "hotcoco":
            why = f"cannot be trusted here: {done}" if done else "is not installed"
            hint = 'engine="numpy"' if done else 'pip install "vitruvian[fast]"'
            raise InvalidInput(f"hotcoco {why}", where=str(found), hint=hint)
    ours = evaluate(truth, found, sigmas=sigmas)
    notes = [*ours.notes, f"the numbers are our own core's and not hotcoco's: {done}"] if done else ours.notes
    return AveragePrecision(ours.summary(), "numpy", notes)


def _by_hotcoco(truth: Path, found: Path, sigmas: str | float | None) -> AveragePrecision | str:
    """Return the numbers, or in words why they would not certainly be our own; "" where it is not installed."""
    try:
        # Optional: a young library of one maintainer, and 9 MB.
        import hotcoco  # noqa: PLC0415
    except ImportError:
        return ""
    if not hotcoco.__version__.startswith(_KNOWN_RELEASE):
        return f"what hotcoco {hotcoco.__version__} takes in silence is not known, as it is of {_KNOWN_RELEASE}x"
    notes = ["areas are the objects' own, as the truth states them"]
    try:
        said = read_truth(truth)
        category = with_sigmas(said.category, sigmas, notes)
        skeleton = category.skeleton
        if skeleton is None or skeleton.sigmas is None:
            return "the skeleton has no sigmas"
        with ThreadPoolExecutor(1) as pool:
            # hotcoco leaves Python to others while it works: results are looked at meanwhile.
            running = pool.submit(_run, hotcoco, truth, found, skeleton.sigmas)
            check_results(found, said)
            numbers = running.result()
    except LeftOpen as error:
        return str(error)
    if skeleton.sigma_kind != "measured":
        notes.append(f"the sigmas of {category.name} were not measured for this skeleton")
    return AveragePrecision(numbers, "hotcoco", notes)


def _run(hotcoco: Any, truth: Path, found: Path, sigmas: NDArray[np.float64]) -> dict[str, float]:
    try:
        mine = hotcoco.COCO(str(truth))
        theirs = mine.load_res(str(found))
        evaluation = hotcoco.COCOeval(mine, theirs, "keypoints")
        evaluation.params.kpt_oks_sigmas = sigmas
        evaluation.evaluate()
        evaluation.accumulate()
    except (ValueError, TypeError, OSError) as error:
        raise LeftOpen(f"hotcoco refuses the files: {error}") from error
    warnings = [*mine.load_warnings, *theirs.load_warnings]
    if warnings:
        raise LeftOpen(f"hotcoco warns: {warnings[0]}")
    # Its own summary would print the numbers, and warn of sigmas other than COCO's.
    precision, recall = evaluation.eval["precision"][:, :, 0, :, 0], evaluation.eval["recall"][:, 0, :, 0]
    return {
        f"{name}{cut}": mean_of_counted(values[at])
        for name, values in (("AP", precision), ("AR", recall))
        for cut, at in _CUTS.items()
    }
