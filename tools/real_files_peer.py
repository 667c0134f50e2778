"""Read and write label files with another library, in its own environment; nothing here imports Vitruvian.

``python real_files_peer.py LIBRARY JOBS RESULTS``: JOBS is a JSON list of {file, format, folder}; what each library
does is what its documentation tells to do for that format.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Found = dict[str, Any]


class NotRead(Exception):
    """The library has no reader for this format."""


def with_sleap_io(job: dict[str, str]) -> Found:
    import sleap_io  # noqa: PLC0415 - each library is only in its own environment

    file, folder = job["file"], Path(job["folder"])
    table: dict[str, tuple[Callable[[], Any], Callable[[Any, str], None] | None, str]] = {
        "coco": (
            lambda: sleap_io.load_coco(file, dataset_root=str(folder / "images"), segmentation_format="roi"),
            lambda labels, target: sleap_io.save_coco(labels, target, image_filenames=_image_names(labels, folder)),
            "labels.json",
        ),
        "deeplabcut": (
            lambda: sleap_io.load_dlc(file) if file.endswith(".csv") else sleap_io.load_dlc_project(file),
            lambda labels, target: sleap_io.save_csv(labels, target, format="dlc"),
            "labels.csv",
        ),
        "lightning_pose": (
            lambda: sleap_io.load_dlc(_beside(file, folder / "images")),
            lambda labels, target: sleap_io.save_csv(labels, target, format="dlc"),
            "labels.csv",
        ),
        "sleap": (
            lambda: sleap_io.load_slp(file, open_videos=False),
            lambda labels, target: sleap_io.save_slp(labels, target, verbose=False),
            "labels.slp",
        ),
        "nwb": (lambda: sleap_io.load_nwb(file), sleap_io.save_nwb, "labels.nwb"),
        "labelstudio": (lambda: sleap_io.load_labelstudio(file), sleap_io.save_labelstudio, "labels.json"),
        "yolo": (lambda: sleap_io.load_ultralytics(file), sleap_io.save_ultralytics, "labels"),
        "sleap_analysis": (lambda: sleap_io.load_analysis_h5(file), sleap_io.save_analysis_h5, "labels.h5"),
        "alphatracker": (lambda: sleap_io.load_alphatracker(file), None, ""),
        "leap": (lambda: sleap_io.load_leap(file), None, ""),
    }
    source = Path(file)
    results = job["format"] == "coco" and source.read_bytes().lstrip()[:1] == b"["
    # Of DeepLabCut it claims projects and csv tables.
    other = job["format"] == "deeplabcut" and (
        source.suffix == ".h5" or (source.is_dir() and not (source / "config.yaml").exists())
    )
    if job["format"] not in table or results or other:
        raise NotRead
    load, save, name = table[job["format"]]
    labels = load()
    instances = [instance for frame in labels for instance in frame.instances]
    found: Found = {
        "instances": len(instances),
        "points": sum(int((~_missing(instance)).sum()) for instance in instances),
    }
    if save is None:
        return found | {"no_writer": True}
    try:
        save(labels, str(folder / name))
    except Exception as error:
        return found | {"write_error": _said(error)}
    return found | {"written": str(folder / name)}


def _missing(instance: Any) -> Any:
    import numpy as np  # noqa: PLC0415

    return np.isnan(instance.points["xy"]).any(axis=1)


def _beside(file: str, images: Path) -> str:
    """Copy a table to where its pictures are; sleap-io leaves out the rows of pictures that are not there."""
    copy = images / Path(file).name
    copy.write_bytes(Path(file).read_bytes())
    return str(copy)


def _image_names(labels: Any, folder: Path) -> list[str]:
    names = []
    for frame in labels:
        files = frame.video.filename
        file = files[frame.frame_idx] if isinstance(files, list) else files
        names.append(os.path.relpath(file, folder / "images"))
    return names


def with_datumaro(job: dict[str, str]) -> Found:
    import datumaro  # noqa: PLC0415 - each library is only in its own environment

    # Its mpii_json is another layout than the one of mmpose.
    formats = {"coco": "coco_person_keypoints", "mpii": "mpii", "datumaro": "datumaro"}
    source = Path(job["file"])
    results = job["format"] == "coco" and source.read_bytes().lstrip()[:1] == b"["
    if job["format"] not in formats or results:
        raise NotRead
    folder, name = Path(job["folder"]) / "datumaro", formats[job["format"]]
    folder.mkdir()
    place = folder
    if job["format"] == "coco":
        place = folder / "annotations" / "person_keypoints_train.json"
        place.parent.mkdir()
        place.write_bytes(source.read_bytes())
        (folder / "images").symlink_to("../images")
        place = folder
    elif source.is_file():
        place = folder / "mpii" / source.name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(source.read_bytes())
        place = place.parent
    dataset = datumaro.Dataset.import_from(str(place), name)
    points = [a for item in dataset for a in item.annotations if a.type == datumaro.AnnotationType.points]
    found: Found = {
        "instances": len(points),
        "points": sum(int(v.value > 0) for annotation in points for v in annotation.visibility),
    }
    if job["format"] == "mpii":
        return found | {"no_writer": True}
    target = folder / "written"
    try:
        dataset.export(str(target), name, save_media=False)
    except Exception as error:
        return found | {"write_error": _said(error)}
    files = sorted(target.rglob("*.json"))
    return found | {"written": str(files[0] if job["format"] == "coco" and files else target)}


def _said(error: BaseException) -> str:
    cause = error.__cause__ or error.__context__
    return _said(cause) if cause is not None and "import" in type(error).__name__.lower() else _text(error)


def _text(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split()) or 'no text'}"


def main() -> None:
    library, jobs, results = sys.argv[1:]
    work = {"sleap-io": with_sleap_io, "datumaro": with_datumaro}[library]
    found = []
    with contextlib.redirect_stdout(sys.stderr):
        for job in json.loads(Path(jobs).read_text()):
            try:
                found.append(work(job))
            except NotRead:
                found.append({"not_read": True})
            except Exception as error:
                found.append({"error": _said(error)})
    Path(results).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
