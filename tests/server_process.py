"""A real server in a process of its own, as a user would start it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import httpx


class ServerProcess:
    """`vitruvian serve` on a free port, and a client that is signed in."""

    def __init__(self, project: str, *, port: str = "0") -> None:
        command = [sys.executable, "-m", "vitruvian.cli", "serve", project, "--port", port, "--no-open", "--json"]
        environment = {**os.environ, "VITRUVIAN_USER": "ada"}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the server stopped before it served"
        self.address: str = json.loads(line)["address"]
        self.base = self.address.split("/?")[0]
        self.client = httpx.Client(base_url=self.base, timeout=30)
        self.client.get(self.address)

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
