"""Store the large float32 tensors of ONNX models as float16: ``shrink_onnx.py IN OUT NAME [NAME ...]``.

A Cast node turns each back into float32, so the model still computes in float32; onnxruntime folds the casts at load.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SMALLEST = 256  # elements; below this a tensor is not worth a node
LARGEST = 6e4  # just under float16's range


def shrink(model: onnx.ModelProto) -> int:
    """Replace tensors in place; returns how many."""
    graph = model.graph
    kept, halves, casts = [], [], []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < SMALLEST or np.abs(values).max() >= LARGEST:
            kept.append(tensor)
            continue
        name = f"{tensor.name}_f16"
        halves.append(numpy_helper.from_array(values.astype(np.float16), name))
        casts.append(helper.make_node("Cast", [name], [tensor.name], name=f"cast_{tensor.name}", to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]  # a node may only use what stands before it
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept + halves)
    graph.node.extend(nodes)
    return len(halves)


def main() -> int:
    if len(sys.argv) < 4:
        print(__doc__)
        return 2
    source, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[3:]:
        model = onnx.load(source / f"{name}.onnx")
        count = shrink(model)
        onnx.checker.check_model(model)
        onnx.save(model, out / f"{name}.onnx")
        print(f"{name}: {count} tensors, {(out / f'{name}.onnx').stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
