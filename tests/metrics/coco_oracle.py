"""Made-up truth and detections with every hard case, and what pycocotools says of them."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

Document = dict[str, Any]


def scene(seed: int, images: int = 12, keypoints: int = 17) -> tuple[Document, list[Document]]:
    """Return truth and results: crowds, people without points, ties, more than 20 detections, empty images."""
    random = np.random.default_rng(seed)
    annotations: list[Document] = []
    results: list[Document] = []
    for image in random.permutation(images * 3)[:images].tolist():
        for _ in range(int(random.integers(0, 5))):
            size = float(random.choice([20, 60, 150, 400]))
            corner = random.uniform(0, 300, 2)
            xy = (corner + random.uniform(0, size, (keypoints, 2))).round(2)
            v = random.integers(0, 3, keypoints) * (random.random() > 0.2)
            xy[v == 0] = 0
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image,
                    "category_id": 1,
                    "keypoints": np.column_stack((xy, v)).reshape(-1).tolist(),
                    "num_keypoints": int((v > 0).sum()),
                    "bbox": [*corner.round(2).tolist(), size, size],
                    "area": round(size * size * float(random.uniform(0.3, 0.8)), 3),
                    "iscrowd": int(random.random() < 0.1),
                }
            )
            for _ in range(int(random.integers(0, 9))):
                near = xy + random.normal(0, size * random.choice([0.01, 0.05, 0.2]), xy.shape)
                results.append(_result(image, near.round(2), round(float(random.integers(0, 12)) / 10, 2)))
        if random.random() < 0.3:
            results.append(_result(image, random.uniform(0, 300, (keypoints, 2)).round(2), 0.5))
    truth = {
        "images": [{"id": n, "file_name": f"{n}.jpg", "width": 640, "height": 480} for n in range(images * 3)],
        "annotations": annotations,
        "categories": [{"id": 1, "name": "person", "keypoints": [f"k{n}" for n in range(keypoints)], "skeleton": []}],
    }
    return truth, results


def _result(image: int, xy: NDArray[np.float64], score: float) -> Document:
    flat = np.column_stack((xy, np.full(len(xy), 0.5))).reshape(-1).tolist()
    return {"image_id": image, "category_id": 1, "keypoints": flat, "score": score}


def pycocotools(truth: Document, results: list[Document], sigmas: NDArray[np.float64] | None = None) -> COCOeval:
    """Return pycocotools' evaluation."""
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = truth
        coco.createIndex()
        evaluation = COCOeval(coco, coco.loadRes([dict(result) for result in results]), "keypoints")
        if sigmas is not None:
            evaluation.params.kpt_oks_sigmas = sigmas
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation
