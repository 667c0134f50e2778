"""A small project that many tests start from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from vitruvian.labels import Category, Instance, Ontology, empty_instance, skeleton_from_names
from vitruvian.store import Store, instances, label_sets, media, ontologies, projects
from vitruvian.store.rows import MediaRow

NAMES = ("nose", "left_wrist", "right_wrist", "left_ankle", "right_ankle")
ONTOLOGY = Ontology("people", (Category("person", skeleton_from_names(NAMES)), Category("ball")))


@dataclass(frozen=True)
class Project:
    id: int
    ontology: int
    media: int
    model: int
    person: int
    clip: int = 0


def make_project(store: Store, *, frames: int = 10) -> Project:
    """A project with one clip, a model's label set with one person in every frame, and a person's over it."""

    def make(connection: Connection) -> Project:
        project = projects.create_project(connection, "test")
        ontology = ontologies.add_ontology(connection, project, ONTOLOGY)
        times = np.arange(frames) / 30
        row = MediaRow(0, "video", "clip.mp4", "clip.mp4", "ab" * 32, 640, 480, frames, (30, 1), times)
        clip = media.add_media(connection, project, row)
        model = label_sets.create_label_set(
            connection, project, kind="model", name="run", author="model", ontology=ontology
        )
        person = label_sets.create_label_set(
            connection, project, kind="person", name="Ada", author="ada", ontology=ontology, parent=model
        )
        instances.insert_instances(connection, model, [predicted(clip, frame) for frame in range(frames)])
        return Project(project, ontology, clip, model, person)

    return store.write(make)


def predicted(media: int, frame: int) -> Instance:
    instance = empty_instance(f"p{frame}", "person", media, frame, len(NAMES))
    instance.xy[:] = np.arange(10).reshape(5, 2) + frame
    instance.visibility[:] = 2
    instance.score = np.full(5, 0.5, np.float32)
    instance.box = np.array([0.0, 0.0, 9.5, 9.25])
    return instance
