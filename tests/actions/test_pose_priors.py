"""Priors of a label set: from its own labels, from sure points only, made again as labels come."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import Connection

from tests.projects import NAMES, ONTOLOGY, Project, make_project, predicted
from vitruvian.actions.pose_priors import PosePriors
from vitruvian.errors import NotFound
from vitruvian.labels import Category, Instance, Ontology, empty_instance, skeleton_from_names
from vitruvian.store import Store, instances, label_sets, media, ontologies, projects
from vitruvian.store.rows import MediaRow


@pytest.fixture
def project(store: Store) -> Project:
    return make_project(store)


def labelled(id: str, media: int, frame: int = 0) -> Instance:
    instance = predicted(media, frame)
    instance.id, instance.score = id, None
    pose = np.array([[50, 10], [90, 60], [10, 60], [70, 90], [30, 90]])
    instance.xy[:] = pose + np.random.default_rng(int(id)).normal(0, 2, (5, 2))
    instance.box = np.array([0.0, 0.0, 100.0, 100.0])
    return instance


def test_only_categories_with_points_have_a_prior(store: Store, project: Project) -> None:
    assert set(PosePriors(store).of(project.person)) == {"person"}


def test_points_a_model_is_not_sure_of_are_no_labels(store: Store, project: Project) -> None:
    # The ten predictions are sure by half: a label, just; a shade less is none.
    assert PosePriors(store).of(project.person)["person"].poses == 10

    def doubt(connection: Connection) -> None:
        rows = instances.instances(connection, project.model)
        for row in rows:
            row.score = np.full(5, 0.49, np.float32)
        instances.put_instances(connection, project.model, rows)

    store.write(doubt)
    prior = PosePriors(store).of(project.person)["person"]
    assert prior.source != "labels"
    assert prior.poses == 0


def test_a_prior_learns_what_people_set(store: Store, project: Project) -> None:
    priors = PosePriors(store)
    before = priors.of(project.person)["person"]
    store.write(
        lambda connection: instances.insert_instances(
            connection, project.person, [labelled(str(n), project.media) for n in range(60)]
        )
    )
    after = priors.of(project.person)["person"]
    assert after.poses == 70 > before.poses
    found = after.given([0]).mean(np.array([[50.0, 10.0]] + [[0.0, 0.0]] * 4), (0, 0, 100, 100))
    assert found[1] == pytest.approx([90, 60], abs=12)
    assert np.abs(found - before.given([]).mean(np.zeros((5, 2)), (0, 0, 100, 100))).max() > 5


def test_a_prior_is_kept_until_a_tenth_more_is_there(store: Store, project: Project) -> None:
    priors = PosePriors(store)
    first = priors.of(project.person)["person"]
    assert priors.of(project.person)["person"] is first

    def add(connection: Connection) -> None:
        instances.insert_instances(connection, project.person, [labelled("1", project.media)])

    store.write(add)
    assert priors.of(project.person)["person"] is not first  # eleven for ten


def test_deleted_and_crowd_rows_are_no_poses(store: Store, project: Project) -> None:
    def change(connection: Connection) -> None:
        rows = instances.instances(connection, project.person)
        rows[0].deleted, rows[1].crowd = True, True
        instances.insert_instances(connection, project.person, rows[:2])

    store.write(change)
    assert PosePriors(store).of(project.person)["person"].poses == 8


def test_a_label_set_that_is_not_there(store: Store) -> None:
    with pytest.raises(NotFound):
        PosePriors(store).of(99)


def test_each_category_has_its_own(store: Store) -> None:
    ontology = Ontology("two", (*ONTOLOGY.categories, Category("pair", skeleton_from_names(("left", "right")))))

    def make(connection: Connection) -> int:
        project = projects.create_project(connection, "two")
        version = ontologies.add_ontology(connection, project, ontology)
        clip = media.add_media(connection, project, MediaRow(0, "image", "a", "a", "ab" * 32, 100, 100, 1))
        person = label_sets.create_label_set(
            connection, project, kind="person", name="Ada", author="ada", ontology=version
        )
        pairs = []
        for n in range(30):
            pair = empty_instance(f"pair {n}", "pair", clip, 0, 2)
            pair.xy[:], pair.visibility[:] = [[20, 30], [80, 70]], 2
            pair.box = np.array([0.0, 0.0, 100.0, 100.0])
            pairs.append(pair)
        instances.insert_instances(connection, person, pairs)
        return person

    found = PosePriors(store).of(store.write(make))
    assert {name: (prior.keypoints, prior.source) for name, prior in found.items()} == {
        "person": (len(NAMES), "body"),
        "pair": (2, "labels"),
    }
