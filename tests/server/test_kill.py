"""A server that is killed in the middle of many saves."""

import asyncio
import uuid
from typing import Any

import httpx

from tests.projects import Project
from tests.server_process import ServerProcess

CLIENTS = 200
INSTANCES = 3


class Saves:
    """What many clients sent at once, and what they know of it."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.sent: dict[str, dict[str, Any]] = {}
        self.acknowledged: set[str] = set()
        self.in_flight = 0

    def body(self, client: int) -> dict[str, Any]:
        request = uuid.uuid4().hex
        self.sent[request] = {
            "request": request,
            "changes": [
                {"instance": f"{request}-{n}", "base": 0, "media": self.project.media, "frame": n, "category": "person",
                 "points": {"0": [client, n, 2]}}
                for n in range(INSTANCES)
            ],
        }  # fmt: skip
        return self.sent[request]

    async def until_killed(self, server: ServerProcess) -> None:
        """Save from all clients, each as soon as its last save is acknowledged; kill the server in the middle."""
        limits = httpx.Limits(max_connections=CLIENTS)
        async with httpx.AsyncClient(base_url=server.base, cookies=server.cookies, timeout=20, limits=limits) as http:
            clients = [asyncio.create_task(self._client(http, n)) for n in range(CLIENTS)]
            while len(self.acknowledged) < CLIENTS // 2:
                await asyncio.sleep(0.002)
                assert not any(client.done() for client in clients), "a client ended before the server did"
            self.in_flight = len(self.sent) - len(self.acknowledged)
            server.process.kill()
            await asyncio.gather(*clients)

    async def _client(self, http: httpx.AsyncClient, number: int) -> None:
        while True:
            body = self.body(number)
            try:
                await self._save(http, body)
            except httpx.TransportError:
                return

    async def again(self, server: ServerProcess) -> None:
        """Do what the clients do next: send again whatever was not acknowledged."""
        async with httpx.AsyncClient(base_url=server.base, cookies=server.cookies, timeout=20) as http:
            missing = self.sent.keys() - self.acknowledged
            await asyncio.gather(*(self._save(http, self.sent[request]) for request in missing))

    async def _save(self, http: httpx.AsyncClient, body: dict[str, Any]) -> None:
        answer = await http.patch(f"/api/v1/label-sets/{self.project.person}/changes", json=body)
        assert answer.status_code == 200, answer.text
        self.acknowledged.add(body["request"])


def test_200_saves_in_flight_when_the_server_is_killed(project_name: str, project: Project) -> None:
    saves = Saves(project)
    server = ServerProcess(project_name)
    asyncio.run(saves.until_killed(server))
    server.kill()
    assert saves.in_flight == CLIENTS
    assert len(saves.acknowledged) >= CLIENTS // 2

    server = ServerProcess(project_name)
    try:
        there = _there(server, project)
        requests = {id.rsplit("-", 1)[0] for id in there}
        assert saves.acknowledged <= requests <= saves.sent.keys()
        expected = {c["instance"]: c["points"]["0"] for r in requests for c in saves.sent[r]["changes"]}
        assert there == expected  # all instances of a request or none, as they were sent

        asyncio.run(saves.again(server))
        every = [c for body in saves.sent.values() for c in body["changes"]]
        assert _there(server, project) == {c["instance"]: c["points"]["0"] for c in every}
        history = server.client.get(f"/api/v1/label-sets/{project.person}/history", params={"limit": 1000}).json()
        saved = [change["instance"] for change in history["changes"]]
        assert len(saved) == len(set(saved)) == min(len(every), 1000)  # once each, however often it was sent
    finally:
        server.stop()


def _there(server: ServerProcess, project: Project) -> dict[str, list[float]]:
    found = server.client.get(f"/api/v1/label-sets/{project.person}/instances").json()["instances"]
    return {i["id"]: i["points"][:3] for i in found if "-" in i["id"]}
