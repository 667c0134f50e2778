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


def test_frames_between_keys_come_with_an_export_and_the_kind_of_interpolation_is_kept(
    server: ServerProcess, project: Project
) -> None:
    address = f"/api/v1/label-sets/{project.person}"
    rows = [
        {"instance": f"t{frame}", "base": 0, "media": project.clip, "frame": frame, "category": "person",
         "track": "one", "keyed": {}, "points": {0: [x, 10, 2]}}
        for frame, x in ((0, 0), (1, 30), (4, 33))
    ]  # fmt: skip
    saved = server.client.patch(f"{address}/changes", json={"request": "r1", "changes": rows})
    assert saved.status_code == 200, saved.text

    def exported(**more: object) -> list[list[float]]:
        content = server.client.get(f"{address}/export", params={"format": "coco", **more}).json()
        mine = [i for i in content["annotations"] if str(i.get("track_id", i.get("track"))) == "one"]
        return [i["keypoints"][:3] for i in mine]

    assert server.client.get(address).json()["interpolation"] == "pchip"
    smooth = exported()
    assert len(smooth) == 5
    assert server.client.patch(address, json={"interpolation": "linear"}).json()["interpolation"] == "linear"
    assert exported() == [[0, 10, 2], [30, 10, 2], [31, 10, 2], [32, 10, 2], [33, 10, 2]] != smooth
    assert exported(keys_only=True) == [[0, 10, 2], [30, 10, 2], [33, 10, 2]]
    assert server.client.patch(address, json={"interpolation": "cubic"}).status_code == 422
    assert server.client.patch("/api/v1/label-sets/99", json={"interpolation": "linear"}).status_code == 404
