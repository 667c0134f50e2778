"""The page of complaints names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEST = re.compile(r"`([\w./-]+\.(?:py|ts))::([^`]+)`")
TEXT = (ROOT / "docs/complaints.md").read_text()


def test_each_complaint_has_a_test() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("|") and not line.startswith(("|---", "| in words"))]
    assert len(rows) > 20
    assert [row for row in rows if not TEST.search(row)] == []


@pytest.mark.parametrize(("file", "name"), sorted(set(TEST.findall(TEXT))))
def test_that_test_exists(file: str, name: str) -> None:
    text = (ROOT / file).read_text()
    wanted = f"\ndef {name}(" if file.endswith(".py") else f'it("{name}'
    assert wanted in text
