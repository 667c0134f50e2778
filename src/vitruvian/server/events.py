"""What others save, told to every page that listens (server-sent events)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Header, Query
from starlette.responses import Response, StreamingResponse

from vitruvian.errors import Unavailable
from vitruvian.server import wire
from vitruvian.server.openapi import says, stream_of
from vitruvian.server.parameters import Id
from vitruvian.server.watch import Mark, Watched, look, mark_of, missed, watched
from vitruvian.store import Store

log = logging.getLogger("vitruvian.server")
T = TypeVar("T")

#: Seconds between two looks.
PAUSE = 0.4
#: Seconds of silence after which a sign of life is sent: proxies close what is silent for a minute.
SILENCE = 15.0
#: Pages that may listen at the same time.
LISTENERS = 500
#: Messages that may wait for one page; a slower one is let go, and resumes where it was.
WAITING = 100

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(slots=True, eq=False)
class _Listener:
    #: None is the end.
    queue: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(WAITING + 1))

    def tell(self, message: bytes) -> bool:
        """Hand over a message; False when too many wait already, which is the end."""
        if self.queue.qsize() >= WAITING:
            self.end()
            return False
        self.queue.put_nowait(message)
        return True

    def end(self) -> None:
        if not self.queue.full():
            self.queue.put_nowait(None)


class Events:
    """Everybody who listens. Used on the event loop; the record is read on one thread of its own.

    Parameters
    ----------
    store : Store
    listeners : int
        How many there may be.
    """

    def __init__(self, store: Store, *, listeners: int = LISTENERS) -> None:
        self._store = store
        self._most = listeners
        self._of: dict[int, tuple[Watched, set[_Listener]]] = {}
        self._reader = ThreadPoolExecutor(1, "vitruvian-events")
        self._watching: asyncio.Task[None] | None = None
        self._closed = False

    async def watched(self, label_set: int) -> Watched:
        """Return what to listen to.

        Raises
        ------
        NotFound
            No such label set.
        Unavailable
            Too many listen already, or the server is being stopped.
        """
        if self._closed or sum(len(those) for _, those in self._of.values()) >= self._most:
            raise Unavailable("The server cannot tell this page of changes now", hint="it tries again by itself")
        known = self._of.get(label_set)
        return known[0] if known else await self._read(watched, self._store, label_set)

    async def stream(self, of: Watched, since: Mark | None) -> AsyncIterator[bytes]:
        """Yield what was saved since a mark, then what is saved from now on; ends when the server stops."""
        # Before what was missed is read, so that nothing falls between.
        listener = _Listener()
        of, those = self._of.setdefault(of.label_set, (of, set()))
        those.add(listener)
        try:
            if self._watching is None or self._watching.done():
                self._watching = asyncio.create_task(self._watch())
            yield b"retry: 1000\n\n"
            if self._closed:
                return
            # Without a mark, the last one alone: a connection that is lost can then resume.
            behind = await self._read(missed, self._store, of, since or of.mark)
            while not self._closed and (message := await self._read(next, behind, None)) is not None:
                yield message
            while (message := await _next(listener.queue)) is not None:
                yield message
        finally:
            those.discard(listener)
            if not those and self._of.get(of.label_set, (None, None))[1] is those:
                del self._of[of.label_set]

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        if self._watching is not None:
            self._watching.cancel()
        for _, those in self._of.values():
            for listener in those:
                listener.end()
        self._reader.shutdown(wait=False)

    async def _watch(self) -> None:
        while self._of:
            await asyncio.sleep(PAUSE)
            for of, those in list(self._of.values()):
                try:
                    messages = await self._read(look, self._store, of)
                except Exception as error:  # a database that is away, say: the next look may find it again
                    log.warning("changes cannot be told: %s", error)
                    continue
                for message in messages:
                    for listener in list(those):
                        if not listener.tell(message):
                            those.discard(listener)

    async def _read(self, fn: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reader, fn, *args)


async def _next(queue: asyncio.Queue[bytes | None]) -> bytes | None:
    try:
        return await asyncio.wait_for(queue.get(), SILENCE)
    except TimeoutError:
        return b": still here\n\n"


def router(events: Events) -> APIRouter:
    """Return the route that tells."""
    api = APIRouter(tags=["records"])

    @api.get("/label-sets/{id}/events", operation_id="events", response_class=Response,
             responses=stream_of(wire.EventOut) | says(wire.ErrorOut, 503))  # fmt: skip
    async def changes_of_others(
        id: Id,
        after: Annotated[str | None, Query(max_length=80)] = None,
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> Response:
        said = last_event_id or after
        since = mark_of(said) if said else None
        of = await events.watched(id)
        return StreamingResponse(events.stream(of, since), 200, _HEADERS, media_type="text/event-stream")

    return api
