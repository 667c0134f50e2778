import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sqlalchemy import Connection

from tests.projects import ONTOLOGY, Project, make_project, predicted
from vitruvian.errors import LabelError
from vitruvian.labels import Instance, empty_instance, stack
from vitruvian.store import Store, instances, label_sets
from vitruvian.store.packing import COLUMNS, POSTGRESQL_TYPES, pack, unpack
from vitruvian.store.schema import instance as table


@pytest.fixture
def project(store: Store) -> Project:
    return make_project(store)


def ids(store: Store, label_set: int, **which: int) -> list[str]:
    with store.read() as connection:
        return [i.id for i in instances.instances(connection, label_set, **which)]  # type: ignore[arg-type]


def same(one: Instance, other: Instance) -> bool:
    return one.document() == other.document() and one.extras == other.extras


class Row:
    """A stored row, as the database hands it out."""

    def __init__(self, values: tuple[object, ...]) -> None:
        self.__dict__.update(zip(COLUMNS, values, strict=True))


@given(
    xy=arrays.arrays(np.float64, (3, 2), elements=st.floats(allow_nan=False, allow_infinity=False)),
    visibility=arrays.arrays(np.uint8, 3, elements=st.integers(0, 2)),
    score=st.none() | arrays.arrays(np.float32, 3, elements=st.floats(0, 1, width=32)),
    keyed=st.none() | arrays.arrays(np.bool_, 3),
    box=st.none() | arrays.arrays(np.float64, 4, elements=st.floats(-1e9, 1e9)),
    mask=st.none() | st.just({"size": [4, 4], "counts": "04"}) | st.just([[1.5, 2, 3, 4, 5, 6]]),
    track=st.none() | st.text(max_size=5),
    attributes=st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=4), max_size=3),
)
def test_packing_loses_nothing(**values: object) -> None:
    before = Instance(id="i", category="person", media=1, frame=2, revision=3, **values)  # type: ignore[arg-type]
    (row,) = pack([before], 7)
    after = unpack(Row(row), 7)  # type: ignore[arg-type]
    assert same(before, after)
    assert after.xy.tobytes() == before.xy.tobytes()
    assert after.xy.flags.writeable
    assert unpack(Row(row), 8).revision == 0  # type: ignore[arg-type]


def test_the_bulk_columns_are_those_of_the_table() -> None:
    assert [c.name for c in table.c] == list(COLUMNS)
    assert len(POSTGRESQL_TYPES) == len(COLUMNS)


def test_bulk_insert_gives_back_every_field(store: Store, project: Project) -> None:
    new = [predicted(project.media, n % 10) for n in range(2500)]
    for n, instance in enumerate(new):
        instance.id = f"n{n:04}"
        instance.track = None if n % 3 else str(n)
        instance.keyed = None if n % 2 else np.array([True, False, True, True, False])
        instance.mask = {"size": [1, 1], "counts": "01"} if n % 5 == 0 else None
        instance.attributes, instance.extras = {"n": n}, {"odd": ["\x00", n]}
    store.write(lambda c: instances.insert_instances(c, project.person, new))
    with store.read() as connection:
        found = instances.find(connection, project.person, [i.id for i in new])
    assert all(same(found[i.id], i) for i in new)


@pytest.mark.parametrize("twice", [["a", "b", "a"], ["p0"]])
def test_an_id_twice_is_refused_and_nothing_is_stored(store: Store, project: Project, twice: list[str]) -> None:
    def insert(connection: Connection) -> None:
        new = [empty_instance(id, "person", project.media, 0, 5) for id in twice]
        instances.insert_instances(connection, project.model, new)

    before = ids(store, project.model)
    with pytest.raises(LabelError, match=r"same id|is taken"):
        store.write(insert)
    assert ids(store, project.model) == before


def test_putting_replaces_only_the_label_sets_own_rows(store: Store, project: Project) -> None:
    def put(connection: Connection, x: float) -> None:
        moved = [predicted(project.media, n) for n in range(10)]
        for instance in moved:
            instance.xy[:] = x
            instance.revision = int(x)
        instances.put_instances(connection, project.person, moved)

    for x in (1.0, 2.0):
        store.write(lambda c, x=x: put(c, x))  # type: ignore[misc]
    with store.read() as connection:
        mine, model = (instances.find(connection, of, ["p3"])["p3"] for of in (project.person, project.model))
    assert (mine.xy == 2).all()
    assert mine.revision == 2
    assert model.xy[0].tolist() == [3, 4]


def test_thousands_can_be_put_and_found_at_once(store: Store, project: Project) -> None:
    new = [empty_instance(f"m{n}", "person", project.media, 0, 5) for n in range(12_000)]
    store.write(lambda c: instances.put_instances(c, project.person, new))
    store.write(lambda c: instances.put_instances(c, project.person, new))
    with store.read() as connection:
        assert len(instances.find(connection, project.person, [i.id for i in new])) == 12_000


def test_the_nearest_label_set_wins_and_a_deletion_hides(store: Store, project: Project) -> None:
    def over(connection: Connection) -> int:
        top = label_sets.create_label_set(
            connection, project.id, kind="gold", name="top", author="eve", ontology=project.ontology,
            parent=project.person,
        )  # fmt: skip
        middle, gone, here = (predicted(project.media, n) for n in (1, 2, 1))
        middle.xy[:], middle.revision = 100, 4
        gone.deleted = True
        instances.put_instances(connection, project.person, [middle, gone])
        here.xy[:], here.revision = 200, 1
        instances.put_instances(connection, top, [here])
        return top

    top = store.write(over)
    with store.read() as connection:
        shown = {i.id: i for i in instances.instances(connection, top)}
        assert len(shown) == 9
        assert "p2" not in shown
        assert (shown["p1"].xy == 200).all()
        assert shown["p3"].xy[0].tolist() == [3, 4]
        assert "p2" in {i.id for i in instances.instances(connection, top, include_deleted=True)}
        assert instances.find(connection, top, ["p2"])["p2"].deleted
        below = instances.find(connection, project.person, ["p1"])["p1"]
        assert (below.xy == 100).all()
        assert below.revision == 4
        assert instances.counts(connection, top) == {project.media: instances.Counts(9, 9)}
        assert instances.labelled_frames(connection, top, project.media) == [0, 1, 3, 4, 5, 6, 7, 8, 9]
        table_, order = instances.poses_with_ids(connection, top, ONTOLOGY)
        assert order == list(shown)
        assert table_.xy[1, 0].tolist() == [200, 200]


def test_frames_are_chosen_inclusively(store: Store, project: Project) -> None:
    assert ids(store, project.person, media=project.media, first=2, last=4) == ["p2", "p3", "p4"]
    assert ids(store, project.person, media=project.media + 1) == []
    assert ids(store, project.person, first=8) == ["p8", "p9"]


def test_columns_equal_the_instances(store: Store, project: Project) -> None:
    def more(connection: Connection) -> None:
        plain = predicted(project.media, 4)
        plain.id, plain.score, plain.box, plain.track = "plain", None, None, "12"
        ball = empty_instance("ball", "ball", project.media, 4, 0)
        ball.box = np.array([1.0, 2.0, 3.0, 4.0])
        instances.insert_instances(connection, project.person, [plain, ball])

    store.write(more)
    with store.read() as connection:
        listed = instances.instances(connection, project.person)
        columns = instances.poses(connection, project.person, ONTOLOGY)
    expected = stack(listed, categories=ONTOLOGY.index, keypoints=ONTOLOGY.max_keypoints)
    for name in ("xy", "visibility", "score", "box", "media", "frame", "category"):
        np.testing.assert_array_equal(getattr(columns, name), getattr(expected, name), err_msg=name)
    assert sorted(columns.track.tolist()) == [-1] * 11 + [12]


def test_columns_of_nothing(store: Store, project: Project) -> None:
    with store.read() as connection:
        assert len(instances.poses(connection, project.person, ONTOLOGY, media=999)) == 0
        assert instances.counts(connection, project.person) == {project.media: instances.Counts(10, 10)}
