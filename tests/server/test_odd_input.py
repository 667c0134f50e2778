"""Whatever is sent, the answer has the one shape and is never a 500."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.projects import Project
from vitruvian.server.access import LocalAccess
from vitruvian.server.app import create_app
from vitruvian.store import open_store

NUMBERS = ["-1", "0", "99", str(2**31), str(2**63 - 1), str(2**63), str(-(2**63) - 1), str(2**200), "9" * 5000, "x",
           "1.5", "", "%00", "%D9%A1"]  # fmt: skip
LISTS = ["/projects/{p}/media?after={}", "/projects/{p}/media?limit={}", "/projects/{p}/media?label_set={}",
         "/projects/{p}/media?offset={}", "/projects/{p}/media?name={}", "/projects/{p}/media?state={}",
         "/media/{m}?label_set={}", "/label-sets/{l}/instances?media={}", "/label-sets/{l}/instances?first={}",
         "/label-sets/{l}/instances?last={}", "/label-sets/{l}/instances?instance={}",
         "/label-sets/{l}/routes?media={}", "/label-sets/{l}/history?media={}",
         "/label-sets/{l}/history?frame={}", "/label-sets/{l}/history?limit={}", "/label-sets/{l}/history?instance={}",
         "/media/{c}/frames/0.jpg?quality={}", "/media/{c}/thumbnail.jpg?size={}",
         "/label-sets/{l}/export?format={}", "/label-sets/{l}/export/losses?format={}"]  # fmt: skip
PATHS = ["/projects/{}", "/projects/{}/media", "/media/{}", "/media/{}/file", "/media/{}/thumbnail.jpg",
         "/media/{}/frames/0.jpg", "/media/{c}/frames/{}.jpg", "/ontologies/{}", "/label-sets/{}/instances",
         "/label-sets/{}/routes", "/label-sets/{}/history", "/label-sets/{}/export",
         "/label-sets/{}/export/losses"]  # fmt: skip
BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"r"',
    b"\xff\xfe",
    b'{"request": "\xff"}',
    b'{"request": "\\ud800"}',
    b'{"request": "r\\u0000"}',
    b'{"request": ""}',
    b'{"request": 1}',
    b'{"request": "r", "odd": 1}',
    b'{"request": "r", "changes": {}}',
    b'{"request": "r", "changes": [{"instance": "p1", "base": 0, "mask": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}",
    b'{"request": "r", "changes": [{"instance": "p1", "base": 0, "attributes": ' + b'{"a":' * 50_000,
    b'{"request": "r", "changes": [{"instance": "p1", "base": 0, "track": "a\\u0000b"}]}',
    b'{"request": "r", "changes": [{"instance": "p1", "base": 0, "category": "a\\u0000b"}]}',
    b'{"request": "r", "changes": [{"instance": "p1\\u0000", "base": 0}]}',
    b'{"request": "r", "changes": [{"instance": "p1", "base": 0, "points": {"0": [1e999, 1, 2]}}]}',
    b'{"request": "r", "changes": [{"instance": "p1", "base": 0, "box": [1e308, 1e308, 1e308]}]}',
    b'{"request": "r", "changes": [{"instance": "p1", "base": 0, "points": {"a": [1, 1, 2]}}]}',
]

Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(address: str, project: Project) -> Any:
    access = LocalAccess()
    headers = {"Authorization": f"Bearer {access.session}", "Content-Type": "application/json"}
    with open_store(address) as store, asyncio.Runner() as runner:
        transport = httpx.ASGITransport(create_app(store, access, author="ada"))
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers)
        yield lambda method, path, **more: runner.run(client.request(method, path, **more))


def refused(answer: httpx.Response, *statuses: int) -> bool:
    assert answer.status_code in statuses, (answer.request.url, answer.status_code, answer.text[:200])
    assert answer.json().keys() == {"error"}
    assert {"code", "message", "where", "hint"} <= answer.json()["error"].keys()
    return True


def test_numbers_in_paths(ask: Ask, project: Project) -> None:
    for path in PATHS:
        for number in NUMBERS:
            address = "/api/v1" + path.replace("{c}", str(project.clip)).replace("{}", number)
            if (path, number) != ("/media/{c}/frames/{}.jpg", "0"):
                refused(ask("GET", address), 404, 422)


def test_numbers_in_queries(ask: Ask, project: Project) -> None:
    names = {"{p}": project.id, "{m}": project.media, "{c}": project.clip, "{l}": project.person}
    for path in LISTS:
        for number in NUMBERS:
            address = "/api/v1" + path.replace("{}", number)
            for name, id in names.items():
                address = address.replace(name, str(id))
            answer = ask("GET", address)
            assert answer.status_code == 200 or refused(answer, 404, 422)


def test_numbers_in_bodies(ask: Ask, project: Project) -> None:
    for number in ("-1", "99", str(2**31), str(2**63 - 1), str(2**63), str(-(2**63)), str(2**200), "1.5"):
        refuses_in_bodies(ask, project, number)
    refused(ask("POST", "/api/v1/projects/99/label-sets", content='{"kind": "person", "ontology": 1}'), 404)


def refuses_in_bodies(ask: Ask, project: Project, number: str) -> None:
    new = '"category": "person", "points": {"0": [1, 2, 2]}'
    good = {"base": "0", "media": str(project.media), "frame": "0"}
    for name in good:
        fields = ", ".join(f'"{k}": {number if k == name else v}' for k, v in good.items())
        body = f'{{"request": "r", "changes": [{{"instance": "n", {fields}, {new}}}]}}'
        refused(ask("PATCH", f"/api/v1/label-sets/{project.person}/changes", content=body), 404, 409, 422)
    for change in (
        f'"base": 0, "points": {{"{number}": [1, 2, 2]}}',
        f'"base": 0, "points": {{"0": [1, 2, {number}]}}',
        f'"base": {number}, "points": {{"0": [1, 2, 1]}}',
    ):
        body = f'{{"request": "r", "changes": [{{"instance": "p1", {change}}}]}}'
        refused(ask("PATCH", f"/api/v1/label-sets/{project.person}/changes", content=body), 404, 409, 422)
    body = f'{{"request": "r", "routes": [{{"id": {number}, "state": "open"}}]}}'
    refused(ask("PATCH", f"/api/v1/label-sets/{project.person}/changes", content=body), 404, 422)
    for content in (f'{{"kind": "person", "ontology": {number}}}',
                    f'{{"kind": "person", "ontology": {project.ontology}, "parent": {number}}}'):  # fmt: skip
        refused(ask("POST", f"/api/v1/projects/{project.id}/label-sets", content=content), 404, 422)


def test_bodies(ask: Ask, project: Project) -> None:
    for body in BODIES:
        refused(ask("PATCH", f"/api/v1/label-sets/{project.person}/changes", content=body), 422)


def test_names(ask: Ask, project: Project) -> None:
    for name in ("a\\u0000b", "x" * 1000):
        content = f'{{"kind": "person", "ontology": {project.ontology}, "name": "{name}"}}'
        refused(ask("POST", f"/api/v1/projects/{project.id}/label-sets", content=content), 422)


def test_bodies_of_another_kind(ask: Ask, project: Project) -> None:
    path = f"/api/v1/label-sets/{project.person}/changes"
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "json"):
        answer = ask("PATCH", path, content="{}", headers={"Content-Type": kind})
        refused(answer, 415)
        assert answer.json()["error"]["code"] == "unsupported_media_type"


def test_the_usual_ways_to_say_json(ask: Ask, project: Project) -> None:
    for kind in ("application/json; charset=utf-8", "Application/JSON"):
        content = '{"request": "r", "changes": []}'
        path = f"/api/v1/label-sets/{project.person}/changes"
        assert ask("PATCH", path, content=content, headers={"Content-Type": kind}).status_code == 200


def test_unknown_addresses_of_the_api(ask: Ask) -> None:
    for path in ("", "/", "/v1", "/v2/projects", "/v1/projects/", "/v1/%00", "/v1/..%2f..%2fx"):
        for method in ("GET", "POST", "DELETE", "PATCH", "OPTIONS"):
            answer = ask(method, f"/api{path}")
            refused(answer, 404)
            assert answer.json()["error"]["code"] == "not_found"


def test_a_wrong_method_names_the_right_ones(ask: Ask, project: Project) -> None:
    for path, allowed in (("/api/v1/projects", "GET"), (f"/api/v1/label-sets/{project.person}/changes", "PATCH")):
        answer = ask("DELETE", path)
        refused(answer, 405)
        assert answer.headers["allow"] == allowed


def test_an_odd_state_lists_the_states(ask: Ask, project: Project) -> None:
    answer = ask("GET", f"/api/v1/label-sets/{project.person}/routes?state=odd")
    refused(answer, 422)
    assert answer.json()["error"]["where"] == "query.state"
    for state in ("open", "accepted", "fixed", "dismissed", "all"):
        assert state in answer.json()["error"]["message"]
        assert ask("GET", f"/api/v1/label-sets/{project.person}/routes?state={state}").status_code == 200


def test_odd_addresses_of_the_page_are_the_page(ask: Ask) -> None:
    for path in ("/%00", "/" + "x" * 5000, "/..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd", "//x/y", "/a/b"):
        answer = ask("GET", path)
        assert answer.status_code == 200
        assert answer.text.startswith("<!doctype html>")
