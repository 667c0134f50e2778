"""Convert TensorFlow.js graph models to ONNX: ``convert_tfjs_to_onnx.py MODELS OUT NAME [NAME ...]``.

Plain ``python -m tf2onnx.convert --tfjs`` stops at three things, which are mended here before it runs:
numpy 2 has no ``product``, which tf2onnx 1.17 calls; and current TensorFlow demands ``TArgs`` on ``_FusedConv2D`` and
``index_type`` on ``TopKV2``, attributes that graphs exported for TensorFlow.js do not have.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import numpy as np

if not hasattr(np, "product"):
    np.product = np.prod  # before tf2onnx is imported

from tf2onnx import convert

OPSET = 13


def mend(graph: dict) -> dict:
    """Add the attributes that current TensorFlow demands; returns the same graph."""
    for node in graph["modelTopology"]["node"]:
        attributes = node.setdefault("attr", {})
        if node["op"] == "_FusedConv2D":
            extra = int(attributes.get("num_args", {}).get("i", 1))
            attributes["TArgs"] = {"list": {"type": ["DT_FLOAT"] * extra}}
            attributes.setdefault("num_host_args", {"i": "0"})
        elif node["op"] == "TopKV2":
            attributes.setdefault("index_type", {"type": "DT_INT32"})
    return graph


def convert_one(source: Path, target: Path) -> None:
    """Write the model whose graph is `source` to `target`."""
    graph = mend(json.loads(source.read_text()))
    with tempfile.TemporaryDirectory() as folder:
        mended = Path(folder) / source.name
        mended.write_text(json.dumps(graph))
        # The graph names its weight files relative to itself.
        for part in {name for group in graph["weightsManifest"] for name in group["paths"]}:
            (Path(folder) / part).symlink_to((source.parent / part).resolve())
        convert._convert_common(
            None,
            name=source.stem,
            tfjs_path=str(mended),
            tflite_path=None,
            input_names=None,
            output_names=None,
            opset=OPSET,
            output_path=str(target),
            large_model=False,
            target=None,
        )


def main() -> int:
    if len(sys.argv) < 4:
        print(__doc__)
        return 2
    models, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[3:]:
        convert_one(models / f"{name}.json", out / f"{name}.onnx")
        print(f"{name}: {(out / name).with_suffix('.onnx').stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
