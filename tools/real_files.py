"""Read, write and read again every real annotation file of a folder, here and with other libraries.

``python tools/formats_page.py --files FOLDER`` calls this; names in what it finds are relative to the folder.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from real_files_compare import changes, unequal_fields

import vitruvian as vt
from vitruvian.errors import VitruvianError
from vitruvian.formats import Codec, every_format
from vitruvian.formats.peek import Peek
from vitruvian.labels import Dataset

#: Each in an environment of its own, as datumaro pins what we use in other versions.
PEERS = {"sleap-io": ("sleap-io[mat]==0.9.5",), "datumaro": ("datumaro==1.13.12", "scipy")}
#: Pictures and videos carry no labels, nor do notes and programs.
NO_LABELS = {".jpg", ".jpeg", ".png", ".mp4", ".avi", ".mkv", ".mov", ".md", ".py", ".txt", ".tsv"}
#: What files are that no format of ours recognises, by how their names end.
UNRECOGNISED = {
    ".pts": "points of one face, as text",
    ".pkl": "a Python pickle: running what it contains is not safe",
    ".npy": "a bare NumPy array",
    ".npz": "bare NumPy arrays",
    "lspet.mat": "Leeds Sports Pose, a bare Matlab array of joints",
    "actorsGT.mat": "Campus or Shelf, positions in space",
    "_config.yaml": "a DeepLabCut config without its project",
    "_camera.json": "cameras",
    "_joint_3d.json": "positions in space",
    "_detections.json": "boxes of detections, no points",
    "_56.json": "boxes of detections, no points",
    "_40.json": "boxes of detections, no points",
    "band1.json": "cameras",
    "band2.json": "cameras",
    "calibration_campus.json": "cameras",
    "calibration_shelf.json": "cameras",
    "00168.json": "positions in space",
    "00169.json": "positions in space",
    "00139.json": "positions in space",
    "00140.json": "positions in space",
}
Found = dict[str, Any]


def measure(root: Path) -> Found:
    """Return what every file below `root` gave: {"files": [...], "unrecognised": [...], "peers": {...}}."""
    warnings.simplefilter("ignore")
    files, unrecognised, skipped = [], [], 0
    with tempfile.TemporaryDirectory() as scratch:
        jobs = []
        for path in sorted([root, *root.rglob("*")]):
            codec = next((c for c in every_format().values() if c.sniff(Peek(path))), None)
            name = path.relative_to(root).as_posix()
            if codec is not None:
                place = Path(scratch) / str(len(files))
                place.mkdir()
                print(name, file=sys.stderr, flush=True)
                files.append(_ours(codec, path, place) | {"file": name + "/" * path.is_dir()})
                jobs.append({"file": str(path), "format": codec.name, "folder": str(place)})
            elif path.is_file() and path.suffix.lower() in NO_LABELS:
                skipped += 1
            elif path.is_file():
                unrecognised.append({"file": name, "why": _why(path)})
        for peer, pins in PEERS.items():
            for found, job, theirs in zip(files, jobs, _peer(peer, pins, jobs, Path(scratch)), strict=True):
                found[peer] = _compared(theirs, Path(job["file"]), job["format"], scratch)
    return {"files": files, "unrecognised": unrecognised, "without_labels": skipped, "peers": PEERS}


def _why(path: Path) -> str:
    return next((why for end, why in UNRECOGNISED.items() if path.name.endswith(end)), "looks like no known format")


def _ours(codec: Codec, path: Path, place: Path) -> Found:
    found: Found = {"format": codec.name}
    try:
        dataset = codec.read(path)
    except VitruvianError as error:
        return found | {"error": _short(str(error), path.parent)}
    found |= {"instances": len(dataset.instances), "points": sum(i.labelled for i in dataset.instances)}
    _stand_ins(codec, path, dataset, place / "images")
    if not codec.writes:
        return found | {"reads_only": True}
    target = place / "ours" / path.name
    target.parent.mkdir()
    if codec.folder and path.is_file():
        target = target.parent
    try:
        codec.write(dataset, target)
        found["differs"] = unequal_fields(dataset, codec.read(target))
    except VitruvianError as error:
        return found | {"write_error": _short(str(error), place)}
    if path.suffix == ".json" and target.is_file():
        found["same_json"] = json.loads(path.read_text()) == json.loads(target.read_text())
    return found


def _stand_ins(codec: Codec, path: Path, dataset: Dataset, folder: Path) -> None:
    """Put pictures of the stated sizes where other libraries look for them; sleap-io leaves out what is not there."""
    pictures = [(entry.name, entry.width, entry.height) for entry in dataset.media if entry.kind == "image"]
    if codec.name == "coco" and isinstance(document := json.loads(path.read_bytes()), dict):
        pictures = [(str(i.get("file_name")), i.get("width"), i.get("height")) for i in document["images"]]
    for name, width, height in pictures:
        for place in (folder, folder / "train"):
            file = (place / name.lstrip("/")).resolve()
            known = file.suffix.lower() in Image.registered_extensions()
            if known and file.is_relative_to(folder.resolve()) and not file.exists():
                file.parent.mkdir(parents=True, exist_ok=True)
                Image.new("L", (int(width or 64), int(height or 64))).save(file)


def _peer(peer: str, pins: tuple[str, ...], jobs: list[dict[str, str]], scratch: Path) -> Iterator[Found]:
    venv, asked, answered = (scratch / f"{peer}-{what}" for what in ("venv", "jobs", "results"))
    print(f"installing {peer} ...", file=sys.stderr, flush=True)
    python = venv / "bin" / "python"
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, venv], check=True)
    subprocess.run([*uv, "pip", "install", "--quiet", "--python", python, *pins], check=True)
    asked.write_text(json.dumps(jobs))
    script = Path(__file__).with_name("real_files_peer.py")
    done = subprocess.run(
        [python, script, peer, asked, answered], capture_output=True, text=True, check=False, cwd=scratch
    )
    if not answered.exists():
        raise SystemExit(f"{peer} stopped: {done.stderr[-2000:]}")
    yield from json.loads(answered.read_text())


def _compared(theirs: Found, original: Path, format: str, scratch: str) -> Found:
    found = {key: value for key, value in theirs.items() if key != "written"}
    for key in ("error", "write_error"):
        if key in found:
            found[key] = _short(found[key], original.parent, Path(scratch))
    if "written" not in theirs:
        return found
    written = Path(theirs["written"])
    try:
        rewritten = vt.read(written) if format == "yolo" else vt.read(written, format=_again(written, format))
    except VitruvianError as error:
        return found | {"reread_error": _short(str(error), written.parent)}
    return found | {"changes": changes(vt.read(original, format=format), rewritten)}


def _again(written: Path, format: str) -> str | None:
    """Return the format to read a rewritten file as; tables of points are recognised anew."""
    return None if written.suffix == ".csv" else format


def _short(text: str, *places: Path) -> str:
    for place in places:
        text = text.replace(f"{place}/", "").replace(str(place), "")
    return " ".join(text.split())[:160]
