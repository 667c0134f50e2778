"""A real server in a process of its own, as a user would start it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import httpx


class ServerProcess:
    """`vitruvian serve` on a free port, and a client that is signed in.

    Attributes
    ----------
    cookies : dict
        The session's cookie, for a browser or another client.
    session : str
        Its value, which scripts send as a bearer token.
    """

    def __init__(self, project: str, *, port: str = "0", host: str | None = None) -> None:
        command = [sys.executable, "-m", "vitruvian.cli", "serve", project, "--port", port, "--no-open", "--json"]
        command += ["--host", host] if host else []
        environment = {**os.environ, "VITRUVIAN_USER": "ada"}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the server stopped before it served"
        self.address: str = json.loads(line)["address"]
        self.base = self.address.split("/?")[0]
        self.client = httpx.Client(base_url=self.base, timeout=30)
        self.client.get(self.address)
        self.cookies = dict(self.client.cookies)
        (self.session,) = self.cookies.values()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.client.close()
        assert self.process.stdout
        self.process.stdout.close()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)
        self.client.close()
        assert self.process.stdout
        self.process.stdout.close()
