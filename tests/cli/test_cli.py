"""The commands as a script would call them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.server_process import ServerProcess
from vitruvian.cli import COMMANDS


def vitruvian(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vitruvian.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def coco_file(path: Path) -> Path:
    points = [c for k in range(17) for c in (10.5 + k, 20 + k, 2)]
    names = json.loads(vitruvian("info", "coco", "--json").stdout)["keypoints"]
    path.write_text(
        json.dumps(
            {
                "images": [{"id": 1, "file_name": "a.png", "width": 64, "height": 48}],
                "annotations": [{"id": 5, "image_id": 1, "category_id": 1, "keypoints": points, "num_keypoints": 17}],
                "categories": [{"id": 1, "name": "person", "keypoints": names, "skeleton": []}],
            }
        )
    )
    return path


def picture(path: Path) -> Path:
    Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(path)
    return path


def test_help_names_every_command() -> None:
    said = vitruvian("--help").stdout
    assert all(f"  {name} " in said for name in COMMANDS)
    assert "..." not in said.split("Commands:")[1]
    for name in COMMANDS:
        assert vitruvian(name, "--help").returncode == 0


def test_media_and_labels_in_and_out_again(tmp_path: Path) -> None:
    image, labels = picture(tmp_path / "a.png"), coco_file(tmp_path / "in.json")
    done = vitruvian("import", tmp_path / "project", image, labels, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["instances"] == 1
    again = json.loads(vitruvian("import", tmp_path / "project", image, "--json").stdout)
    assert (again["added"], again["known"]) == (0, 1)
    assert vitruvian("export", tmp_path / "project", tmp_path / "out.json").returncode == 0
    exported, original = (json.loads((tmp_path / name).read_text()) for name in ("out.json", "in.json"))
    assert exported["annotations"] == original["annotations"]
    assert exported["categories"] == original["categories"]
    assert "1 instances" in vitruvian("info", tmp_path / "project").stdout
    refused = vitruvian("export", tmp_path / "project", tmp_path / "out.json")
    assert (refused.returncode, "--force" in refused.stderr) == (2, True)


def test_the_ending_says_the_format_of_an_export(tmp_path: Path) -> None:
    vitruvian("import", tmp_path / "project", picture(tmp_path / "a.png"), coco_file(tmp_path / "in.json"))
    done = vitruvian("export", tmp_path / "project", tmp_path / "out.odd")
    assert (done.returncode, (tmp_path / "out.odd").exists()) == (2, False)
    assert "belongs to no known format" in done.stderr
    assert vitruvian("export", tmp_path / "project", tmp_path / "out.odd", "--format", "coco").returncode == 0


def test_convert_is_lossless(tmp_path: Path) -> None:
    labels = coco_file(tmp_path / "in.json")
    assert vitruvian("convert", labels, tmp_path / "out.json").returncode == 0
    assert json.loads((tmp_path / "out.json").read_text()) == json.loads(labels.read_text())


def test_convert_says_what_deviates_and_spares_what_is_there(tmp_path: Path) -> None:
    labels = coco_file(tmp_path / "in.json")
    done = vitruvian("convert", labels, tmp_path / "out.json", "--json")
    assert {w["field"] for w in json.loads(done.stdout)["warnings"]} == {"bbox", "area", "iscrowd"}
    (tmp_path / "out.json").write_text("mine")
    assert vitruvian("convert", labels, tmp_path / "out.json").returncode == 2
    assert (tmp_path / "out.json").read_text() == "mine"
    assert vitruvian("convert", labels, tmp_path / "out.json", "--force").returncode == 0
    assert json.loads((tmp_path / "out.json").read_text()) == json.loads(labels.read_text())


def test_info_of_files_and_presets(tmp_path: Path) -> None:
    facts = json.loads(vitruvian("info", coco_file(tmp_path / "in.json"), "--json").stdout)
    assert (facts["media"], facts["instances"], len(facts["categories"][0]["keypoints"])) == (1, 1, 17)
    assert "Top left corner" in vitruvian("info", "product_box").stdout
    box = json.loads(vitruvian("info", "product_box", "--json").stdout)
    assert box["keypoints"][0] == "front_top_left"
    assert box["skeleton"]["sigma_kind"] == "adapted"


def test_a_bad_file_is_named_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    (tmp_path / "empty.jpg").write_bytes(b"")
    picture(tmp_path / "good.png")
    done = vitruvian("import", tmp_path / "project", tmp_path, "--json")
    assert done.returncode == 0
    facts = json.loads(done.stdout)
    assert facts["added"] == 1
    assert {Path(f["where"]).name for f in facts["failed"]} == {"text.mp4", "empty.jpg"}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["info", "nothing"], 3, "There is no preset"),
        (["info", "nothing.json"], 3, "There is no such file"),
        (["info", "x" * 5000], 3, "There is no preset"),
        (["convert", "missing.json", "x" * 5000 + ".json"], 2, "cannot be read"),
        (["serve", "nowhere"], 3, "There is no project here"),
        (["export", "nowhere", "x.json"], 3, "There is no project here"),
        (["convert", "missing.json", "x.json"], 2, "cannot be read"),
        (["convert", "missing.odd", "x.json"], 2, "There is no such file"),
        (["convert", "README.md", "x.json"], 2, "looks like no known format"),
        (["frobnicate"], 2, "No such command"),
    ],
)
def test_errors_say_what_and_have_their_exit_code(arguments: list[str], code: int, says: str, tmp_path: Path) -> None:
    done = vitruvian(*arguments)
    assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (code, True, False)


def test_when_no_file_can_be_read_there_is_one_json_document_and_an_exit_code(tmp_path: Path) -> None:
    (tmp_path / "[").mkdir()
    (tmp_path / "[" / "red] 1\x1b[31m\n.png").write_bytes(b"")
    done = vitruvian("import", tmp_path / "project", tmp_path, "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["failed"][0]["message"] == "The file is empty"
    assert "[/red] 1 [31m .png: The file is empty" in done.stderr


def test_a_mistake_in_the_command_in_json(tmp_path: Path) -> None:
    done = vitruvian("route", tmp_path, "--share", "2", "--json")
    assert done.returncode == 2
    assert "--share" in json.loads(done.stdout)["error"]["message"]


def test_a_moved_file_is_noted(tmp_path: Path) -> None:
    image = picture(tmp_path / "a.png")
    vitruvian("import", tmp_path / "project", image)
    image.rename(tmp_path / "b.png")
    facts = json.loads(vitruvian("import", tmp_path / "project", tmp_path / "b.png", "--json").stdout)
    assert (facts["added"], facts["known"], len(facts["notes"])) == (0, 1, 1)


def test_an_error_in_json(tmp_path: Path) -> None:
    done = vitruvian("info", "nothing", "--json")
    assert json.loads(done.stdout)["error"]["code"] == "not_found"


@pytest.mark.parametrize("mistake", [["nowhere.png"], ["--preset", "cocoo"]])
def test_a_mistake_in_an_import_leaves_no_project(mistake: list[str], tmp_path: Path) -> None:
    image = picture(tmp_path / "a.png")
    assert vitruvian("import", tmp_path / "project", image, *mistake).returncode == 3
    assert not (tmp_path / "project").exists()


def test_a_preset_of_a_project_that_has_an_ontology_is_noted(tmp_path: Path) -> None:
    image = picture(tmp_path / "a.png")
    assert "Note" not in vitruvian("import", tmp_path / "project", image, "--preset", "mpii").stderr
    assert "Note" not in vitruvian("import", tmp_path / "project", image, "--preset", "mpii").stderr
    assert "has its ontology already" in vitruvian("import", tmp_path / "project", image, "--preset", "coco").stderr


def test_a_folder_without_pictures_is_noted(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no images or videos in" in vitruvian("import", tmp_path / "project", tmp_path / "empty").stderr


def test_ctrl_c_is_the_way_to_stop_a_server(tmp_path: Path) -> None:
    vitruvian("import", tmp_path / "project", picture(tmp_path / "a.png"))
    server = ServerProcess(str(tmp_path / "project"))
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(timeout=20) == 0
    server.stop()


def test_two_servers_on_one_project(tmp_path: Path) -> None:
    vitruvian("import", tmp_path / "project", picture(tmp_path / "a.png"))
    first = ServerProcess(str(tmp_path / "project"))
    second = vitruvian("serve", tmp_path / "project", "--port", "0", "--no-open")
    first.stop()
    assert second.returncode == 6
    assert "has this project open" in second.stderr


def test_convert_refuses_what_would_be_lost_and_lists_it(tmp_path: Path) -> None:
    labels = coco_file(tmp_path / "in.json")
    said = vitruvian("convert", labels, tmp_path / "out.json", "--skeleton", "halpe26", "--json")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["lost"] == []
    smaller = ("convert", tmp_path / "out.json", tmp_path / "small.json", "--skeleton", "deepfashion_upper")
    assert vitruvian(*smaller).returncode == 2
    hand = {"nose": "left collar"}
    (tmp_path / "renames.json").write_text(json.dumps(hand))
    refused = vitruvian(*smaller, "--renames", tmp_path / "renames.json", "--report", tmp_path / "lost.json", "--json")
    assert refused.returncode == 2
    assert not (tmp_path / "small.json").exists()
    lost = json.loads((tmp_path / "lost.json").read_text())["lost"]
    assert {loss["what"] for loss in lost} >= {"keypoint left_eye", "keypoint right_ankle"}
    assert json.loads(refused.stdout)["error"]["details"]["lost"] == lost
    done = vitruvian(*smaller, "--renames", tmp_path / "renames.json", "--allow-loss")
    assert done.returncode == 0, done.stderr


def test_evaluate_prints_writes_json_and_a_report(tmp_path: Path) -> None:
    labels = coco_file(tmp_path / "in.json")
    truth = json.loads(labels.read_text())
    (annotation,) = truth["annotations"]
    results = [{"image_id": 1, "category_id": 1, "keypoints": annotation["keypoints"], "score": 0.9}]
    (tmp_path / "results.json").write_text(json.dumps(results))
    picture(tmp_path / "a.png")
    done = vitruvian(
        "evaluate", labels, tmp_path / "results.json", "--html", tmp_path / "report.html", "--media", tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("AP         1.0000")
    page = (tmp_path / "report.html").read_text()
    assert "data:image/jpeg;base64," in page
    assert "http" not in page
    found = json.loads(vitruvian("evaluate", labels, tmp_path / "results.json", "--json").stdout)
    assert found["summary"]["AP"] == pytest.approx(1)
    assert found["categories"][0]["keypoints"][0]["good"] == 1
    assert vitruvian("evaluate", labels, tmp_path / "missing.json").returncode == 2
