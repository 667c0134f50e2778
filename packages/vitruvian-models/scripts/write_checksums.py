"""Write the sha256 of every ONNX file of the package into ``checksums.json`` beside them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "src/vitruvian_models"


def main() -> None:
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(FOLDER.glob("*.onnx"))}
    (FOLDER / "checksums.json").write_text(json.dumps(sums, indent=2) + "\n")
    print(f"{len(sums)} checksums")


if __name__ == "__main__":
    main()
