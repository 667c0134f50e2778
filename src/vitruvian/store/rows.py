"""Rows as values: what the repositories return beside the types of `labels`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

ROUTE_STATES = ("open", "accepted", "fixed", "dismissed")

#: What the databases' id columns hold; a larger number from outside is an id of nothing.
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ProjectRow:
    id: int
    name: str
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MediaRow:
    """An image or a video of a project.

    Attributes
    ----------
    id : int
        0 before it is stored.
    kind : {"image", "video"}
    uri : str
        Where the file lies.
    name : str
        What people and annotation files call it.
    sha256 : str
        Of the file's bytes, in hex.
    width, height : int
        Pixels, as shown (EXIF orientation and rotation applied).
    frames : int
        1 for an image.
    fps : tuple of int
        Numerator and denominator; (0, 1) for an image.
    times : ndarray, shape (frames,), float64, or None
        Presentation times in seconds; None for an image.
    rotation : int
        Degrees by which the stored frames are turned when shown.
    extras : dict
    """

    id: int
    kind: str
    uri: str
    name: str
    sha256: str
    width: int
    height: int
    frames: int = 1
    fps: tuple[int, int] = (0, 1)
    times: NDArray[np.float64] | None = None
    rotation: int = 0
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabelSetRow:
    id: int
    project: int
    kind: str
    name: str
    author: str
    ontology: int
    parent: int | None = None
    extras: dict[str, Any] = field(default_factory=dict)
    created_at: str = ""


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A point (or, with `keypoint` None, an instance) queued for a person.

    Attributes
    ----------
    id : int
        0 before it is stored.
    label_set, media, frame : int
    instance : str
    keypoint : int or None
    priority : float
        Higher comes first.
    reasons : list of dict
        ``{"kind", "text", "value"}`` each.
    state : {"open", "accepted", "fixed", "dismissed"}
    resolved_by : str or None
    resolved_at : str or None
        When it got this state; None while it has its first.
    """

    id: int
    label_set: int
    media: int
    frame: int
    instance: str
    keypoint: int | None
    priority: float
    reasons: list[dict[str, Any]]
    state: str = "open"
    resolved_by: str | None = None
    resolved_at: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One saved change: the fields that it touched, before and after."""

    id: int
    instance: str
    media: int
    frame: int
    author: str
    at: str
    request: str
    revision: int
    before: dict[str, Any]
    after: dict[str, Any]


def now(seconds: float = 0.0) -> str:
    """Return this moment, or one so many seconds later, as the store writes it: UTC, ISO 8601, microseconds."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def dumps(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def loads(text: str) -> Any:
    return msgspec.json.decode(text)
