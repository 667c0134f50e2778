import io
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

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
    within = {"label_set": project.person, "state": "labelled"}
    assert [row["id"] for row in get(f"/api/v1/projects/{project.id}/media", params=within).json()["media"]] == [
        project.media
    ]
    refused = get(f"/api/v1/projects/{project.id}/media", params={"state": "labelled"})
    assert (refused.status_code, refused.json()["error"]["where"]) == (422, "state")
    one = get(f"/api/v1/media/{project.media}", params={"label_set": project.person}).json()
    assert len(one["times"]) == 10
    assert one["labelled"] == list(range(10))
    assert (one["before"], one["after"]) == (None, project.clip)
    opened = get(f"/api/v1/label-sets/{project.person}").json()
    assert (opened["project"], opened["kind"], opened["parent"]) == (project.id, "person", project.model)
    found = get(
        f"/api/v1/label-sets/{project.person}/instances", params={"media": project.media, "first": 3, "last": 4}
    )
    assert [i["id"] for i in found.json()["instances"]] == ["p3", "p4"]
    named = get(f"/api/v1/label-sets/{project.person}/instances", params={"instance": ["p7", "nobody", "p2"]})
    assert sorted(i["id"] for i in named.json()["instances"]) == ["p2", "p7"]
    ontology = get(f"/api/v1/ontologies/{project.ontology}").json()
    assert opened["ontology"] == ontology
    assert ontology["categories"][0]["skeleton"]["keypoints"][1]["flip"] == "right_wrist"
    assert len(get(f"/api/v1/label-sets/{project.person}/export").json()["annotations"]) == 10


def test_a_deleted_instance_is_found_by_its_name(server: ServerProcess, project: Project) -> None:
    gone = {"request": "a", "changes": [{"instance": "p3", "base": 0, "deleted": True}]}
    assert server.client.patch(changes(project), json=gone).status_code == 200
    place = f"/api/v1/label-sets/{project.person}/instances"
    assert "p3" not in [i["id"] for i in server.client.get(place).json()["instances"]]
    (found,) = server.client.get(place, params={"instance": "p3"}).json()["instances"]
    assert (found["deleted"], found["revision"]) == (True, 1)


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
        ("GET", "/api/v1/label-sets/99", None, 404, "not_found"),
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
    answer = server.client.request(method, path, content=body, headers={"Content-Type": "application/json"})
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
    assert server.client.get(address, headers={"Range": f"bytes={len(whole)}-"}).json()["error"]["code"]
    for several in ("bytes=0-1,4-5", "bytes=0-1, -5"):
        assert server.client.get(address, headers={"Range": several}).content == whole
    modified = part.headers["last-modified"]
    earlier = format_datetime(parsedate_to_datetime(modified) - timedelta(seconds=1), usegmt=True)
    for condition, status in ((part.headers["etag"], 206), (modified, 206), ('"old"', 200), (earlier, 200)):
        answer = server.client.get(address, headers={"Range": "bytes=0-1", "If-Range": condition})
        assert (answer.status_code, answer.content) == (status, whole[:2] if status == 206 else whole)


def test_a_file_that_was_replaced_has_another_tag(server: ServerProcess, project: Project, tmp_path: Path) -> None:
    address = f"/api/v1/media/{project.clip}/file"
    tag = server.client.head(address).headers["etag"]
    with (tmp_path / "gray.mp4").open("ab") as file:
        file.write(b"more")
    answer = server.client.get(address, headers={"Range": "bytes=0-1", "If-Range": tag})
    assert answer.status_code == 200


def test_head_says_what_get_would(server: ServerProcess, project: Project) -> None:
    for name in ("frames/3.jpg", "thumbnail.jpg", "file"):
        address = f"/api/v1/media/{project.clip}/{name}"
        whole, head = server.client.get(address), server.client.head(address)
        assert (head.status_code, head.content) == (200, b"")
        for header in ("content-length", "content-type", "etag"):
            assert head.headers[header] == whole.headers[header]
        for known in (whole.headers["etag"], f"W/{whole.headers['etag']}", "*"):
            assert server.client.get(address, headers={"If-None-Match": known}).status_code == 304
    assert server.client.head(f"/api/v1/media/{project.clip}/frames/99.jpg").status_code == 404


def test_the_docs_need_nothing_from_elsewhere(server: ServerProcess) -> None:
    page = server.client.get("/api/v1/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert "//" not in page.text.replace("http://", "").replace("https://", "")
    for path, methods in server.client.get("/api/v1/openapi.json").json()["paths"].items():
        assert f"<code>{path}</code>" in page.text
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page.text


def test_only_the_owner_of_the_address_gets_in(server: ServerProcess) -> None:
    with httpx.Client(base_url=server.base) as stranger:
        assert stranger.get("/api/v1/projects").status_code == 401
        assert stranger.get("/api/v1/healthz").json()["status"] == "ok"
        assert stranger.get(server.address).status_code == 403
        assert stranger.get("/?token=guess").status_code == 403
        page = stranger.get("/?token=guess", headers={"accept": "text/html"})
        assert page.status_code == 403
        assert "start it again" in page.text
        assert page.text.startswith("<!doctype html>")
    with httpx.Client(base_url=server.base, headers={"Authorization": f"Bearer {server.session}"}) as script:
        assert script.get("/api/v1/projects").status_code == 200
    assert server.client.get("/api/v1/projects", headers={"Host": "evil.example"}).status_code == 400
    assert server.client.get("/api/v1/projects", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_proposal_for_a_drawn_box_is_saved_with_its_scores(server: ServerProcess, project: Project) -> None:
    frames = f"/api/v1/media/{project.clip}/frames"
    category = {"category": "person", "ontology": project.ontology}
    ready = server.client.post(f"{frames}/3/propose/ready", json=category)
    assert ready.json() == {"keypoints": 5, "unknown": []}
    made = server.client.post(f"{frames}/3/propose", json={**category, "box": [20, 10, 60, 80]}).json()
    assert len(made["points"]) == 15
    scored = {str(k): score for k, score in enumerate(made["scores"]) if score is not None}
    assert [k for k in range(5) if made["points"][3 * k + 2] > 0] == [int(k) for k in scored]
    points = {k: made["points"][3 * int(k) : 3 * int(k) + 3] for k in scored}
    new = {"instance": "new", "base": 0, "media": project.clip, "frame": 3, "category": "person"}
    body = {"request": "a", "changes": [{**new, "points": points, "scores": scored}]}
    (kept,) = server.client.patch(changes(project), json=body).json()["instances"]
    assert kept["scores"] == pytest.approx(made["scores"], abs=1e-6)
    moved = {"instance": "new", "base": 1, "points": {"1": [5, 6, 2]}}
    (kept,) = server.client.patch(changes(project), json={"request": "b", "changes": [moved]}).json()["instances"]
    assert kept["scores"][1] is None
    assert kept["scores"][2] == pytest.approx(made["scores"][2], abs=1e-6)
    odd = {"request": "c", "changes": [{**moved, "base": 2, "scores": {"2": 0.5}}]}
    assert server.client.patch(changes(project), json=odd).json()["error"]["code"] == "label"
    refused = server.client.post(f"{frames}/3/propose/ready", json={**category, "category": "ball"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "model")
    assert server.client.post(f"{frames}/99/propose/ready", json=category).status_code == 404
