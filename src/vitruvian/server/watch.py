"""Watch the record for saved changes, once per process and label set, however many pages listen.

Looking is the one way that serves SQLite and PostgreSQL, and several server processes over one database, alike. On
PostgreSQL two changes may be committed in another order than that of their ids, so each look reads the last seconds
again, and what is handed out as "told up to here" lies as far back: whoever resumes is told some things twice, and
nothing never.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from vitruvian.errors import InvalidInput
from vitruvian.server import wire
from vitruvian.store import Store, changes, instances, label_sets, routes
from vitruvian.store.rows import now

#: Seconds that a save may take from its first statement to its commit.
GRACE = 10.0
#: Instances in one message.
BATCH = 200

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where somebody has been told: a change's id, and a moment for the answers to routes."""

    change: int
    at: str

    def __str__(self) -> str:
        return f"{self.change}@{self.at}"


def mark_of(text: str) -> Mark:
    """Read a mark that the server gave away; raises InvalidInput."""
    change, at, moment = text.partition("@")
    plain = moment.isascii() and len(moment) <= 32 and moment.isprintable()
    if not (at and plain and change.isascii() and change.isdigit() and len(change) <= 18):
        raise InvalidInput(f"{text[:40]!r} is no mark", where="after", hint="take it from a label set or an event")
    return Mark(int(change), moment)


def settled(store: Store) -> Mark:
    """Return a mark from which everything is told that is saved from now on."""
    with store.read() as connection:
        return Mark(changes.settled(connection, GRACE), now(-GRACE))


@dataclass(slots=True)
class Watched:
    """A label set that somebody listens to.

    Attributes
    ----------
    label_set : int
    chain : list of int
        It and those that it lies over: a change of theirs may show through.
    mark : Mark
        Told up to here, for certain.
    told : dict
        When (of this machine's steady clock) a change or an answer behind the mark was seen first.
    """

    label_set: int
    chain: list[int]
    mark: Mark
    told: dict[int | tuple[str, int, str], float] = field(default_factory=dict)


def watched(store: Store, label_set: int) -> Watched:
    """Begin to watch; raises NotFound."""
    with store.read() as connection:
        chain = label_sets.lineage(connection, label_set)
    return Watched(label_set, chain, settled(store))


def look(store: Store, of: Watched) -> list[bytes]:
    """Return what was saved since the last look, as messages."""
    seen = time.monotonic()
    with store.read() as connection:
        saved = changes.after(connection, of.chain, of.mark.change)
        answered = routes.answered(connection, of.chain, of.mark.at)
    new = {instance: None for id, instance in saved if id not in of.told}
    answers = [(id, state) for at, id, state in answered if (at, id, state) not in of.told]
    for id, _ in saved:
        of.told.setdefault(id, seen)
    for answer in answered:
        of.told.setdefault(answer, seen)
    _settle(of, seen - GRACE)
    return list(_messages(store, of.label_set, list(new), answers, of.mark))


def missed(store: Store, of: Watched, since: Mark) -> Iterator[bytes]:
    """Return what was saved since a mark, as messages; each is read when it is asked for."""
    with store.read() as connection:
        saved = changes.after(connection, of.chain, since.change)
        answered = routes.answered(connection, of.chain, since.at)
    new = list(dict.fromkeys(instance for _, instance in saved))
    return _messages(store, of.label_set, new, [(id, state) for _, id, state in answered], since, last=of.mark)


def _settle(of: Watched, horizon: float) -> None:
    old = [key for key, seen in of.told.items() if seen <= horizon]
    numbers = [key for key in old if isinstance(key, int)]
    moments = [key[0] for key in old if not isinstance(key, int)]
    of.mark = Mark(max([of.mark.change, *numbers]), max([of.mark.at, *moments]))
    for key in old:
        # Of answers in one and the same moment some may still come; these are read again as long as the mark is theirs.
        if isinstance(key, int) or key[0] < of.mark.at:
            del of.told[key]


def _messages(
    store: Store, label_set: int, ids: list[str], answers: list[tuple[int, str]], mark: Mark, last: Mark | None = None
) -> Iterator[bytes]:
    """Yield messages of some instances each; where `last` is given, a last one that brings the mark up to it."""
    for start in range(0, len(ids), BATCH):
        with store.read() as connection:
            found = instances.find(connection, label_set, ids[start : start + BATCH])
        yield _message({"instances": [instance.document() for instance in found.values()], "routes": []}, mark)
    if answers or last is not None:
        said = [wire.AnswerOut(id, state) for id, state in answers]  # type: ignore[arg-type]
        yield _message({"instances": [], "routes": said}, last or mark)


def _message(content: dict[str, object], mark: Mark) -> bytes:
    return b"id: %s\ndata: %s\n\n" % (str(mark).encode(), _encoder.encode(content))
