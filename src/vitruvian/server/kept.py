"""Things that are costly to make, kept while there is room, and made once however many ask at the same time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(slots=True, eq=False)
class _Slot(Generic[V]):
    making: threading.Lock = field(default_factory=threading.Lock)
    made: tuple[V, int] | None = None


class Kept(Generic[K, V]):
    """The things asked for last.

    Parameters
    ----------
    room : int
        How much is kept, in the unit of `weigh`.
    weigh : callable
        How much room one takes.
    """

    def __init__(self, room: int, weigh: Callable[[V], int] = lambda _: 1) -> None:
        self._room = room
        self._weigh = weigh
        self._lock = threading.Lock()
        self._slots: OrderedDict[K, _Slot[V]] = OrderedDict()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return what is kept under `key`, or make it; who asks for another key never waits for that.

        When making fails, nothing is kept, and the next one who asks tries again.
        """
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
        with slot.making:
            if slot.made is None:
                try:
                    value = make()
                    slot.made = (value, self._weigh(value))
                except BaseException:
                    with self._lock:
                        if self._slots.get(key) is slot:
                            del self._slots[key]
                    raise
                self._make_room()
            return slot.made[0]

    def _make_room(self) -> None:
        with self._lock:
            taken = sum(slot.made[1] for slot in self._slots.values() if slot.made)
            for key, slot in list(self._slots.items()):
                if taken <= self._room:
                    return
                if slot.made:  # whoever still uses it keeps it alive
                    taken -= slot.made[1]
                    del self._slots[key]
