"""Real annotation files of the field: back into their own format, and into every other that can hold what they say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.formats.coco_files import REAL
from tests.formats.test_every_pair import CODECS, goes_through
from vitruvian.formats import recognise
from vitruvian.labels import Dataset

#: Every annotation file that was found there, relative to the folder; `tools/formats_page.py` makes the list.
LISTED = json.loads((Path(__file__).resolve().parents[2] / "docs/formats/real_files.json").read_text())["files"]
FILES = sorted(found["file"] for found in LISTED)
#: A few small ones of different kinds for the ordinary run.
QUICK = (
    "evaluation/xtcocoapi/example_crowdpose_val.json",
    "mmpose/halpe/test_halpe.json",
    "mmpose/mpii/test_mpii.json",
    "mmpose/posetrack18/annotations/val/",
    "sleap/dlc/labeled-data/video/madlc_testdata.csv",
    "sleap/slp_hdf5/minimal_instance.slp",
    "sleap/json_format_v2/minimal_instance.json",
)

#: Sixty categories do not fit into the 64 KB that SLEAP's files have for skeletons; sleap-io refuses to write them.
TOO_MUCH = {("mmpose/ap10k/test_ap10k.json", "sleap")}

pytestmark = pytest.mark.skipif(not REAL.exists(), reason="real files are not there")


def fitting(dataset: Dataset, format: str) -> Dataset:
    """Return the labels with what formats need to know besides, and without what they take for something else.

    Shares of a picture need its size, which an import measures; folders need names that lie within them. Numbers at the
    end of a picture's name make it a frame of a video for several formats. DeepLabCut calls parts that are there once
    "single", and a SLEAP analysis is of one video or of pictures.
    """
    media = [
        replace(e, name=f"media {_letters(at)}{'.mp4' if e.kind == 'video' else '.jpg'}",
                width=e.width or 4000, height=e.height or 3000, extras={})
        for at, e in enumerate(dataset.media)
    ]  # fmt: skip
    instances = [replace(i, track="unique" if i.track == "single" else i.track) for i in dataset.instances]
    video = next((at for at, e in enumerate(media) if e.kind == "video"), None)
    if format == "sleap_analysis" and video is not None:
        media, instances = [media[video]], [replace(i, media=0) for i in instances if i.media == video]
    return replace(dataset, media=media, instances=instances)


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def through_all(name: str) -> None:
    if not (REAL / name).exists():
        pytest.skip("this file is not there")
    dataset = recognise(REAL / name).read(REAL / name)
    refused = {}
    for other in CODECS:
        if (name, other) in TOO_MUCH:
            continue
        try:
            goes_through(fitting(dataset, other), other)
        except Exception as error:  # all formats are told, not the first only
            refused[other] = f"{type(error).__name__}: {error}"[:400]
    assert not refused, "\n".join(f"{name} in {other}: {why}" for other, why in sorted(refused.items()))


@pytest.mark.parametrize("name", QUICK)
def test_some_real_files_go_into_every_format(name: str) -> None:
    through_all(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_real_files_go_into_every_format(name: str) -> None:
    through_all(name)
