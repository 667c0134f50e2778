"""Write and read 1.5 million instances of 17 points as Parquet, against a plain save of the same arrays, in one run."""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import vitruvian as vt
from vitruvian.formats import parquet
from vitruvian.labels import Columns, Ontology, Poses, empty_poses

INSTANCES = 1_500_000
PEOPLE_PER_IMAGE = 4
POINTS = 17


def make(instances: int) -> Columns:
    """Return people of COCO's shape: whole pixels, a third of the points not labelled."""
    random = np.random.default_rng(0)
    poses = empty_poses(instances, POINTS)
    poses.visibility[:] = random.integers(0, 3, (instances, POINTS), np.uint8)
    step = 100_000
    for begin in range(0, instances, step):
        some = slice(begin, begin + step)
        middle = random.uniform(50, 600, (len(poses.xy[some]), 1, 2))
        poses.xy[some] = (middle + random.normal(0, 60, poses.xy[some].shape)).round()
        poses.xy[some][poses.visibility[some] == 0] = 0
        poses.box[some] = random.uniform(1, 400, (len(poses.box[some]), 4)).round(2)
    poses.media[:] = np.arange(instances) // PEOPLE_PER_IMAGE
    poses.area[:] = np.arange(instances) % 9000 + 0.5
    images = tuple(f"{i:012d}.jpg" for i in range(-(-instances // PEOPLE_PER_IMAGE)))
    person = vt.preset("coco").categories[0]
    return Columns(Ontology("people", (person,)), images, poses)


def timed(work: Callable[[], object]) -> float:
    """Return seconds by the clock: writing and reading use all cores."""
    gc.collect()
    begun = time.perf_counter()
    done = work()
    seconds = time.perf_counter() - begun
    del done
    return seconds


def plain_table(poses: Poses) -> pa.Table:
    """Return the arrays as they are, as lists of fixed length: the least that a Parquet file of them can be."""
    columns = {}
    for field in fields(Poses):
        array = getattr(poses, field.name)
        flat = pa.array(array.reshape(-1))
        columns[field.name] = pa.FixedSizeListArray.from_arrays(flat, array[0].size) if array.ndim > 1 else flat
    return pa.table(columns)


def plain_read(file: Path) -> list[np.ndarray]:
    table = pq.read_table(file)
    found = []
    for column in table.itercolumns():
        whole = column.combine_chunks()
        flat = whole.flatten() if pa.types.is_fixed_size_list(whole.type) else whole
        found.append(flat.to_numpy(zero_copy_only=False))
    return found


def megabytes(place: Path) -> float:
    files = [place] if place.is_file() else [file for file in place.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


def measure(columns: Columns, folder: Path) -> dict[str, float]:
    ours, plain, numpy = folder / "ours", folder / "plain.parquet", folder / "plain.npz"
    arrays = {field.name: getattr(columns.poses, field.name) for field in fields(Poses)}
    write_ours = timed(lambda: parquet.write_columns(columns, ours))
    write_plain = timed(lambda: pq.write_table(plain_table(columns.poses), plain, compression="zstd"))
    write_numpy = timed(lambda: np.savez(numpy, **arrays))
    read_ours = timed(lambda: parquet.read_columns(ours))
    read_plain = timed(lambda: plain_read(plain))
    read_numpy = timed(lambda: dict(np.load(numpy).items()))
    return {
        "megabytes": round(megabytes(ours)),
        "plain_pyarrow_megabytes": round(megabytes(plain)),
        "numpy_megabytes": round(megabytes(numpy)),
        "write_seconds": round(write_ours, 2),
        "plain_pyarrow_write_seconds": round(write_plain, 2),
        "numpy_write_seconds": round(write_numpy, 2),
        "read_seconds": round(read_ours, 2),
        "plain_pyarrow_read_seconds": round(read_plain, 2),
        "numpy_read_seconds": round(read_numpy, 2),
        "write_time_over_plain_pyarrow": round(write_ours / write_plain, 2),
        "read_time_over_plain_pyarrow": round(read_ours / read_plain, 2),
        "read_time_over_numpy": round(read_ours / read_numpy, 2),
    }


def main() -> None:
    instances = int(sys.argv[1]) if len(sys.argv) > 1 else INSTANCES
    with tempfile.TemporaryDirectory() as folder:
        found = measure(make(instances), Path(folder))
    print(json.dumps({"name": "parquet", "instances": instances, "points": POINTS, **found}))


if __name__ == "__main__":
    main()
