"""Run the server until it is told to stop."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from vitruvian.errors import Unavailable
from vitruvian.server.access import LocalAccess
from vitruvian.server.address import hosts_for, printed
from vitruvian.server.app import create_app
from vitruvian.store import Store


def serve(
    store: Store,
    *,
    author: str,
    folder: Path | None,
    host: str = "127.0.0.1",
    port: int = 0,
    ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    store : Store
    author : str
    folder : Path or None
        Where the session secret is kept; None keeps it in memory, and pages sign in again after a restart.
    host : str
        A loopback address, unless you know who can reach the other; 0.0.0.0 or ``::`` is every address of this
        machine.
    port : int
        0 takes a free one.
    ready : callable
        Called with the address to open, token included, once requests are accepted.

    Raises
    ------
    Unavailable
        The port is taken, or this machine has no such address.
    """
    access = LocalAccess(folder)
    app = create_app(store, access, author=author, hosts=hosts_for(host))
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            what, hint = f"Port {port} is taken", "choose another with --port, or 0 for a free one"
        else:
            why = error.strerror or (os.strerror(error.errno) if error.errno else str(error))
            what, hint = f"The server cannot listen there: {why}", "leave --host out, or choose another --port"
        raise Unavailable(what, where=printed(host, port), hint=hint) from error
    address = f"{printed(host, listener.getsockname()[1])}/?token={access.token}"
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=5)
    server = _Server(config, lambda: ready(address), app.state.events.close)
    server.run(sockets=[listener])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Streams have no end of their own, and would be waited for.
        self._stopping()
        await super().shutdown(sockets)
