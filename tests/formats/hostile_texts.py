"""Attacks on what stands in JSON, YAML, CSV, plain lines and XML. See `hostile_files`."""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.formats.hostile_files import CANARY, TEXTS, Attack, trees

_CELLS = ["", " ", "nan", "inf", "-inf", "1e999", "-1", "0", "1e308", "1000000000000", "1" * 400, "1" * 5000, "1_000",
          "0x10", "\u0663", "x", '"', "'", "=1+1", "1,5", "1;5", "../../outside/canary.json", "/etc/passwd", "C:\\x",
          "x" * 200_000, "\ud800"]  # fmt: skip


def of(file: Path) -> Iterator[Attack]:
    """Yield attacks on the content of a text file."""
    kind = file.suffix.lower()
    if kind == ".json":
        yield from trees(json.loads(file.read_bytes()), json.dumps)
    elif kind in (".yaml", ".yml"):
        yield from _yaml(file)
    elif kind in (".csv", ".txt"):
        yield from _rows(file, "," if kind == ".csv" else " ")
    elif kind == ".xml":
        yield from _xml(file)


def _text(family: str, name: str, change: Callable[[str, random.Random], str]) -> Attack:
    def apply(path: Path, dice: random.Random) -> None:
        path.write_text(change(path.read_text(), dice), errors="surrogatepass", newline="")

    return Attack(family, name, apply)


def _yaml(file: Path) -> Iterator[Attack]:
    import yaml

    # JSON is YAML, and its strings can hold every odd letter.
    yield from trees(yaml.safe_load(file.read_bytes()), json.dumps)
    names = "abcdefghijklmnop"
    bomb = "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 20)}]\n" for a, b in itertools.pairwise(names))
    raw = {
        "ten to the twenty": f"a: &a [x]\n{bomb}",
        "a bomb of merges": "a: &a {x: 1}\n" + "".join(
            f"{b}: &{b} {{<<: [{','.join([f'*{a}'] * 20)}]}}\n" for a, b in itertools.pairwise(names)),
        "runs Python": "x: !!python/object/apply:os.system ['touch owned']\n",
        "a tag nobody knows": "x: !mine {a: 1}\n",
        "itself": "a: &a [*a]\n",
        "deep": "x: " + "[" * 10_000 + "]" * 10_000 + "\n",
        "deep lines": "".join(" " * n + "a:\n" for n in range(3000)),
        "two documents": "---\na: 1\n---\nb: 2\n",
        "tabs": "x:\n\ty: 1\n",
        "an unknown anchor": "x: *nobody\n",
        "a list for a key": "? [1, 2]\n: 3\n",
        "numbers for keys": "1: 2\n1.5: 3\ntrue: 4\nnull: 5\n2020-01-01: 6\n",
        "an odd date": "x: 2020-99-99\n",
        "sixty to the power": "x: " + "9:" * 3000 + "9\n",
        "binary": "x: !!binary '@@@'\n",
        "a set": "x: !!set {a, b}\n",
    }  # fmt: skip
    for name, text in raw.items():
        yield _text("yaml", f"{name}, before it", lambda old, _, text=text: text + old)  # type: ignore[misc]
        yield _text("yaml", f"{name}, after it", lambda old, _, text=text: old + text)  # type: ignore[misc]
    for key in re.findall(r"^\w+(?=:)", file.read_text(), re.MULTILINE):
        for value in ("*a", "&a [*a]", "!!python/name:os.system", "2020-01-01", "!!binary aGk=", "~", "{<<: 1}", "0o7"):
            yield _text("yaml", f"{key} is {value}", _set(key, value))


def _set(key: str, value: str) -> Callable[[str, random.Random], str]:
    old = re.compile(rf"^{key}:.*\n(?:[- ].*\n)*", re.MULTILINE)
    return lambda text, _: f"{key}: {value}\n" + old.sub("", text, count=1)


def _rows(file: Path, comma: str) -> Iterator[Attack]:  # noqa: C901  one attack after the other
    if not file.read_text().strip():
        return

    def rows(change: Callable[[list[list[str]], random.Random], list[list[str]]]) -> Callable[..., str]:
        def changed(text: str, dice: random.Random) -> str:
            if comma == " ":
                return "\n".join(" ".join(row) for row in change([row.split(" ") for row in text.split("\n")], dice))
            out = io.StringIO(newline="")
            csv.writer(out, lineterminator="\n").writerows(change(list(csv.reader(io.StringIO(text))), dice))
            return out.getvalue()

        return changed

    def cell(odd: str) -> Callable[..., list[list[str]]]:
        def change(table: list[list[str]], dice: random.Random) -> list[list[str]]:
            row = dice.choice([row for row in table if row])
            row[dice.randrange(len(row))] = odd
            return table

        return change

    def column(odd: str) -> Callable[..., list[list[str]]]:
        def change(table: list[list[str]], dice: random.Random) -> list[list[str]]:
            at = dice.randrange(max(map(len, table)))
            return [[odd if here == at else old for here, old in enumerate(row)] for row in table]

        return change

    for odd in _CELLS:
        for number in range(6):
            yield _text("cell", f"a cell is {odd[:30]!r}, {number}", rows(cell(odd)))
        yield _text("cell", f"a column is {odd[:30]!r}", rows(column(odd)))
    count = len(file.read_text().splitlines())
    for at in range(min(count, 8)):
        yield _text("row", f"without row {at}", rows(lambda table, _, at=at: table[:at] + table[at + 1 :]))  # type: ignore[misc]
        yield _text("row", f"row {at} twice", rows(lambda table, _, at=at: table[: at + 1] + table[at:]))  # type: ignore[misc]
        yield _text("row", f"row {at} lacks a cell", rows(lambda t, _, at=at: [*t[:at], t[at][:-1], *t[at + 1 :]]))  # type: ignore[misc]
        yield _text(
            "row",
            f"row {at} has 100,000 more",
            rows(lambda t, _, at=at: [*t[:at], t[at] + ["1"] * 100_000, *t[at + 1 :]]),
        )  # type: ignore[misc]
        yield _text("row", f"row {at} is empty", rows(lambda t, _, at=at: [*t[:at], [], *t[at + 1 :]]))  # type: ignore[misc]
    yield _text("row", "every row has 5,000 more", rows(lambda table, _: [row + ["1"] * 5000 for row in table]))
    yield _text("row", "backwards", rows(lambda table, _: table[::-1]))
    yield _text("row", "on its side", rows(lambda t, _: [list(column) for column in zip(*t, strict=False)]))
    for times in (5_000, 50_000):
        yield _text("row", f"{times} rows more", _longer(times))
    yield _text("row", "a quote stays open", lambda text, dice: _inserted(text, '"', dice))
    yield _text(
        "row", "a quote stays open before much", lambda text, dice: _inserted(text, '"', dice) + "1,2\n" * 300_000
    )
    yield _text("row", "other separators", lambda text, _: text.replace(comma, ";"))
    yield _text("row", "lines of old Macs", lambda text, _: text.replace("\n", "\r"))


def _longer(times: int) -> Callable[[str, random.Random], str]:
    def change(text: str, _: random.Random) -> str:
        last = text.splitlines()[-1] + "\n"
        return text + last * min(times, 6_000_000 // len(last))

    return change


def _inserted(text: str, piece: str, dice: random.Random) -> str:
    at = dice.randrange(len(text) + 1)
    return text[:at] + piece + text[at:]


def _xml(file: Path) -> Iterator[Attack]:
    old = file.read_text()
    root = re.search(r"<(\w+)[ >]", old)
    assert root is not None
    head, tag = root.start(), root[1]
    letters = "abcdefghijkl"
    laughs = "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in itertools.pairwise(letters)
    )  # fmt: skip
    outside = "file:///../outside/canary.txt"
    doctypes = {
        "a billion laughs": (f'<!DOCTYPE {tag} [<!ENTITY a "ha">{laughs}]>', "&l;"),
        "a long entity often": (f'<!DOCTYPE {tag} [<!ENTITY a "{"x" * 100_000}">]>', "&a;" * 50_000),
        "an outer entity": (f'<!DOCTYPE {tag} [<!ENTITY a SYSTEM "{outside}">]>', "&a;"),
        "an outer entity of the system": (f'<!DOCTYPE {tag} [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "&a;"),
        "an outer DTD": (f'<!DOCTYPE {tag} SYSTEM "{outside}">', ""),
        "an outer parameter": (f'<!DOCTYPE {tag} [<!ENTITY % a SYSTEM "{outside}"> %a;]>', ""),
        "an unknown entity": ("", "&nobody;"),
        "letters that are none": ("", "&#0;&#xD800;"),
    }
    for name, (doctype, text) in doctypes.items():
        new = re.sub(r">\s*<", f">{text}<", old[head:], count=5)
        yield _text("xml", name, lambda _, __, new=old[:head] + doctype + new: new)  # type: ignore[misc]
    pieces = {
        "a huge attribute": f'<x a="{"y" * 10_000_000}"/>',
        "100,000 attributes": "<x " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>",
        "100,000 deep": "<x>" * 100_000 + "</x>" * 100_000,
        "10,000,000 letters": "y" * 10_000_000,
        "300,000 elements": "<x/>" * 300_000,
        "an element left open": "<x>",
        "CDATA": "<![CDATA[<x>]]>",
        "an attribute twice": '<x a="1" a="2"/>',
        "another space of names": '<x:y xmlns:x="u"/>',
        "an unknown space of names": "<x:y/>",
        "an instruction": "<?php evil ?>",
        "a comment": "<!-- " + "-x" * 100_000 + " -->",
    }
    for name, piece in pieces.items():
        for number in range(4):
            yield _text("xml", f"{name}, {number}", lambda text, dice, piece=piece: _between(text, piece, dice))  # type: ignore[misc]
    for coding in ("utf-7", "utf-16", "nonsense", "cp037", "latin-1"):
        declared = f'<?xml version="1.0" encoding="{coding}"?>' + old[head:]
        yield _text("xml", f"says it is {coding}", lambda _, __, new=declared: new)  # type: ignore[misc]
    yield from _attributes(old)
    yield from _elements(old)
    yield from _zips(old)


_ESCAPES = {"\0": "", "\ud800": "", "&": "&amp;", '"': "&quot;", "<": "&lt;"}


def _swapped(start: int, end: int, piece: str) -> Callable[..., str]:
    return lambda text, _: text[:start] + piece + text[end:]


def _attributes(old: str) -> Iterator[Attack]:
    odd = [*TEXTS, *_CELLS, "1,2;3", "1,2;" * 300_000, "nan,nan", "-1,-1", "1,2,3", ";", "1, 99999999999999999999"]
    values = {value: "".join(_ESCAPES.get(letter, letter) for letter in value) for value in odd}
    for found in re.finditer(r'(\w+)="([^"]*)"|>([^<\s][^<]*)<', old):
        start, end = found.span(2 if found[1] else 3)
        name = f"{found[1] or 'text'} at {start}"
        for value, safe in values.items():
            yield _text("value", f"{name} is {value[:30]!r}", _swapped(start, end, safe))
        if found[1]:
            yield _text("value", f"{name} is gone", _swapped(*found.span(), ""))


def _elements(old: str) -> Iterator[Attack]:
    for found in re.finditer(r"<(\w+)(?:\s[^>]*)?>", old):
        start, end = found.span()
        if not found[0].endswith("/>"):
            end = old.index(f"</{found[1]}>", end) + len(f"</{found[1]}>")
        whole, name = old[start:end], f"{found[1]} at {start}"
        yield _text("element", f"{name} is gone", _swapped(start, end, ""))
        yield _text("element", f"{name} twice", _swapped(start, end, whole * 2))
        yield _text("element", f"{name} in itself", _swapped(end, end, whole.replace("<", f"<{found[1]}><", 1)))
        yield _text("element", f"{name} renamed", _swapped(start + 1, start + 1, "x"))
        yield _text("long", f"{name} very often", _swapped(start, end, whole * min(100_000, 3_000_000 // len(whole))))


def _between(text: str, piece: str, dice: random.Random) -> str:
    gaps = [found.end() - 1 for found in re.finditer(r">\s*<", text)]
    at = dice.choice(gaps)
    return text[:at] + piece + text[at:]


def _zips(old: str) -> Iterator[Attack]:  # noqa: C901  one attack after the other
    def archive(members: dict[str, bytes]) -> Callable[[Path, random.Random], None]:
        def apply(path: Path, _: random.Random) -> None:
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
                for name, content in members.items():
                    zipped.writestr(name, content)

        return apply

    def bomb(path: Path, _: random.Random) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped, zipped.open("annotations.xml", "w") as member:
            member.write(old.encode()[:-40])
            for _ in range(300):
                member.write(b" " * 10_000_000)

    def zipped_and(change: Callable[[bytearray, random.Random], None]) -> Callable[[Path, random.Random], None]:
        def apply(path: Path, dice: random.Random) -> None:
            archive({"annotations.xml": old.encode()})(path, dice)
            content = bytearray(path.read_bytes())
            change(content, dice)
            path.write_bytes(content)

        return apply

    def flip(content: bytearray, dice: random.Random) -> None:
        content[dice.randrange(len(content))] = dice.randrange(256)

    def cut(content: bytearray, dice: random.Random) -> None:
        del content[dice.randrange(len(content)) :]

    good = old.encode()
    yield Attack("zip", "a bomb", bomb)
    yield Attack("zip", "as it should be", archive({"annotations.xml": good, "images/a.jpg": b""}))
    yield Attack("zip", "nothing in it", archive({"readme.txt": CANARY.encode()}))
    yield Attack("zip", "two of them", archive({"a/annotations.xml": good, "b/annotations.xml": good}))
    for name in ("../annotations.xml", "/annotations.xml", "C:/annotations.xml", "a\\..\\annotations.xml", "a/\0.xml"):
        yield Attack("zip", f"a member {name!r}", archive({name: good, "annotations.xml": good}))
    for number in range(64):
        yield Attack("zip", f"bytes changed, {number}", zipped_and(flip))
        yield Attack("zip", f"cut, {number}", zipped_and(cut))
