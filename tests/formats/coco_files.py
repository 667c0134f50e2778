"""Small COCO files for tests, in the shapes that real ones have."""

import json
import os
from pathlib import Path
from typing import Any

from vitruvian.labels.presets import preset

REAL = Path(os.environ.get("VITRUVIAN_SHARED") or Path(__file__).resolve().parents[2] / "../shared") / "data"

NAMES = ["nose", "left_wrist", "right_wrist"]
PARTS = {"foot_kpts": 6, "face_kpts": 68, "lefthand_kpts": 21, "righthand_kpts": 21}


def coco_file(*annotations: dict[str, Any], **top: Any) -> dict[str, Any]:
    return {
        "info": {"year": 2017, "odd": None},
        "images": [{"id": 7, "file_name": "a.jpg", "width": 640, "height": 480, "coco_url": "u"}],
        "annotations": list(annotations),
        "categories": [{"id": 1, "name": "person", "supercategory": "person", "keypoints": NAMES,
                        "skeleton": [[1, 2], [1, 3]]}],
        **top,
    }  # fmt: skip


def person(id: Any = 1, **fields: Any) -> dict[str, Any]:
    return {"id": id, "image_id": 7, "category_id": 1, "keypoints": [10.5, 20, 2, 30, 40, 1, 0, 0, 0],
            "num_keypoints": 2, "bbox": [1, 2, 30.5, 40], "area": 1220.0, "iscrowd": 0,
            "segmentation": [[1, 2, 3, 4, 5, 6]], **fields}  # fmt: skip


def whole_body() -> dict[str, Any]:
    extra = {name: [c for i in range(count) for c in (i + 0.5, i, 2)] for name, count in PARTS.items()}
    content = coco_file(person(keypoints=[5, 6, 2] * 17, num_keypoints=17, **extra))
    content["categories"][0]["keypoints"] = list(preset("coco").skeleton("person").names)
    return content


def results() -> list[dict[str, Any]]:
    return [{"image_id": 7, "category_id": 1, "keypoints": [1.5, 2, 0.9, 3, 4, 1] + [5, 6, 0.25] * 15, "score": 0.75},
            {"image_id": "b", "category_id": 1, "keypoints": [1.5, 2, 0.5] * 17, "score": 0.5}]  # fmt: skip


def two_videos() -> dict[str, Any]:
    """Frames of two videos in turns, with a picture between them."""
    size = {"width": 640, "height": 480}
    return coco_file(
        *(person(id, image_id=image) for id, image in ((1, 11), (2, 13), (3, 12))),
        images=[
            {"id": 11, "file_name": "a.mp4/000000.jpg", **size, "video": "a.mp4", "frame_index": 0},
            {"id": 12, "file_name": "b.mp4/000004.jpg", **size, "video": "b.mp4", "frame_index": 4},
            {"id": 14, "file_name": "z.jpg", **size},
            {"id": 13, "file_name": "a.mp4/000009.jpg", **size, "video": "a.mp4", "frame_index": 9, "video_frames": 50},
        ],
    )


def real_files() -> list[Path]:
    """Return every COCO-like file among the real ones; none where there are none."""

    def is_one(path: Path) -> bool:
        try:
            content = json.loads(path.read_bytes())
        except ValueError:
            return False
        if isinstance(content, list):
            return bool(content) and isinstance(content[0], dict) and "image_id" in content[0]
        return isinstance(content, dict) and isinstance(content.get("annotations"), list)

    return [path for path in sorted(REAL.rglob("*.json")) if is_one(path)]
