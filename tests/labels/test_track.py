import pytest

from vitruvian.errors import LabelError
from vitruvian.labels import Instance, empty_instance, tracks


def at(frame: int, track: str | None, category: str = "person") -> Instance:
    made = empty_instance(f"{track}-{frame}", category, 1, frame, 2)
    made.track = track
    made.place(0, frame, 2 * frame)
    return made


def test_instances_are_gathered_in_the_order_of_frames() -> None:
    ada, bob = tracks([at(5, "ada"), at(2, "bob"), at(1, "ada"), at(3, None)])
    assert (ada.id, ada.frames.tolist(), bob.frames.tolist()) == ("ada", [1, 5], [2])
    assert ada.xy[:, 0].tolist() == [[1, 2], [5, 10]]
    assert ada.keyed.all()
    assert len(ada) == 2


def test_an_object_is_in_a_frame_once() -> None:
    with pytest.raises(LabelError, match="two instances in frame 4"):
        tracks([at(4, "ada"), at(4, "ada")])


def test_a_track_keeps_its_category() -> None:
    with pytest.raises(LabelError, match="changes its category"):
        tracks([at(4, "ada"), at(5, "ada", "ball")])
