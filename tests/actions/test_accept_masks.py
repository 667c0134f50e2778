from __future__ import annotations

import pytest

from tests.projects import Project, make_project
from vitruvian.actions.save_changes import InstanceChange, SaveRequest, save_changes
from vitruvian.errors import LabelError
from vitruvian.store import Store, instances

#: As a file may have it: of another size than the clip.
STRANGE = {"size": [2, 2], "counts": [1, 3]}


@pytest.fixture
def project(store: Store) -> Project:
    return make_project(store)


def save(store: Store, project: Project, request: str, change: InstanceChange) -> dict[str, object]:
    return save_changes(store, project.person, "ada", SaveRequest(request, [change]))[0]


def test_a_mask_is_as_large_as_its_picture(store: Store, project: Project) -> None:
    fits = {"size": [480, 640], "counts": [0, 480 * 640]}
    assert save(store, project, "r1", InstanceChange("p3", 0, mask=fits))["mask"] == fits
    for number, change in enumerate(
        [
            InstanceChange("p3", 1, mask=STRANGE),
            InstanceChange("new", 0, media=project.clip or project.media, frame=0, category="ball", mask=STRANGE),
        ]
    ):
        with pytest.raises(LabelError, match="this one has"):
            save(store, project, f"bad{number}", change)
    with pytest.raises(LabelError, match="no polygon"):
        save(store, project, "empty", InstanceChange("p3", 1, mask=[]))


def test_an_instance_may_be_a_mask_only(store: Store, project: Project) -> None:
    drawn = [[0, 0, 20.5, 0, 20.5, 30]]
    made = InstanceChange("new", 0, media=project.clip or project.media, frame=2, category="ball", mask=drawn)
    assert save(store, project, "r1", made)["mask"] == drawn


def test_an_imported_mask_stays_whatever_is_done_to_the_points_and_comes_back_when_undone(
    store: Store, project: Project
) -> None:
    def spoil(connection: object) -> None:
        person = instances.find(connection, project.person, ["p3"])["p3"]  # type: ignore[arg-type]
        person.mask, person.revision = STRANGE, 1
        instances.put_instances(connection, project.person, [person])  # type: ignore[arg-type]

    store.write(spoil)
    assert save(store, project, "point", InstanceChange("p3", 1, points={1: (50, 60, 2)}))["mask"] == STRANGE
    assert save(store, project, "removed", InstanceChange("p3", 2, mask=None))["mask"] is None
    assert save(store, project, "undone", InstanceChange("p3", 3, mask=STRANGE))["mask"] == STRANGE
