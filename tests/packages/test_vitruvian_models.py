"""The weights package: what it ships is whole, found by name, and carries its licences."""

import hashlib
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import vitruvian_models

PACKAGE = Path(__file__).resolve().parents[2] / "packages/vitruvian-models"
MODELS = ("movenet-multipose", "movenet-thunder", "nanodet")


def test_names() -> None:
    assert vitruvian_models.names() == MODELS


@pytest.mark.parametrize("name", MODELS)
def test_every_model_is_the_recorded_one(name: str) -> None:
    recorded = json.loads((PACKAGE / "src/vitruvian_models/checksums.json").read_text())
    file = vitruvian_models.path(name)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == recorded[file.name]
    vitruvian_models.verify(name)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(KeyError, match="movenet-thunder"):
        vitruvian_models.path("yolo")


def test_damage_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "checksums.json").write_text(json.dumps({"a.onnx": hashlib.sha256(b"good").hexdigest()}))
    monkeypatch.setattr(vitruvian_models, "_FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match="reinstall"):
        vitruvian_models.verify()
    (tmp_path / "a.onnx").write_bytes(b"bad")
    with pytest.raises(ValueError, match="reinstall"):
        vitruvian_models.verify()
    (tmp_path / "a.onnx").write_bytes(b"good")
    vitruvian_models.verify()


def test_the_wheel_and_the_sdist_hold_weights_and_licences(tmp_path: Path) -> None:
    build = "import hatchling.build as b; b.build_wheel({0!r}); b.build_sdist({0!r})"
    subprocess.run([sys.executable, "-c", build.format(str(tmp_path))], cwd=PACKAGE, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    inside = zipfile.ZipFile(wheel)
    names = inside.namelist()
    for wanted in [*(f"vitruvian_models/{m}.onnx" for m in MODELS), "vitruvian_models/checksums.json"]:
        assert wanted in names
    for licence in ("LICENSES/Apache-2.0.txt", "LICENSES/MIT-human-models.txt", "NOTICE"):
        (found,) = [n for n in names if n.endswith(f"/licenses/{licence}")]
        assert inside.read(found) == (PACKAGE / licence).read_bytes()
    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        assert any(n.endswith("scripts/convert_tfjs_to_onnx.py") for n in archive.getnames())
