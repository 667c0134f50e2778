"""Route: queue the points of a label set that a person should look at, each with its reasons."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from sqlalchemy import Connection

from vitruvian.assist.blur import patch_sides, sharpness
from vitruvian.assist.routing import Budget, Limits, route_gaps, route_points
from vitruvian.errors import MediaError
from vitruvian.labels import Poses
from vitruvian.media import open_frames
from vitruvian.store import instances, label_sets, media, ontologies, routes
from vitruvian.store.engine import Store
from vitruvian.store.rows import MediaRow, RouteRow


def route(
    store: Store,
    label_set: int,
    *,
    limits: Limits | None = None,
    budget: Budget | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Queue the doubtful points of `label_set`, and the instances after which a track goes missing; return how many.

    Routes that nobody has answered yet are replaced; answered ones stay, and their points are not queued again.

    Parameters
    ----------
    store : Store
    label_set : int
        Usually a model's.
    limits : Limits, optional
        From where on a point is doubtful.
    budget : Budget, optional
        How many points and instances are worth a person's time.
    progress : callable, optional
        Called with (done, total) frames while sharpness is measured.

    Raises
    ------
    NotFound
        No such label set.
    """
    with store.read() as connection:
        row = label_sets.label_set(connection, label_set)
        ontology = ontologies.ontology(connection, row.ontology)
        poses, ids = instances.poses_with_ids(connection, label_set, ontology)
        rows = {m.id: m for m in media.all_media(connection, row.project)}
    chosen = route_points(poses, _sharpness(poses, rows, progress), limits=limits, budget=budget)
    chosen += route_gaps(poses, budget=budget)
    new = [
        RouteRow(
            id=0,
            label_set=label_set,
            media=int(poses.media[r.row]),
            frame=int(poses.frame[r.row]),
            instance=ids[r.row],
            keypoint=r.keypoint,
            priority=r.priority,
            reasons=[{"kind": w.kind, "text": w.text, "value": w.value} for w in r.reasons],
        )
        for r in chosen
    ]

    def write(connection: Connection) -> int:
        routes.clear_open(connection, label_set)
        answered = {(r.instance, r.keypoint) for r in routes.routes(connection, label_set, state=None)}
        wanted = [r for r in new if (r.instance, r.keypoint) not in answered]
        routes.add_routes(connection, wanted)
        return len(wanted)

    return store.write(write)


def _sharpness(
    poses: Poses, rows: dict[int, MediaRow], progress: Callable[[int, int], None] | None
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return the sharpness around every point, shape (N, K); NaN in media that can no longer be read."""
    found = np.full(poses.visibility.shape, np.nan, np.float32)
    sides = patch_sides(poses)
    places = np.unique(np.column_stack((poses.media, poses.frame)), axis=0)
    done = 0
    for media_id in np.unique(poses.media).tolist():
        frames = places[places[:, 0] == media_id, 1].tolist()
        # Score and speed still tell where a clip is gone or a frame damaged; whoever shows it says so.
        with suppress(MediaError), open_frames(Path(rows[media_id].uri)) as reader:
            for frame in frames:
                here = np.flatnonzero((poses.media == media_id) & (poses.frame == frame))
                with suppress(MediaError):
                    found[here] = sharpness(reader.frame(frame), poses.xy[here], sides[here])
                done += 1
                if progress:
                    progress(done, len(places))
    return found
