from __future__ import annotations

from tests.projects import Project
from tests.server_process import ServerProcess
from vitruvian.formats import every_format


def test_every_format_is_listed(server: ServerProcess) -> None:
    listed = server.client.get("/api/v1/formats").json()["formats"]
    assert [one["name"] for one in listed] == list(every_format())
    assert listed[0] == {"name": "coco", "title": every_format()["coco"].title, "ending": ".json", "folder": False,
                         "writes": True}  # fmt: skip
    yolo = next(one for one in listed if one["name"] == "yolo")
    assert (yolo["ending"], yolo["folder"]) == (".zip", True)
    assert not next(one for one in listed if one["name"] == "leap")["writes"]


def test_losses_are_told_before_the_download(server: ServerProcess, project: Project) -> None:
    address = f"/api/v1/label-sets/{project.person}/export"
    told = server.client.get(f"{address}/losses", params={"format": "yolo"}).json()["losses"]
    assert {"feature": "scores", "what": "scores of points", "count": 50, "example": "instance p0"} in told
    (unused,) = server.client.get(f"{address}/losses").json()["losses"]  # COCO, which lists a video by its frames
    assert (unused["count"], unused["example"]) == (1, "gray.mp4")
    download = server.client.get(address, params={"format": "yolo"})
    assert download.headers["content-disposition"] == f'attachment; filename="Ada-{project.person}.zip"'
    assert download.content.startswith(b"PK")


def test_what_cannot_be_exported_is_refused_before_and_at_the_download(server: ServerProcess, project: Project) -> None:
    for way in ("export", "export/losses"):
        for format, says in (("odd", "Unknown format"), ("leap", "read, not written")):
            refused = server.client.get(f"/api/v1/label-sets/{project.person}/{way}", params={"format": format})
            assert (refused.status_code, refused.json()["error"]["code"]) == (422, "format")
            assert says in refused.json()["error"]["message"]
        assert server.client.get(f"/api/v1/label-sets/99/{way}").status_code == 404
