import builtins
import sys
from pathlib import Path

import pytest

from vitruvian.assist.session import open_session, weights
from vitruvian.errors import ModelError


def test_weights_are_found_by_name() -> None:
    assert weights("nanodet").name == "nanodet.onnx"


def test_an_unknown_model_lists_those_there_are() -> None:
    with pytest.raises(ModelError, match="movenet-thunder"):
        weights("yolo")


@pytest.mark.parametrize("content", [b"", b"not a model at all", b"\x08\x07" * 50])
def test_a_damaged_file_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError) as error:
        open_session(path)
    assert error.value.where == str(path)


def test_half_a_model_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "half.onnx"
    path.write_bytes(weights("nanodet").read_bytes()[:1_000_000])
    with pytest.raises(ModelError):
        open_session(path)


def test_a_missing_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such model file"):
        open_session(tmp_path / "none.onnx")


@pytest.mark.parametrize("package", ["onnxruntime", "vitruvian_models"])
def test_without_the_extra_the_hint_says_what_to_install(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = weights("nanodet")
    really = builtins.__import__

    def absent(name: str, *rest: object, **named: object) -> object:
        if name == package:
            raise ImportError(name)
        return really(name, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.delitem(sys.modules, package, raising=False)
    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ModelError) as error:
        open_session(path) if package == "onnxruntime" else weights("nanodet")
    assert error.value.hint == "pip install vitruvian[models]"
