import json
from pathlib import Path

import pytest

from vitruvian.errors import FormatError
from vitruvian.formats.json_file import encode_json, read_json


def nested(depth: int) -> str:
    return "[" * depth + "null" + "]" * depth


@pytest.mark.parametrize("depth", [10, 500, 900])
def test_what_is_deep_and_can_be_read_can_be_written(tmp_path: Path, depth: int) -> None:
    (tmp_path / "in.json").write_text(nested(depth))
    assert encode_json(read_json(tmp_path / "in.json")).decode() == nested(depth)


def test_too_deep_to_read_or_write(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(nested(100_000))
    with pytest.raises(FormatError, match="too deep"):
        read_json(tmp_path / "in.json")
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(FormatError, match="too deep"):
        encode_json(deep)


def test_an_integer_with_too_many_digits(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text("[" + "9" * 5000 + "]")
    with pytest.raises(FormatError, match="too many digits"):
        read_json(tmp_path / "in.json")


def test_a_path_that_cannot_be() -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        read_json(Path("a\0b.json"))


@pytest.mark.parametrize("text", ['{"a": NaN, "b": null}', "[1e999]", "[-Infinity, 12345678901234567890123]"])
def test_what_only_python_writes_comes_back(tmp_path: Path, text: str) -> None:
    (tmp_path / "in.json").write_text(text)
    assert repr(json.loads(encode_json(read_json(tmp_path / "in.json")))) == repr(json.loads(text))


def test_a_value_that_json_does_not_know() -> None:
    with pytest.raises(FormatError, match="cannot be written as JSON"):
        encode_json({"a": object()})
