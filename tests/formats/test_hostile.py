"""No codec trusts what stands in a file: every one is held to the same measure.

A reader that is handed a broken or malicious file succeeds with what is sound, or raises one FormatError that names the
file and says what to do, within `SECONDS` and `BYTES`; nothing outside the file or folder is read or written.
"""

from __future__ import annotations

import json
import random
import re
import selectors
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.formats.hostile_files import attacks, sample
from vitruvian.formats.codec import every_format

ROOT = Path(__file__).resolve().parents[2]
#: Wall clock for one attack; the measure itself counts the processor's time, which other work does not stretch.
PATIENCE = 90
#: How many attacks of each family the ordinary run takes.
FEW = 1
#: Families whose attacks take seconds: one of each is enough there.
HEAVY = frozenset({"long", "bomb", "rows", "row", "xml", "zip"})


class Child:
    """A process that takes attacks one after the other; a new one takes over when it dies or hangs."""

    def __init__(self, codec: str, base: Path) -> None:
        command = [sys.executable, "-m", "tests.formats.hostile_measure", codec, str(base)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            bufsize=1,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        self.attacks: list[tuple[str, str]] = self.answer(PATIENCE)

    def answer(self, seconds: float) -> Any:
        """Return the next line, as JSON; raises TimeoutError, or EOFError when the process died."""
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.stdout, selectors.EVENT_READ)
            if not waiting.select(seconds):
                raise TimeoutError(f"nothing came within {seconds} s")
        line = self.stdout.readline()
        if not line:
            said = self.process.stderr.read() if self.process.stderr else ""
            raise EOFError(f"the process died with {self.process.wait()}: {said[-2000:]}")
        return json.loads(line)

    def take(self, number: int) -> list[str]:
        self.stdin.write(f"{number}\n")
        return list(self.answer(PATIENCE)[1])

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


def measured(codec: str, base: Path, few: int | None) -> Iterator[str]:
    """Yield what is wrong with how a codec takes the attacks, `few` of each family or all."""
    child = Child(codec, base)
    chosen = list(range(len(child.attacks)))
    if few is not None:
        families: dict[str, list[int]] = {}
        for number, (family, _) in enumerate(child.attacks):
            families.setdefault(family, []).append(number)
        dice = random.Random(codec)
        chosen = sorted(
            number
            for family, members in families.items()
            for number in dice.sample(members, min(1 if family in HEAVY else few, len(members)))
        )
    assert len(chosen) > 6, "too few attacks to say anything"
    try:
        for number in chosen:
            family, name = child.attacks[number]
            try:
                wrong = child.take(number)
            except (TimeoutError, EOFError, BrokenPipeError) as error:
                wrong = [str(error)]
                child.end()
                child = Child(codec, base)
            yield from (f"{codec} {number} [{family}] {name}: {text}" for text in wrong)
    finally:
        child.end()


@pytest.mark.parametrize("codec", every_format())
def test_some_attacks_of_every_family(codec: str, tmp_path: Path) -> None:
    wrong = list(measured(codec, tmp_path, FEW))
    assert not wrong, "\n".join(wrong)


def test_commands_say_what_is_wrong_without_a_traceback(tmp_path: Path) -> None:
    good = sample("coco", tmp_path / "good")
    script = (
        "import sys, json, runpy\n"
        "for arguments in json.loads(sys.argv[1]):\n"
        "    sys.argv = ['vitruvian', *arguments]\n"
        "    try:\n"
        "        runpy.run_module('vitruvian.cli', run_name='__main__')\n"
        "        code = 0\n"
        "    except SystemExit as end:\n"
        "        code = end.code or 0\n"
        "    print('@', code, file=sys.stderr, flush=True)\n"
    )
    calls = []
    for codec in ("coco", "cvat", "yolo", "sleap", "parquet", "mpii"):
        origin = sample(codec, tmp_path / codec)
        for attack in (
            a for a in attacks(origin, codec) if a.name.endswith(("is empty", "is random", "a billion laughs"))
        ):
            path = tmp_path / "broken" / str(len(calls)) / origin.name
            path.parent.mkdir(parents=True)
            (shutil.copytree if origin.is_dir() else shutil.copyfile)(origin, path)  # type: ignore[operator]
            attack.apply(path, random.Random(1))
            calls += [
                ["info", str(path)],
                ["convert", str(path), str(tmp_path / "new.json"), "--from", codec, "--allow-loss"],
                ["evaluate", str(good), str(path)],
            ]
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(calls)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = re.split(r"^@ (\d+)\n", done.stderr, flags=re.MULTILINE)
    assert len(said) == 2 * len(calls) + 1
    assert "Traceback" not in done.stderr + done.stdout
    refused = 0
    for call, text, code in zip(calls, said[::2], said[1::2], strict=False):
        if code != "0":
            refused += 1
            assert code in "23", (call, code, text)
            # What, where and what to do: a line each.
            # Warnings and losses may stand before it.
            assert len(re.findall(r"^Error: ", text, re.MULTILINE)) == 1, (call, text)
    assert refused > len(calls) // 2


@pytest.mark.slow
@pytest.mark.parametrize("codec", every_format())
def test_all_attacks(codec: str, tmp_path: Path) -> None:
    wrong = list(measured(codec, tmp_path, None))
    assert not wrong, "\n".join(wrong)
