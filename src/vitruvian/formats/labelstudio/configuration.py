"""The labelling configuration with which Label Studio shows labels as Vitruvian writes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import quoteattr

from vitruvian.labels import Ontology

#: Names of the tags, which results state as from_name and to_name.
IMAGE: Final = "image"
BOXES: Final = "objects"
POINTS: Final = "points"
VISIBILITY: Final = "visibility"
HIDDEN: Final = "hidden"


def labelling_config(ontology: Ontology) -> str:
    """Return the XML to paste into a Label Studio project's labelling interface.

    A rectangle for each category, under which its points are put; a point for each keypoint name, numbered by
    `model_index` as Label Studio's own exports ask for; and a choice "hidden" for each point.

    Parameters
    ----------
    ontology : Ontology

    Returns
    -------
    str
    """
    keypoints: dict[str, str | None] = {}
    for keypoint in (k for c in ontology if c.skeleton for k in c.skeleton.keypoints):
        keypoints[keypoint.name] = keypoints.get(keypoint.name) or keypoint.color
    lines = ["<View>", f'  <Image name="{IMAGE}" value="$image" zoom="true" zoomControl="true" rotateControl="false"/>']
    lines += _labels("RectangleLabels", BOXES, ((c.name, c.color) for c in ontology))
    if keypoints:
        lines += _labels("KeyPointLabels", POINTS, keypoints.items())
        lines += [
            f'  <Choices name="{VISIBILITY}" toName="{IMAGE}" choice="multiple"'
            f' perRegion="true" whenTagName="{POINTS}">',
            f'    <Choice value="{HIDDEN}"/>',
            "  </Choices>",
        ]
    return "\n".join([*lines, "</View>", ""])


def _labels(tag: str, name: str, labels: Iterable[tuple[str, str | None]]) -> list[str]:
    lines = [f'  <{tag} name="{name}" toName="{IMAGE}">']
    for index, (value, color) in enumerate(labels):
        background = f" background={quoteattr(color)}" if color else ""
        lines.append(f'    <Label value={quoteattr(value)} model_index="{index}"{background}/>')
    return [*lines, f"  </{tag}>"]
