import importlib
import random
import re
import zipfile
from pathlib import Path

import pytest

from tests.formats.cvat.files import IMAGES, LABELS, NESTED, VIDEO, frame, stored, tree
from vitruvian.errors import FormatError
from vitruvian.formats import by_name, every_format, recognise
from vitruvian.formats.cvat import nodes
from vitruvian.formats.peek import Peek

CVAT = by_name("cvat")

BOMB = "".join(
    f'<!ENTITY l{n} "{"&l" + str(n - 1) + ";" if n else "ha"}{"&l" + str(n - 1) + ";" if n else "ha"}">'
    for n in range(40)
)


def bad(folder: Path, content: str | bytes, says: str) -> FormatError:
    path = stored(folder, content)
    with pytest.raises(FormatError, match=says) as caught:
        CVAT.read(path)
    assert str(path) in caught.value.where
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    "doctype",
    [
        f"<!DOCTYPE annotations [{BOMB}]>",
        '<!DOCTYPE annotations [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE annotations SYSTEM "http://localhost/evil.dtd">',
        '<!DOCTYPE annotations [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    ],
)
def test_entities_are_refused(tmp_path: Path, doctype: str) -> None:
    bad(tmp_path, IMAGES.replace("<annotations>", doctype + "<annotations>"), "document type or entities")


def test_entities_in_a_drawing_are_refused(tmp_path: Path) -> None:
    drawing = "&lt;!DOCTYPE svg [&lt;!ENTITY a 'b'&gt;]&gt;&lt;svg&gt;&amp;a;&lt;/svg&gt;"
    content = re.sub("<svg>.*</svg>", f"<svg>{drawing}</svg>", IMAGES)
    found = CVAT.read(stored(tmp_path, content))
    assert "svg" in [w.field for w in found.warnings]
    assert found.ontology.skeleton("person").edges == ()


@pytest.mark.parametrize("share", [0, 0.001, 0.2, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off(tmp_path: Path, share: float) -> None:
    bad(tmp_path, IMAGES[: int(len(IMAGES.rstrip()) * share)], "not XML|empty")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x00\x01\x02", "not XML"),
        (b"<html></html>", "not CVAT"),
        (b'<?xml version="1.0" encoding="klingon"?><annotations/>', "decoded|not XML"),
        (b"<annotations>" + b"<a>" * 1000, "too deep"),
        (b"<annotations><image id='0'>\xff\xfe</image></annotations>", "not XML"),
    ],
)
def test_what_is_no_annotation_file(tmp_path: Path, content: bytes, says: str) -> None:
    bad(tmp_path, content, says)


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "MAX_ELEMENTS", 20)
    bad(tmp_path, IMAGES, "too many elements")
    monkeypatch.undo()
    monkeypatch.setattr(nodes, "MAX_BYTES", 500)
    bad(tmp_path, IMAGES, "too large")
    monkeypatch.undo()
    monkeypatch.setattr(importlib.import_module("vitruvian.formats.cvat.read"), "MAX_POINTS", 4)
    bad(tmp_path, IMAGES, "too many points")


def test_zip_archives_that_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def archive(*members: tuple[str, str]) -> bytes:
        with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as made:
            for name, content in members:
                made.writestr(name, content)
        return (tmp_path / "a.zip").read_bytes()

    good = archive(("annotations.xml", IMAGES))
    for name in (
        "../annotations.xml",
        "/annotations.xml",
        "a/../../annotations.xml",
        "..\\annotations.xml",
        "C:/a.xml",
    ):
        bad(tmp_path, archive((name, IMAGES)), "leads out")
    bad(tmp_path, archive(("readme.txt", "")), "holds no annotations.xml")
    bad(tmp_path, archive(("a/annotations.xml", IMAGES), ("b/annotations.xml", IMAGES)), "several")
    bad(tmp_path, good[:200], "cannot be read")
    damaged = bytearray(good)
    damaged[100:140] = b"\x00" * 40
    bad(tmp_path, bytes(damaged), "cannot be read|not XML|decoded")
    monkeypatch.setattr(nodes, "MAX_BYTES", 1 << 22)
    bad(tmp_path, archive(("annotations.xml", IMAGES.replace("</annotations>", " " * (1 << 23)))), "too large")
    monkeypatch.undo()
    # A size that is not true is not trusted.
    lying = bytearray(archive(("annotations.xml", IMAGES)))
    at = lying.rindex(b"PK\x01\x02") + 24
    lying[at : at + 4] = (1 << 31).to_bytes(4, "little")
    assert len(CVAT.read(stored(tmp_path, bytes(lying))).instances) == 7


@pytest.mark.parametrize(
    ("old", "new", "says", "where"),
    [
        ('points="54.47,94.81"', 'points="54.47"', "not|list", "image 0: points nose: points"),
        ('points="54.47,94.81"', 'points="54.47,94.81;1,2"', "not one x,y", "image 0: points nose: points"),
        ('points="54.47,94.81"', 'points="nan,94.81"', "not a finite", "image 0: points nose: points"),
        ('points="54.47,94.81"', 'points="1e999,94.81"', "not a finite", "image 0: points nose: points"),
        (' points="54.47,94.81"', "", "missing", "image 0: points nose: points"),
        ('xtl="797.33"', 'xtl="left"', "not a number", "image 0: box: xtl"),
        ('ybr="928.94"', 'ybr="inf"', "not a finite", "image 0: box: ybr"),
        ('xtl="797.33"', "", "missing", "image 0: box: xtl"),
        ('left="707"', 'left="7.5"', "not a", "image 0: mask: left"),
        ('left="707"', f'left="{"9" * 5000}"', "not a", "image 0: mask: left"),
        ('<skeleton label="person"', "<skeleton", "no label", "image 0: skeleton: label"),
        ('<box label="car"', '<box label=" "', "no label", "image 0: box: label"),
    ],
)
def test_broken_fields_are_named(tmp_path: Path, old: str, new: str, says: str, where: str) -> None:
    assert old in IMAGES
    assert bad(tmp_path, IMAGES.replace(old, new, 1), says).where.endswith(where)


@pytest.mark.parametrize(
    ("frame_number", "says"),
    [("x", "not a"), ("-1", "does not exist"), ("99999999999", "does not exist"), (None, "missing")],
)
def test_broken_frames_are_named(tmp_path: Path, frame_number: str | None, says: str) -> None:
    new = "" if frame_number is None else f' frame="{frame_number}"'
    assert "track 0" in bad(tmp_path, VIDEO.replace(' frame="1"', new, 1), says).where


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('outside="1" occluded="0" points="125', 'outside="yes" occluded="0" points="125', "outside"),
        ("<version>1.1</version>", "", "version"),
        ("<version>1.1</version>", "<version>1.0</version>", "version"),
        ('<box label="car"', '<box label="truck"', "label"),
        ('<points label="nose"', '<points label="chin"', "points"),
        ('xbr="965.52"', 'xbr="5.52"', "xbr"),
        ('z_order="4"', 'z_order="4" rotation="30.00"', "rotation"),
        ('rle="1, 2, 3"', 'rle="1, 2"', "rle"),
        ('rle="1, 2, 3"', 'rle="1, x, 3"', "rle"),
        ('rle="1, 2, 3"', 'rle="-1, 4, 3"', "rle"),
        ('width="3" height="2"', 'width="300000000" height="200000000"', "mask"),
        ("<parent>person</parent>", "<parent>nobody</parent>", "parent"),
        ('data-node-to="3"', 'data-node-to="9"', "svg"),
        ("&lt;line", "&lt;&lt;line", "svg"),
        ('width="640" height="480"', 'width="wide"', "width"),
        ('name="b.jpg"', "", "name"),
        ("<name>car</name>", "<name> </name>", "name"),
        ("<name>car</name>", "<name>person</name>", "name"),
        ('<tag label="good_frame"', '<splat label="good_frame"', "splat"),
    ],
)  # fmt: skip
def test_what_deviates_is_reported_and_kept(tmp_path: Path, old: str, new: str, field: str) -> None:
    assert old in IMAGES
    content = IMAGES.replace(old, new, 1)
    if "<splat" in content:
        content = content.replace("</tag>", "</splat>")
    if field == "mask":
        bad(tmp_path, content, "too large together")
        return
    found = CVAT.read(stored(tmp_path, content))
    assert field in [w.field for w in found.warnings]

    assert tree(CVAT.dumps(found)) == tree(content)


def test_numbers_have_their_spelling_back(tmp_path: Path) -> None:

    content = IMAGES.replace("54.47,94.81", " 54.470 ,9.481e1").replace(">31<", ">031<")
    found = CVAT.read(stored(tmp_path, content))
    assert found.instances[0].xy[0].tolist() == [54.47, 94.81]
    assert found.instances[0].attributes["age"] == "031"
    assert tree(CVAT.dumps(found)) == tree(content)


def test_comments_and_namespaces_come_back(tmp_path: Path) -> None:

    content = IMAGES.replace("<meta>", '<x:odd xmlns:x="urn:x" x:y="1">é&#13;\n</x:odd><!-- a note --><meta>')
    written = CVAT.dumps(CVAT.read(stored(tmp_path, content)))
    assert tree(written) == tree(content)
    assert b"<!-- a note -->" in written


def test_labels_without_names_in_their_drawing(tmp_path: Path) -> None:
    content = re.sub(r" data-label-name=\"\w+\"", ' data-label-id="9"', IMAGES)
    found = CVAT.read(stored(tmp_path, content))
    assert found.ontology.skeleton("person").edges == ((1, 2), (0, 1))
    assert "svg" in [w.field for w in found.warnings]


def test_a_file_without_meta(tmp_path: Path) -> None:
    content = re.sub("(?s)<meta>.*</meta>", "", IMAGES)
    found = CVAT.read(stored(tmp_path, content))
    assert [c.name for c in found.ontology] == ["person", "car", "wheel", "good_frame"]
    assert found.ontology.skeleton("person").names == ("nose", "right_wrist", "left_wrist")
    assert len(found.instances) == 7


def test_a_project_of_several_videos(tmp_path: Path) -> None:
    content = f"""<annotations><version>1.1</version><meta><project><name>p</name>{LABELS}<tasks>
<task><id>11</id><name>a</name><size>9</size><mode>interpolation</mode><source>a.mp4</source></task>
<task><id>12</id><name>b</name><size>5</size><mode>interpolation</mode><source>b.mp4</source></task>
</tasks></project></meta>
<track id="0" label="person" source="manual" task_id="12" subset="default">{frame(3, "111")}</track>
<track id="0" label="person" source="manual" task_id="12" subset="default">{frame(3, "111")}</track>
<track id="0" label="person" source="manual" task_id="11" subset="default">{frame(4, "111")}</track></annotations>"""
    found = CVAT.read(stored(tmp_path, content))
    assert [(m.name, m.frames) for m in found.media] == [("a.mp4", 9), ("b.mp4", 5)]
    assert [(i.media, i.frame, i.track) for i in found.instances] == [(1, 3, "0"), (1, 3, "0#3"), (0, 4, "0")]
    assert [w.field for w in found.warnings] == ["id"]


@pytest.mark.parametrize("content", [IMAGES, VIDEO, NESTED])
def test_mutated_files_never_crash(tmp_path: Path, content: str) -> None:
    chance = random.Random(3)
    values = [
        "",
        "x",
        "-1",
        "1e999",
        "nan",
        "0",
        "99999999999999999999",
        "1,2",
        "1,2;3,4;5,6",
        "true",
        "\u2028",
        "a&lt;",
    ]
    spots = [m.span(1) for m in re.finditer(r'(?:"([^"<>]*)")', content)] + [
        m.span(1) for m in re.finditer(r"<\w+>([^<>]*)</", content)
    ]
    said: list[FormatError] = []
    for _ in range(60):
        start, stop = chance.choice(spots)
        mutated = content[:start] + chance.choice(values) + content[stop:]
        names = re.findall(r"</?(\w+)", mutated)
        if chance.random() < 0.3:
            mutated = mutated.replace(f"<{(name := chance.choice(names))} ", "<track ", 1).replace(
                f"</{name}>", "</track>", 1
            )
        try:
            found = CVAT.read(stored(tmp_path, mutated))
            CVAT.dumps(found)
            found.poses  # noqa: B018
        except FormatError as error:
            said.append(error)
    assert all(error.where for error in said)


def test_damaged_extras_are_no_crash(tmp_path: Path) -> None:
    said: list[str] = []
    for change in ("shapes", "place"):
        for value in (None, 3, [3], [{"at": [0]}], {}):
            found = CVAT.read(stored(tmp_path, IMAGES))
            found.instances[0].extras["cvat"][change] = value
            try:
                CVAT.dumps(found)
            except FormatError as error:
                said.append(error.message)
    assert all("extras" in message for message in said)


def test_it_claims_only_its_own(tmp_path: Path) -> None:
    (tmp_path / "voc.xml").write_text("<annotation><folder>a</folder><object/></annotation>")
    assert not CVAT.sniff(Peek(tmp_path / "voc.xml"))
    (tmp_path / "other.zip").write_bytes(b"PK\x03\x04 but no archive")
    assert not CVAT.sniff(Peek(tmp_path / "other.zip"))
    (tmp_path / "empty").mkdir()
    assert not CVAT.sniff(Peek(tmp_path / "empty"))
    path = stored(tmp_path, IMAGES)
    assert recognise(path).name == "cvat"
    assert [codec.name for codec in every_format().values() if codec.sniff(Peek(path))] == ["cvat"]
