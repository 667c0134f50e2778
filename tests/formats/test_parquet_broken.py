import contextlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import vitruvian as vt
from tests.formats.parquet_files import (
    rewrite,
    rich,
)
from vitruvian.errors import FormatError
from vitruvian.formats import parquet


def wrong(name: str, type: pa.DataType) -> Any:
    return lambda table: table.set_column(table.schema.get_field_index(name), name, pa.nulls(len(table), type))


BROKEN: dict[str, tuple[str, Any]] = {
    "lists of another length": ("x", lambda a: [v[:-1] for v in a]),
    "lists of different length": ("y", lambda a: [*a[:-1], a[-1] + [1.0]]),
    "not finite": ("x", lambda a: [[*v[:-1], float("inf")] for v in a]),
    "gap in a list": ("x", lambda a: [[*v[:-1], None] for v in a]),
    "no list": ("x", lambda a: [*a[:-1], None]),
    "visibility 3": ("visibility", lambda a: [[3] * len(v) for v in a]),
    "visibility -1": ("visibility", lambda a: [[-1] * len(v) for v in a]),
    "box": ("box", lambda a: [[1.0, 2, -3, 4]] * len(a)),
    "no such media": ("media_row", lambda a: [10**12] * len(a)),
    "media -1": ("media_row", lambda a: [-1] * len(a)),
    "no media": ("media_row", lambda a: [None] * len(a)),
    "frame": ("frame", lambda a: [-1] * len(a)),
    "attributes": ("attributes", lambda a: ["{"] * len(a)),
    "attributes no object": ("attributes", lambda a: ["[]"] * len(a)),
    "extras": ("extras", lambda a: ["1"] * len(a)),
    "deep": ("mask", lambda a: ["[" * 100_000] * len(a)),
    "mask": ("mask", lambda a: ["7"] * len(a)),
}


@pytest.mark.parametrize("what", BROKEN)
def test_impossible_values_name_their_row_and_column(tmp_path: Path, what: str) -> None:
    parquet.write(rich(), tmp_path / "labels")
    name, change = BROKEN[what]
    file = tmp_path / "labels" / "instances" / "hand" / "base-00000.parquet"
    rewrite(file, lambda table: table.set_column(
        table.schema.get_field_index(name), name, pa.array(change(table[name].to_pylist()))))  # fmt: skip
    with pytest.raises(FormatError) as caught:
        parquet.read(tmp_path / "labels")
    assert str(file) in caught.value.where
    assert caught.value.hint
    if name in ("x", "y", "visibility", "box", "media_row", "frame"):
        with pytest.raises(FormatError):
            parquet.read_columns(tmp_path / "labels")


@pytest.mark.parametrize("of", ["instances/hand", "media"])
def test_every_column_of_a_wrong_type_or_missing_is_refused(tmp_path: Path, of: str) -> None:
    parquet.write(rich(), tmp_path / "whole")
    file = tmp_path / "whole" / of / "base-00000.parquet"
    for column in (name for name in pq.read_schema(file).names if name != "mine"):
        for change in (
            lambda table, name=column: table.drop_columns([name]),
            lambda table, name=column: table.append_column(name, table[name]),
            wrong(column, pa.binary()),
            wrong(column, pa.list_(pa.list_(pa.int8()))),
        ):
            shutil.rmtree(tmp_path / "labels", ignore_errors=True)
            shutil.copytree(tmp_path / "whole", tmp_path / "labels")
            rewrite(tmp_path / "labels" / of / "base-00000.parquet", change)
            with pytest.raises(FormatError, match=column):
                parquet.read(tmp_path / "labels")


def test_broken_bytes_give_one_error(tmp_path: Path) -> None:
    """Cut, turned and foreign files: a FormatError, or all rows in sound types, never anything else."""
    parquet.write(rich(), tmp_path / "labels")
    random = np.random.default_rng(0)
    refused = 0
    for file in (tmp_path / "labels" / "instances" / "hand" / "base-00000.parquet",
                 tmp_path / "labels" / "media" / "base-00000.parquet"):  # fmt: skip
        whole = file.read_bytes()
        turned = []
        for at in random.integers(0, len(whole), 150):
            one = bytearray(whole)
            one[at] ^= 1 << int(random.integers(8))
            turned.append(bytes(one))
        cut = [whole[:size] for size in (0, 3, 4, 8, len(whole) // 2, len(whole) - 1)]
        for content in (*cut, b"PAR1" * 5, b"{}", *turned):
            file.write_bytes(content)
            for reader in (parquet.read, parquet.read_columns):
                with contextlib.suppress(FormatError):
                    reader(tmp_path / "labels")
                    continue
                refused += 1
        file.write_bytes(whole)
    assert refused > 100
    file.unlink()
    file.mkdir()
    with pytest.raises(FormatError):
        parquet.read(tmp_path / "labels")


def test_broken_descriptions_give_one_error(tmp_path: Path) -> None:
    parquet.write(rich(), tmp_path / "labels")
    description, ontology = tmp_path / "labels" / "dataset.json", tmp_path / "labels" / "ontology.json"
    sound = description.read_bytes()
    for text in ("", "[]", "{}", '{"format": "vitruvian-parquet"}', '{"format": "vitruvian-parquet", "version": true}',
                 '{"format": "vitruvian-parquet", "version": 0}', '{"format": "vitruvian-parquet", "version": 2}',
                 '{"format": "vitruvian-parquet", "version": 1, "extras": []}'):  # fmt: skip
        description.write_text(text)
        with pytest.raises(FormatError, match=r"dataset\.json"):
            parquet.read(tmp_path / "labels")
    description.write_bytes(sound)
    document = json.loads(ontology.read_text())
    for key in ("name", "categories"):
        ontology.write_text(json.dumps({k: v for k, v in document.items() if k != key}))
        with pytest.raises(FormatError, match=r"ontology\.json"):
            parquet.read(tmp_path / "labels")
    document["categories"][1]["skeleton"]["keypoints"].pop()
    document["categories"][1]["skeleton"]["edges"] = []
    ontology.write_text(json.dumps(document))
    with pytest.raises(FormatError, match="hand"):
        parquet.read(tmp_path / "labels")
    ontology.unlink()
    with pytest.raises(FormatError, match=r"ontology\.json"):
        parquet.read(tmp_path / "labels")


def test_a_single_file_says_what_to_do(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "foreign.parquet")
    with pytest.raises(FormatError, match="folder"):
        vt.read(tmp_path / "foreign.parquet")
