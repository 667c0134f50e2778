import io
import threading
import uuid

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.projects import Project
from tests.server_process import ServerProcess


def changes(project: Project) -> str:
    return f"/api/v1/label-sets/{project.person}/changes"


def test_records(server: ServerProcess, project: Project) -> None:
    get = server.client.get
    assert get("/api/v1/session").json() == {"author": "ada", "mode": "local"}
    assert get("/api/v1/projects").json() == {"projects": [{"id": project.id, "name": "test"}]}
    shown = get(f"/api/v1/projects/{project.id}").json()
    assert [s["kind"] for s in shown["label_sets"]] == ["model", "person"]
    assert shown["label_sets"][1]["counts"] == {"instances": 10, "frames": 10}
    listed = get(f"/api/v1/projects/{project.id}/media", params={"label_set": project.person, "limit": 1}).json()
    assert listed["next"] == project.media
    assert listed["media"][0]["labelled_frames"] == 10
    one = get(f"/api/v1/media/{project.media}", params={"label_set": project.person}).json()
    assert len(one["times"]) == 10
    assert one["labelled"] == list(range(10))
    found = get(
        f"/api/v1/label-sets/{project.person}/instances", params={"media": project.media, "first": 3, "last": 4}
    )
    assert [i["id"] for i in found.json()["instances"]] == ["p3", "p4"]
    ontology = get(f"/api/v1/ontologies/{project.ontology}").json()
    assert ontology["categories"][0]["skeleton"]["keypoints"][1]["flip"] == "right_wrist"
    assert len(get(f"/api/v1/label-sets/{project.person}/export").json()["annotations"]) == 10


def test_saving_merging_and_conflict(server: ServerProcess, project: Project) -> None:
    def save(request: str, base: int, points: dict[str, list[float]]) -> httpx.Response:
        body = {"request": request, "changes": [{"instance": "p3", "base": base, "points": points}]}
        return server.client.patch(changes(project), json=body)

    first = save("a", 0, {"1": [50.25, 60, 1]})
    assert first.status_code == 200
    assert first.json()["instances"][0]["points"][3:6] == [50.25, 60, 1]
    assert save("a", 0, {"1": [50.25, 60, 1]}).json() == first.json()
    assert save("b", 0, {"2": [1, 2, 2]}).json()["instances"][0]["revision"] == 2
    refused = save("c", 0, {"1": [9, 9, 2]})
    assert refused.status_code == 409
    (conflict,) = refused.json()["error"]["details"]["conflicts"]
    assert conflict["fields"] == ["points.1"]
    assert conflict["theirs"]["points"][3:6] == [50.25, 60, 1]
    history = server.client.get(f"/api/v1/label-sets/{project.person}/history").json()["changes"]
    assert [(c["author"], c["revision"]) for c in history] == [("ada", 2), ("ada", 1)]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/api/v1/projects/99", None, 404, "not_found"),
        ("GET", "/api/v1/nothing", None, 404, "not_found"),
        ("GET", "/api/v1/projects/x", None, 422, "invalid_input"),
        ("DELETE", "/api/v1/projects", None, 405, "method_not_allowed"),
        ("GET", "/api/v1/label-sets/2/export?format=odd", None, 422, "format"),
        ("PATCH", "/api/v1/label-sets/2/changes", "{", 422, "invalid_input"),
        ("PATCH", "/api/v1/label-sets/2/changes", '{"request": 1}', 422, "invalid_input"),
        ("PATCH", "/api/v1/label-sets/2/changes", '{"request": "r", "odd": 1}', 422, "invalid_input"),
        ("PATCH", "/api/v1/label-sets/2/changes",
         '{"request": "r", "changes": [{"instance": "p1", "base": 0, "points": {"1": [NaN, 1, 2]}}]}',
         422, "invalid_input"),
        ("PATCH", "/api/v1/label-sets/2/changes",
         '{"request": "r", "changes": [{"instance": "p1", "base": 0, "category": "cat"}]}', 422, "label"),
    ],
)  # fmt: skip
def test_every_error_has_the_one_shape(
    server: ServerProcess, method: str, path: str, body: str | None, status: int, code: str
) -> None:
    answer = server.client.request(method, path, content=body)
    assert answer.status_code == status
    assert answer.json().keys() == {"error"}
    assert {"code", "message", "where", "hint"} <= answer.json()["error"].keys()
    assert answer.json()["error"]["code"] == code


def test_exact_frames_with_etag(server: ServerProcess, project: Project) -> None:
    for n in (0, 17, 4, 29, 28):
        answer = server.client.get(f"/api/v1/media/{project.clip}/frames/{n}.jpg")
        mean = np.asarray(Image.open(io.BytesIO(answer.content))).mean()
        assert abs(mean - 8 * n) < 3.5
    tag = answer.headers["etag"]
    again = server.client.get(f"/api/v1/media/{project.clip}/frames/28.jpg", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    beyond = server.client.get(f"/api/v1/media/{project.clip}/frames/30.jpg")
    assert beyond.json()["error"]["message"] == "gray.mp4 has frames 0 to 29, not 30"
    small = server.client.get(f"/api/v1/media/{project.clip}/thumbnail.jpg?size=80")
    assert Image.open(io.BytesIO(small.content)).size == (80, 48)


def test_file_in_ranges(server: ServerProcess, project: Project) -> None:
    address = f"/api/v1/media/{project.clip}/file"
    whole = server.client.get(address).content
    part = server.client.get(address, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole)}"
    assert server.client.get(address, headers={"Range": "bytes=-5"}).content == whole[-5:]
    assert server.client.get(address, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    stale = server.client.get(address, headers={"Range": "bytes=0-1", "If-Range": '"old"'})
    assert (stale.status_code, stale.content) == (200, whole)


def test_only_the_owner_of_the_address_gets_in(server: ServerProcess) -> None:
    with httpx.Client(base_url=server.base) as stranger:
        assert stranger.get("/api/v1/projects").status_code == 401
        assert stranger.get("/api/v1/healthz").json()["status"] == "ok"
        assert stranger.get(server.address).status_code == 403
        assert stranger.get("/?token=guess").status_code == 403
    cookie = server.client.cookies["vitruvian_session"]
    with httpx.Client(base_url=server.base, headers={"Authorization": f"Bearer {cookie}"}) as script:
        assert script.get("/api/v1/projects").status_code == 200
    assert server.client.get("/api/v1/projects", headers={"Host": "evil.example"}).status_code == 400
    assert server.client.get("/api/v1/projects", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_killed_server_keeps_every_acknowledged_save_and_no_half_one(project_name: str, project: Project) -> None:
    server = ServerProcess(project_name)
    acknowledged: dict[str, float] = {}
    sent = threading.Event()

    def client(number: int) -> None:
        cookies = dict(server.client.cookies)
        with httpx.Client(base_url=server.base, cookies=cookies, timeout=5) as mine:
            for turn in range(25):
                request = uuid.uuid4().hex
                x = number * 1000 + turn
                new = [
                    {"instance": f"{request}-{n}", "base": 0, "media": project.media, "frame": n, "category": "person",
                     "points": {"0": [x, n, 2]}}
                    for n in range(3)
                ]  # fmt: skip
                try:
                    answer = mine.patch(changes(project), json={"request": request, "changes": new})
                except httpx.HTTPError:
                    return
                if answer.status_code == 200:
                    acknowledged[request] = x
                if len(acknowledged) > 40:
                    sent.set()

    threads = [threading.Thread(target=client, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    sent.wait(30)
    server.kill()
    for thread in threads:
        thread.join()
    assert len(acknowledged) > 40
    server = ServerProcess(project_name)
    found = server.client.get(f"/api/v1/label-sets/{project.person}/instances").json()["instances"]
    server.stop()
    saved = {i["id"]: i["points"][0] for i in found if "-" in i["id"]}
    requests = {id.rsplit("-", 1)[0] for id in saved}
    assert all(f"{request}-{n}" in saved for request in requests for n in range(3))
    assert {r: saved[f"{r}-0"] for r in acknowledged} == acknowledged


def test_a_page_stays_signed_in_when_the_server_starts_anew(project_name: str, project: Project) -> None:
    first = ServerProcess(project_name)
    cookie = first.client.cookies["vitruvian_session"]
    first.stop()
    second = ServerProcess(project_name)
    with httpx.Client(base_url=second.base, cookies={"vitruvian_session": cookie}) as page:
        status = page.get("/api/v1/session").status_code
    second.stop()
    assert status == (200 if not project_name.startswith("postgres") else 401)
