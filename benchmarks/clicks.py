"""Clicks that a pose costs: a simulated annotator at work with the page's own code (web/benchmarks/clicks.ts).

He knows the truth, draws the box and, click by click, places the worst of the points he has not placed yet exactly
where it is (or, in the rows named "unsure", off by a normal hand: variance sigma^2 area / 2). The page says where the
other points lie. Counted are the clicks to OKS .85, .90 and .95 (NoC); the policies are

- `prior`: the page's template, by a pose prior that the server's code fits,
- `nearest`: the template is the one labelled pose nearest to what was placed,
- `none`: the template stays where it was dropped, only placed points move,
- `proposal`: a model's points, of which only the placed ones move (`manual` is from an empty picture: every point costs
  a click).

Poses of athletes: ``lspet.mat``, 14 joints, of people whose joints are all labelled; 1,000 drawn at random are
labelled, the prior is fitted on the others. Ordinary pictures: a COCO file of 17 keypoints, five folds by picture, each
labelled with the prior fitted on the other four. "own30": a prior fitted on 30 poses of the same split. "no labels":
what stands before anything was labelled. The box is the one around the labelled points; "drawn box" takes the file's.
A person's area is the file's, or 0.53 width x height where it has none (LSP).

Video: the smoothed points of one dancer, keys per joint, the page's interpolation; clicks a frame until every frame has
the OKS. The annotator places every joint in the first and last frame; then, in the worst frame, the joint that is most
wrong over the frames between its keys that are not near enough yet, keyed where of these it is furthest off.

Data is read from ``VITRUVIAN_SHARED`` (default: ``../shared``), or from what the options name.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import _node
import numpy as np
import scipy.io
from numpy.typing import NDArray
from scipy.signal import savgol_filter

import vitruvian as vt
from vitruvian.assist.first_priors import first_prior
from vitruvian.assist.fit_prior import fit_prior
from vitruvian.assist.people import SIGMAS
from vitruvian.assist.pose_prior import PosePrior, normalised
from vitruvian.labels import Skeleton, skeleton_from_names
from vitruvian.labels.presets import preset_skeleton

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("VITRUVIAN_SHARED") or ROOT / "../shared")
LSP = ("right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle", "right_wrist", "right_elbow",
       "right_shoulder", "left_shoulder", "left_elbow", "left_wrist", "neck", "head_top")  # fmt: skip
#: CrowdPose's sigmas, which has the same joints.
LSP_SIGMAS = np.array([.089, .087, .107, .107, .087, .089, .062, .072, .079, .079, .072, .062, .079, .079])  # fmt: skip
REACHES = (".85", ".90", ".95")
FOLDS = 5
Array = NDArray[np.float64]


@dataclass(frozen=True)
class People:
    """N poses: `xy` (N, K, 2), `seen` (N, K), `box` (N, 4) around the points, `drawn` (N, 4), `area`, `picture`."""

    xy: Array
    seen: NDArray[np.bool_]
    box: Array
    drawn: Array
    area: Array
    picture: NDArray[np.int64]

    def take(self, rows: NDArray[Any]) -> People:
        """Return some of them."""
        return People(*(values[rows] for values in vars(self).values()))

    def __len__(self) -> int:
        return len(self.xy)


def people(xy: Array, seen: NDArray[np.bool_], area: Array | None, drawn: Array | None, picture: Array) -> People:
    """Return those whose points span a box."""
    low = np.where(seen[..., None], xy, np.inf).min(axis=1)
    high = np.where(seen[..., None], xy, -np.inf).max(axis=1)
    box = np.concatenate((low, high - low), axis=1)
    found = People(
        xy,
        seen,
        box,
        box if drawn is None else drawn,
        0.53 * box[:, 2] * box[:, 3] if area is None else area,
        picture.astype(np.int64),
    )
    return found.take((box[:, 2:] > 5).all(axis=1) & (found.area > 0) & (found.drawn[:, 2:] > 0).all(axis=1))


def athletes(path: Path) -> People:
    """Read ``joints`` of an LSP file: (14, 3, N) of lspet says what is labelled, (3, 14, N) of LSP what is hidden."""
    joints = scipy.io.loadmat(path)["joints"].astype(np.float64)
    joints = np.moveaxis(joints, -1, 0) if joints.shape[0] == len(LSP) else joints.transpose(2, 1, 0)
    full = np.ones(joints.shape[:2], np.bool_) if joints[..., 2].mean() < 0.5 else joints[..., 2] > 0
    whole = full.all(axis=1)
    return people(joints[whole, :, :2], full[whole], None, None, np.arange(int(whole.sum())))


def ordinary(path: Path) -> tuple[People, list[dict[str, Any]]]:
    """Read the people of a COCO file who have points."""
    annotations = [a for a in json.loads(path.read_text())["annotations"] if any(a["keypoints"][2::3])]
    points = np.array([a["keypoints"] for a in annotations], np.float64).reshape(-1, 17, 3)
    drawn = np.array([a["bbox"] for a in annotations], np.float64)
    area = np.array([a["area"] for a in annotations], np.float64)
    pictures = np.array([a["image_id"] for a in annotations])
    return people(points[..., :2], points[..., 2] > 0, area, drawn, pictures), annotations


def fitted(skeleton: Skeleton, who: People, *, drawn: bool = False) -> PosePrior:
    """Fit a prior as the server does."""
    visibility = np.where(who.seen, 2, 0).astype(np.uint8)
    box = who.drawn if drawn else who.box
    return fit_prior(who.xy, visibility, box, skeleton.flip_indices, first_prior(skeleton))


def task(policy: str, sigmas: Array, who: People, prior: PosePrior | None = None, **more: Any) -> dict[str, Any]:
    """Return what one annotator has to do, as clicks.ts reads it."""
    start, drawn = more.pop("start", None), more.pop("drawn", False)
    points = np.concatenate((who.xy, np.where(who.seen, 2.0, 0.0)[..., None]), axis=2).reshape(len(who), -1)
    persons: list[dict[str, Any]] = [
        {"points": p, "box": b, "area": a}
        for p, b, a in zip(points.tolist(), (who.drawn if drawn else who.box).tolist(), who.area.tolist(), strict=True)
    ]
    for n, person in enumerate(persons if start is not None else ()):
        person["start"] = start[n].ravel().tolist()
    document = prior.document() if prior else None
    job = {"policy": policy, "sigmas": sigmas.tolist(), "noise": 0, "people": persons, "prior": document, **more}
    return {key: value for key, value in job.items() if value is not None}


def athletes_tasks(who: People, fit_on: People | None, seed: int = 0) -> dict[str, list[dict[str, Any]]]:
    """Return the tasks of LSP poses by row."""
    skeleton = skeleton_from_names(LSP)
    rng = np.random.default_rng(seed)
    if fit_on is None:
        order = rng.permutation(len(who))
        who, fit_on = who.take(order[:1000]), who.take(order[1000:])
    few = who.take(np.arange(min(len(who), 300)))
    full, first = fitted(skeleton, fit_on), first_prior(skeleton)
    poses = normalised(fit_on.xy, fit_on.box).round(5).tolist()
    own = [fitted(skeleton, fit_on.take(rng.choice(len(fit_on), 30, replace=False))) for _ in range(4)]
    return {
        "prior": [task("prior", LSP_SIGMAS, who, full)],
        "own30": [task("prior", LSP_SIGMAS, few, prior) for prior in own],
        "no labels": [task("prior", LSP_SIGMAS, few, first)],
        "nearest": [task("nearest", LSP_SIGMAS, few, poses=poses)],
        "none": [task("none", LSP_SIGMAS, who, full)],
        "unsure": [task("prior", LSP_SIGMAS, few, full, noise=1)],
        "unsure none": [task("none", LSP_SIGMAS, few, full, noise=1)],
    }


def ordinary_tasks(who: People, proposals: Array | None, seed: int = 0) -> dict[str, list[dict[str, Any]]]:
    """Return the tasks of COCO people by row, fold by fold."""
    skeleton = preset_skeleton("coco")
    rng = np.random.default_rng(seed)
    pictures = rng.permutation(np.unique(who.picture))
    tasks: dict[str, list[dict[str, Any]]] = {}

    def add(row: str, *what: Any, **more: Any) -> None:
        tasks.setdefault(row, []).append(task(*what, **more))

    sigmas = np.asarray(SIGMAS, np.float64)
    for fold in range(FOLDS):
        here = np.isin(who.picture, pictures[fold::FOLDS])
        some, others = who.take(here), who.take(~here)
        full = fitted(skeleton, others)
        thirty = fitted(skeleton, others.take(rng.choice(len(others), min(30, len(others)), replace=False)))
        whole = others.take(others.seen.all(axis=1))
        add("prior", "prior", sigmas, some, full)
        add("own30", "prior", sigmas, some, thirty)
        add("no labels", "prior", sigmas, some, first_prior(skeleton))
        add("nearest", "nearest", sigmas, some, poses=normalised(whole.xy, whole.box).round(5).tolist())
        add("none", "none", sigmas, some, full)
        add("drawn box", "prior", sigmas, some, fitted(skeleton, others, drawn=True), drawn=True)
        add("unsure", "prior", sigmas, some, full, noise=1)
        add("unsure none", "none", sigmas, some, full, noise=1)
        if proposals is not None:
            found = here & np.isfinite(proposals).all(axis=(1, 2))
            add("proposal", "proposal", sigmas, who.take(found), start=proposals[found])
    return tasks


def proposed(path: Path, annotations: list[dict[str, Any]], who: People) -> Array:
    """Return for every person the points (17, 2) that a model found there, NaN where it found nobody."""
    by_picture: dict[Any, list[Array]] = {}
    for one in json.loads(path.read_text()):
        by_picture.setdefault(one["image_id"], []).append(np.array(one["keypoints"]).reshape(-1, 3)[:, :2])
    found = np.full_like(who.xy, np.nan)
    for n in range(len(who)):
        best = 0.0
        for points in by_picture.get(int(who.picture[n]), ()):
            away = ((points - who.xy[n]) ** 2).sum(1) / (2 * who.area[n] * (2 * np.asarray(SIGMAS)) ** 2)
            oks = float(np.exp(-away[who.seen[n]]).mean())
            if oks > best:
                best, found[n] = oks, points
    return found


def dance(path: Path) -> list[dict[str, Any]]:
    """Return the tasks of a video: one object, points smoothed over seven frames, gaps filled."""
    table = vt.read(path).poses
    frames = int(table.frame.max()) + 1
    xy = np.full((frames, table.xy.shape[1], 2), np.nan)
    xy[table.frame] = np.where(table.visibility[..., None] > 0, table.xy, np.nan)
    for k, axis in np.ndindex(xy.shape[1], 2):
        column = xy[:, k, axis]
        known = np.flatnonzero(np.isfinite(column))
        xy[:, k, axis] = savgol_filter(np.interp(np.arange(frames), known, column[known]), 7, 2)
    sides = np.ptp(xy, axis=1)
    points = np.concatenate((xy, np.full((*xy.shape[:2], 1), 2.0)), axis=2).reshape(frames, -1).tolist()
    areas = (0.53 * sides[:, 0] * sides[:, 1]).tolist()
    common = {"sigmas": list(SIGMAS), "frames": points, "areas": areas}
    return [{**common, "interpolation": i, "reach": r} for i in ("pchip", "linear") for r in (0.9, 0.85)]


def summed(name: str, results: Iterable[Sequence[dict[str, Any]]]) -> dict[str, str]:
    """Return one row: clicks to each OKS, people who never came to .90, steps that made OKS worse."""
    persons = [person for result in results for person in result]
    clicks = np.array([person["clicks"] for person in persons]).mean(axis=0)
    failed = np.mean([person["failed"][1] for person in persons])
    harmed = sum(p["harmed"] for p in persons) / max(1, sum(p["steps"] for p in persons))
    noc = " / ".join(f"{count:.2f}" for count in clicks)
    return {f"{name}: clicks to {', '.join(REACHES)}; failed .90; steps that harmed":
            f"{noc}; {failed:.1%}; {harmed:.1%} (n = {len(persons)})"}  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--lsp", type=Path, default=SHARED / "data/poses/lspet.mat")
    options.add_argument("--lsp-fit", type=Path, help="fit on this file and label all of --lsp")
    options.add_argument("--coco", type=Path, default=SHARED / "data/evaluation/litehrnet/gt.json")
    options.add_argument("--proposals", type=Path, default=SHARED / "data/evaluation/litehrnet/dt.json")
    options.add_argument("--video", type=Path, default=SHARED / "data/poses/dance.mp4.labels.slp")
    asked = options.parse_args()

    who, annotations = ordinary(asked.coco)
    proposals = proposed(asked.proposals, annotations, who) if asked.proposals.is_file() else None
    rows = {f"coco {row}": tasks for row, tasks in ordinary_tasks(who, proposals).items()}
    fit_on = athletes(asked.lsp_fit) if asked.lsp_fit else None
    rows |= {f"lsp {row}": tasks for row, tasks in athletes_tasks(athletes(asked.lsp), fit_on).items()}
    videos = dance(asked.video)
    speed = [fitted(preset_skeleton("coco"), who).document(), first_prior(preset_skeleton("coco_wholebody")).document()]
    done = _node.run(
        "clicks", {"people": [one for tasks in rows.values() for one in tasks], "videos": videos, "speed": speed}
    )

    figures: dict[str, str] = {}
    results = iter(done["people"])
    for name, tasks in rows.items():
        figures |= summed(name, [next(results) for _ in tasks])
    for video, result in zip(videos, done["videos"], strict=True):
        name = f"video, every frame OKS {video['reach']} by {video['interpolation']}: clicks a frame"
        count = result["clicks"] / result["frames"]
        figures[name] = f"{count:.2f} ({len(video['sigmas']) / count:.1f} times fewer than every point)"
    for one in done["speed"]:
        size = f"{one['components']} components, {one['kilobytes']:.0f} kB"
        figures[f"{one['keypoints']} keypoints, {size}: ms for a click, for a step of a drag"] = (
            f"{one['click']:.2f}, {one['drag']:.2f}"
        )
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
