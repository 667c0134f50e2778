import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from tests.projects import ONTOLOGY, make_project
from vitruvian.errors import InvalidInput, NotFound
from vitruvian.store import Store, instances, label_sets, ontologies, projects, schema


def test_label_sets_and_what_they_lie_over(store: Store) -> None:
    project = make_project(store)
    store.write(lambda c: label_sets.set_extras(c, project.model, {"done": [1, 2]}))
    with store.read() as connection:
        assert [row.name for row in label_sets.label_sets(connection, project.id)] == ["run", "Ada"]
        assert label_sets.lineage(connection, project.person) == [project.person, project.model]
        assert label_sets.label_set(connection, project.model).extras == {"done": [1, 2]}
        with pytest.raises(NotFound, match="no label set 99"):
            label_sets.lineage(connection, 99)


def test_only_labels_of_the_same_keypoints_show_through(store: Store) -> None:
    project = make_project(store)
    newer = store.write(lambda c: ontologies.add_ontology(c, project.id, ONTOLOGY, parent=project.ontology))
    elsewhere = store.write(lambda c: projects.create_project(c, "other"))

    def over(of_project: int, ontology: int, parent: int) -> int:
        return store.write(
            lambda c: label_sets.create_label_set(
                c, of_project, kind="person", name="x", author="ada", ontology=ontology, parent=parent
            )
        )

    with pytest.raises(InvalidInput, match="another project or ontology"):
        over(project.id, newer, project.model)
    with pytest.raises(InvalidInput, match="another project or ontology"):
        over(elsewhere, project.ontology, project.model)
    with pytest.raises(NotFound):
        over(project.id, project.ontology, 99)
    assert over(project.id, project.ontology, project.model)


def test_what_others_lie_over_stays_until_the_project_goes(store: Store) -> None:
    project = make_project(store)
    with pytest.raises(IntegrityError):
        store.write(lambda c: c.execute(delete(schema.label_set).where(schema.label_set.c.id == project.model)))
    with store.read() as connection:
        assert len(instances.instances(connection, project.person)) == 10
    store.write(lambda c: c.execute(delete(schema.project)))
    with store.read() as connection:
        for table in schema.metadata.sorted_tables:
            assert connection.scalar(select(func.count()).select_from(table)) == 0


def test_versions_of_an_ontology(store: Store) -> None:
    project = make_project(store)
    newer = store.write(
        lambda c: ontologies.add_ontology(c, project.id, ONTOLOGY, parent=project.ontology, mapping={"person": {}})
    )
    with store.read() as connection:
        assert [id for id, _ in ontologies.ontologies(connection, project.id)] == [project.ontology, newer]
        assert ontologies.ontology(connection, newer).document() == ONTOLOGY.document()
        assert ontologies.project_of(connection, newer) == project.id
        for ask in (ontologies.ontology, ontologies.project_of):
            with pytest.raises(NotFound, match="no ontology 99"):
                ask(connection, 99)
