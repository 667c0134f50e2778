"""Skeleton: the ordered keypoints of a category, their edges and their flip pairs."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from vitruvian.errors import LabelError, OntologyError

_FIELDS = "see docs/ontology.md for the fields"

SigmaKind = Literal["measured", "adapted", "uniform", "none"]


@dataclass(frozen=True, slots=True)
class Keypoint:
    """The definition of one landmark.

    Attributes
    ----------
    name : str
        Unique within its skeleton.
    sigma : float or None
        Human placement error as a share of the object's scale (COCO's sigma); None where nobody measured it.
    flip : str or None
        Name of the keypoint it becomes in a mirrored picture; None when it stays itself.
    group : str
        Part of the body or object: "upper", "left hand", "contour" ...
    color : str or None
        ``#rrggbb``.
    where : str
        Where exactly the landmark lies, in words, when the source says so.
    """

    name: str
    sigma: float | None = None
    flip: str | None = None
    group: str = ""
    color: str | None = None
    where: str = ""


@dataclass(frozen=True)
class Skeleton:
    """Ordered keypoints with edges; refuses to exist when it contradicts itself.

    Attributes
    ----------
    keypoints : tuple of Keypoint
        In the order in which points are stored.
    edges : tuple of (int, int)
        0-based pairs of keypoint indices.
    sigma_kind : {"measured", "adapted", "uniform", "none"}
        How the sigmas came about. Only "measured" ones rest on repeated labels of that very skeleton.
    sigma_source : str
        Where the sigmas were taken from.

    Raises
    ------
    OntologyError
        Names the keypoint at fault.
    """

    keypoints: tuple[Keypoint, ...]
    edges: tuple[tuple[int, int], ...] = ()
    sigma_kind: SigmaKind = "none"
    sigma_source: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.sigma_kind not in get_args(SigmaKind):
            kinds = ", ".join(get_args(SigmaKind))
            raise OntologyError(f"{self.sigma_kind!r} is no kind of sigma", where="sigma_kind", hint=f"one of: {kinds}")
        _check_names(self.keypoints)
        _check_sigmas(self.keypoints)
        _check_flips(self.keypoints)
        _check_edges(self.keypoints, self.edges)

    def __len__(self) -> int:
        return len(self.keypoints)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Keypoint names in order."""
        return tuple(k.name for k in self.keypoints)

    @cached_property
    def index(self) -> dict[str, int]:
        """Keypoint name to its position."""
        return {name: i for i, name in enumerate(self.names)}

    @cached_property
    def sigmas(self) -> NDArray[np.float64] | None:
        """Sigmas, shape (K,), or None unless every keypoint has one."""
        values = [k.sigma for k in self.keypoints]
        return None if None in values or not values else np.array(values, np.float64)

    @cached_property
    def flip_indices(self) -> NDArray[np.intp]:
        """For each keypoint the index of its mirror partner (itself when it has none), shape (K,)."""
        return np.array([self.index[k.flip] if k.flip else i for i, k in enumerate(self.keypoints)], np.intp)

    def position(self, name: str) -> int:
        """Return the index of keypoint `name`.

        Raises
        ------
        LabelError
            The skeleton has no such keypoint.
        """
        try:
            return self.index[name]
        except KeyError:
            raise LabelError(
                f"This skeleton has no keypoint {name!r}", hint=f"it has {', '.join(self.names[:20])}"
            ) from None

    def part(self, keypoints: Sequence[int]) -> Skeleton:
        """Return a skeleton of only these keypoints, in this order; edges and flip partners outside of it are gone."""
        at = {k: position for position, k in enumerate(keypoints)}
        names = {self.keypoints[k].name for k in at}
        chosen = [self.keypoints[k] for k in at]
        return Skeleton(
            tuple(k if k.flip in names else replace(k, flip=None) for k in chosen),
            tuple((at[a], at[b]) for a, b in self.edges if a in at and b in at),
            self.sigma_kind,
            self.sigma_source,
        )

    def document(self) -> dict[str, Any]:
        """Return the JSON form, the inverse of :func:`skeleton_from_document`."""
        return {
            "keypoints": [
                {
                    "name": k.name,
                    "sigma": k.sigma,
                    "flip": k.flip,
                    "group": k.group,
                    "color": k.color,
                    "where": k.where,
                }
                for k in self.keypoints
            ],
            "edges": [list(edge) for edge in self.edges],
            "sigma_kind": self.sigma_kind,
            "sigma_source": self.sigma_source,
        }


def plain_name(name: str) -> str:
    """Return a name without what people vary in it: "Left Eye" and "left-eye" are both left_eye."""
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def skeleton_from_document(document: dict[str, Any]) -> Skeleton:
    """Read a skeleton from its JSON form; raises OntologyError when a field is missing or of a wrong type."""
    try:
        return Skeleton(
            keypoints=tuple(_keypoint(k, at) for at, k in enumerate(document["keypoints"])),
            edges=tuple((operator.index(a), operator.index(b)) for a, b in document.get("edges", ())),
            sigma_kind=document.get("sigma_kind", "none"),
            sigma_source=document.get("sigma_source", ""),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise OntologyError(
            "This is not a skeleton: a field is missing or of a wrong type", where="skeleton", hint=_FIELDS
        ) from error


def _keypoint(stated: dict[str, Any], at: int) -> Keypoint:
    where = f"keypoint {at}"
    if not isinstance(stated, dict) or not isinstance(stated.get("name"), str):
        raise OntologyError("This is not a skeleton: a keypoint has no name", where=where, hint=_FIELDS)
    odd = next((name for name in stated if name not in Keypoint.__slots__), None)
    if odd is not None:
        raise OntologyError(f"This is not a skeleton: a keypoint has no field {odd!r}", where=where, hint=_FIELDS)
    flip, sigma = stated.get("flip"), stated.get("sigma")
    if not (flip is None or isinstance(flip, str)):
        raise OntologyError("This is not a skeleton: a flip partner is no name", where=f"{where}: flip", hint=_FIELDS)
    if not (sigma is None or (isinstance(sigma, int | float) and not isinstance(sigma, bool) and sigma < 1e300)):
        raise OntologyError("This is not a skeleton: a sigma is no number", where=f"{where}: sigma", hint=_FIELDS)
    for text in ("group", "where", "color"):
        if not isinstance(stated.get(text, ""), str) and not (text == "color" and stated[text] is None):
            raise OntologyError("This is not a skeleton: this is not text", where=f"{where}: {text}", hint=_FIELDS)
    return Keypoint(**stated)


def skeleton_from_names(
    names: Sequence[str],
    *,
    edges: Iterable[tuple[int, int]] = (),
    sigmas: Sequence[float] | None = None,
    sigma_kind: SigmaKind = "measured",
) -> Skeleton:
    """Build a skeleton from bare names; flip partners follow from ``left``/``right`` in them.

    Raises
    ------
    OntologyError
        As `Skeleton` does, and where there is not one sigma for each name.
    """
    if sigmas is not None and len(sigmas) != len(names):
        raise OntologyError(f"{len(sigmas)} sigmas for {len(names)} keypoints", hint="give each keypoint its sigma")
    partners = {name: _mirror_name(name) for name in names}
    keypoints = tuple(
        Keypoint(
            name,
            sigma=None if sigmas is None else float(sigmas[i]),
            # A name with several sides in it may mirror into one that mirrors elsewhere: those are no pair.
            flip=other if (other := partners[name]) != name and partners.get(other) == name else None,
        )
        for i, name in enumerate(names)
    )
    return Skeleton(keypoints, tuple(edges), sigma_kind if sigmas is not None else "none")


def _mirror_name(name: str) -> str:
    swaps = {"left": "right", "right": "left", "Left": "Right", "Right": "Left", "LEFT": "RIGHT", "RIGHT": "LEFT"}
    for side, other in swaps.items():
        if side in name:
            return name.replace(side, other)
    for side, other in (("l_", "r_"), ("r_", "l_"), ("L_", "R_"), ("R_", "L_")):
        if name.startswith(side):
            return other + name[2:]
    for side, other in (("_l", "_r"), ("_r", "_l"), ("_L", "_R"), ("_R", "_L")):
        if name.endswith(side):
            return name[:-2] + other
    return name


def _check_names(keypoints: Sequence[Keypoint]) -> None:
    seen: set[str] = set()
    for position, keypoint in enumerate(keypoints):
        if not keypoint.name.strip():
            raise OntologyError(f"Keypoint {position} has no name", where=f"keypoint {position}", hint="give it one")
        if keypoint.name in seen:
            raise OntologyError(
                f"Two keypoints are called {keypoint.name!r}",
                where=f"keypoint {position}",
                hint="give each keypoint of a skeleton its own name",
            )
        seen.add(keypoint.name)


def _check_sigmas(keypoints: Sequence[Keypoint]) -> None:
    for keypoint in keypoints:
        if keypoint.sigma is not None and not (np.isfinite(keypoint.sigma) and keypoint.sigma > 0):
            raise OntologyError(
                f"Keypoint {keypoint.name!r} has sigma {keypoint.sigma}, which is not a positive number",
                where=keypoint.name,
                hint="leave sigma out when it was not measured",
            )


def _check_flips(keypoints: Sequence[Keypoint]) -> None:
    partner = {k.name: k.flip for k in keypoints}
    for name, flip in partner.items():
        if flip is None:
            continue
        if flip not in partner:
            raise OntologyError(
                f"Keypoint {name!r} flips to {flip!r}, which does not exist",
                where=name,
                hint="name a keypoint of the same skeleton",
            )
        if partner[flip] != name:
            raise OntologyError(
                f"Keypoint {name!r} flips to {flip!r}, but {flip!r} flips to {partner[flip]!r}",
                where=name,
                hint="flip partners must name each other",
            )


def _check_edges(keypoints: Sequence[Keypoint], edges: Iterable[tuple[int, int]]) -> None:
    for start, end in edges:
        for index, other in ((start, end), (end, start)):
            if not 0 <= index < len(keypoints):
                at = keypoints[other].name if 0 <= other < len(keypoints) else f"{start}-{end}"
                raise OntologyError(
                    f"Edge {start}-{end} at keypoint {at!r} points at keypoint {index}; there are {len(keypoints)}",
                    where=f"edge {start}-{end}",
                    hint="edges count keypoints from 0",
                )
        if start == end:
            name = keypoints[start].name
            raise OntologyError(
                f"Edge {start}-{end} joins keypoint {name!r} to itself", where=name, hint="leave it out"
            )
