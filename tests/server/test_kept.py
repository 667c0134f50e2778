import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from vitruvian.server.kept import Kept


def test_many_who_ask_at_once_have_it_made_once() -> None:
    kept: Kept[str, object] = Kept(4)
    made: list[object] = []
    everybody = threading.Barrier(8)

    def make() -> object:
        made.append(object())
        return made[-1]

    def ask(_: int) -> object:
        everybody.wait(10)
        return kept.get("a", make)

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(ask, range(8)))
    assert found == set(made)
    assert len(made) == 1


def test_making_one_holds_up_nobody_who_wants_another() -> None:
    kept: Kept[str, int] = Kept(4)
    goes_on, begun = threading.Event(), threading.Event()

    def slow() -> int:
        begun.set()
        assert goes_on.wait(10)
        return 1

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(kept.get, "slow", slow)
        assert begun.wait(10)
        assert kept.get("quick", lambda: 2) == 2  # would never come back if it waited
        goes_on.set()
        assert first.result(10) == 1


def test_a_failure_is_not_kept() -> None:
    kept: Kept[str, int] = Kept(4)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 7) == 7
    assert kept.get("a", lambda: 1 // 0) == 7


def test_the_longest_unasked_goes_first() -> None:
    kept: Kept[str, bytes] = Kept(10, len)
    for key in ("a", "b"):
        kept.get(key, lambda: b"12345")
    kept.get("a", lambda: b"")
    kept.get("c", lambda: b"123")
    assert kept.get("a", lambda: b"anew") == b"12345"
    assert kept.get("b", lambda: b"anew") == b"anew"
    assert kept.get("large", lambda: b"x" * 11) == b"x" * 11
    assert kept.get("large", lambda: b"anew") == b"anew"
