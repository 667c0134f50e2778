"""The JSON that page and server exchange, as types. msgspec decodes and checks it; OpenAPI shows the same types."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from vitruvian.actions.save_changes import UNTOUCHED, InstanceChange, RouteChange, SaveRequest
from vitruvian.geometry.interpolation import Interpolation
from vitruvian.store.rows import LARGEST_ID

#: PostgreSQL keeps frame numbers in four bytes.
LARGEST_FRAME = 2**31 - 1

Id = Annotated[int, Meta(ge=0, le=LARGEST_ID)]
FrameIndex = Annotated[int, Meta(ge=0, le=LARGEST_FRAME)]
#: PostgreSQL has no text with a NUL in it.
Text = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*$")]

RouteState = Literal["open", "accepted", "fixed", "dismissed"]


class InstanceOut(Struct):
    """One object in one frame; `points` is x, y, visibility of every keypoint, flat."""

    id: str
    media: int
    frame: int
    track: str | None
    category: str
    points: list[float]
    scores: list[float | None] | None
    keyed: list[int] | None
    box: list[float] | None
    mask: Any
    confidence: float | None
    area: float | None
    crowd: bool
    attributes: dict[str, Any]
    revision: int
    deleted: bool


class InstancesOut(Struct):
    instances: list[InstanceOut]


class ChangeIn(Struct, forbid_unknown_fields=True):
    """What was done to one instance; a field that is left out was not touched.

    `scores` is how sure a model was of some of the `points`; a person set the others.
    """

    instance: str
    base: int
    media: Id | None = None
    frame: FrameIndex | None = None
    category: str | UnsetType = UNSET
    points: dict[int, list[float]] = {}
    scores: dict[int, float] = {}
    keyed: dict[int, bool] | UnsetType | None = UNSET
    box: list[float] | UnsetType | None = UNSET
    mask: dict[str, Any] | list[Any] | UnsetType | None = UNSET
    area: float | UnsetType | None = UNSET
    crowd: bool | UnsetType = UNSET
    track: Text | UnsetType | None = UNSET
    attributes: dict[str, Any] | UnsetType = UNSET
    deleted: bool | UnsetType = UNSET


class RouteChangeIn(Struct, forbid_unknown_fields=True):
    id: Id
    state: RouteState


class SaveIn(Struct, forbid_unknown_fields=True):
    """Changes that are saved together; `request` makes sending them again harmless."""

    request: str
    changes: list[ChangeIn] = []
    routes: list[RouteChangeIn] = []


class SaveOut(Struct):
    request: str
    instances: list[InstanceOut]


class Counts(Struct):
    instances: int
    frames: int


class LabelSetOut(Struct):
    id: int
    kind: str
    name: str
    author: str
    parent: int | None
    ontology: int
    counts: Counts
    open_routes: int
    first_open: int | None


class OntologyRef(Struct):
    id: int
    name: str
    version: int


class ProjectRef(Struct):
    id: int
    name: str


class ProjectsOut(Struct):
    projects: list[ProjectRef]


class ProjectOut(Struct):
    id: int
    name: str
    ontologies: list[OntologyRef]
    label_sets: list[LabelSetOut]
    media_count: int
    frames: int


class MediaOut(Struct):
    """An image or video.

    Only where one media was asked for: `times` (seconds, one per frame), the frames that hold instances, and which
    media stand before and after it in its project.
    """

    id: int
    kind: Literal["image", "video"]
    name: str
    width: int
    height: int
    frames: int
    fps: list[int]
    duration: float
    codec: str
    rotation: int
    labelled_frames: int
    instances: int
    open_routes: int
    times: list[float] | None = None
    labelled: list[int] | None = None
    before: int | None = None
    after: int | None = None


class MediaListOut(Struct):
    media: list[MediaOut]
    next: int | None
    total: int


class KeypointOut(Struct):
    name: str
    sigma: float | None
    flip: str | None
    group: str
    color: str | None
    where: str


class SkeletonOut(Struct):
    keypoints: list[KeypointOut]
    edges: list[list[int]]
    sigma_kind: str
    sigma_source: str


class CategoryOut(Struct):
    name: str
    color: str | None
    skeleton: SkeletonOut | None


class OntologyOut(Struct):
    id: int
    name: str
    version: int
    categories: list[CategoryOut]


class OpenedLabelSetOut(Struct):
    """What somebody who opens a label set needs to know first; its totals are the project's to tell.

    Listening from `mark` on tells of everything that is saved after this answer.
    """

    id: int
    project: int
    kind: str
    name: str
    author: str
    parent: int | None
    interpolation: Interpolation
    ontology: OntologyOut
    mark: str


class AnswerOut(Struct):
    """The state that somebody gave a route."""

    id: int
    state: RouteState


class EventOut(Struct):
    """Instances as they are after somebody's save, deleted ones too, and answers to routes."""

    instances: list[InstanceOut]
    routes: list[AnswerOut]


class ProposeReadyIn(Struct, forbid_unknown_fields=True):
    category: str
    ontology: Id


class ProposeReadyOut(Struct):
    """How many keypoints of the category a model can propose, and the names of the others."""

    keypoints: int
    unknown: list[str]


class ProposeIn(Struct, forbid_unknown_fields=True):
    """A box (x, y, width, height) that was drawn around an object."""

    box: list[float]
    category: str
    ontology: Id


class ProposalOut(Struct):
    """`points` is x, y, visibility of every keypoint, flat; where the model says nothing, they are 0."""

    points: list[float]
    scores: list[float | None]


class ReasonOut(Struct):
    kind: str
    text: str
    value: float | None


class RouteOut(Struct):
    id: int
    media: int
    frame: int
    instance: str
    keypoint: int | None
    priority: float
    reasons: list[ReasonOut]
    state: RouteState


class RoutesOut(Struct):
    routes: list[RouteOut]


class ChangeOut(Struct):
    id: int
    instance: str
    media: int
    frame: int
    author: str
    at: str
    revision: int
    before: dict[str, Any]
    after: dict[str, Any]


class HistoryOut(Struct):
    changes: list[ChangeOut]


class LabelSetIn(Struct, forbid_unknown_fields=True):
    kind: Literal["person"]
    ontology: Id
    name: Text = ""
    parent: Id | None = None


class LabelSetPatch(Struct, forbid_unknown_fields=True):
    """How positions between the keys of a track are found, from now on."""

    interpolation: Interpolation


XY = Annotated[list[float], Meta(min_length=2, max_length=2)]


class FlowIn(Struct, forbid_unknown_fields=True):
    """Points to carry through the frames of a video; `end` (null where a point has none) is in the last frame."""

    first: FrameIndex
    last: FrameIndex
    start: Annotated[list[XY], Meta(min_length=1, max_length=2000)]
    end: Annotated[list[XY | None], Meta(max_length=2000)] | None = None


class FlowFrame(Struct):
    """x, y, score of each point; null where it was lost."""

    frame: int
    points: list[list[float] | None]


class FlowOut(Struct):
    frames: list[FlowFrame]


class FormatOut(Struct):
    """A format of annotation files; a folder is downloaded as an archive."""

    name: str
    title: str
    ending: str
    folder: bool
    writes: bool


class FormatsOut(Struct):
    formats: list[FormatOut]


class LossOut(Struct):
    """Something that labels say and a format cannot hold; `example` is the first of `count`."""

    feature: str
    what: str
    count: int
    example: str


class LossesOut(Struct):
    losses: list[LossOut]


class PriorOut(Struct):
    """How poses of a category usually look; the arrays are base64 of little-endian float32 (docs/adr/0017)."""

    source: Literal["labels", "body", "layout"]
    poses: int
    keypoints: int
    weights: list[float]
    means: str
    covariances: str


class PriorsOut(Struct):
    priors: dict[str, PriorOut]


class SessionOut(Struct):
    author: str
    mode: Literal["local"]


class HealthOut(Struct):
    status: Literal["ok"]
    version: str


class ErrorBody(Struct):
    code: str
    message: str
    where: str
    hint: str
    details: dict[str, Any] = {}


class ErrorOut(Struct):
    """The one shape of every error."""

    error: ErrorBody


def save_request(read: SaveIn) -> SaveRequest:
    """Return a save in the words of the action."""
    return SaveRequest(
        request=read.request,
        changes=[
            InstanceChange(
                instance=c.instance,
                base=c.base,
                media=c.media,
                frame=c.frame,
                points=c.points,
                scores=c.scores,
                keyed=_touched(c.keyed),
                category=_touched(c.category),
                box=_touched(c.box),
                mask=_touched(c.mask),
                area=_touched(c.area),
                crowd=_touched(c.crowd),
                track=_touched(c.track),
                attributes=_touched(c.attributes),
                deleted=_touched(c.deleted),
            )
            for c in read.changes
        ],
        routes=[RouteChange(r.id, r.state) for r in read.routes],
    )


def _touched(value: Any) -> Any:
    return UNTOUCHED if value is UNSET else value
