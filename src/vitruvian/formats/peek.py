"""A first look at a file or folder, shared by all formats that try to recognise it."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

_HEAD = 1 << 16
#: A JSON file larger than this is not looked at: its ending decides.
_LARGEST = 4 << 30


class Peek:
    """What can be told about `path` without reading it as any format."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def exists(self) -> bool:
        try:
            return self.path.exists()
        except (OSError, ValueError):
            return False

    @cached_property
    def is_folder(self) -> bool:
        return self.exists and self.path.is_dir()

    @cached_property
    def suffix(self) -> str:
        """The file's ending in lower case; empty for a folder."""
        return "" if self.is_folder else self.path.suffix.lower()

    @cached_property
    def head(self) -> bytes:
        """The first 64 KB; empty for a folder or what cannot be read."""
        try:
            with self.path.open("rb") as file:
                return file.read(_HEAD)
        except (OSError, ValueError):
            return b""

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of a JSON file that is an object; nothing below them is looked at."""
        if self.head.lstrip()[:1] != b"{":
            return frozenset()
        return frozenset(self._decoded(dict[str, msgspec.Raw]) or ())

    @cached_property
    def json(self) -> Any:
        """The decoded content of a JSON file that is an object; of a list only its first item, in a list.

        None when it is neither, or too large to look at.
        """
        start = self.head.lstrip()[:1]
        if start == b"{":
            return self._decoded(Any)
        if start != b"[":
            return None
        text = self.head.decode(errors="replace").lstrip()[1:].lstrip()
        try:
            return [json.JSONDecoder().raw_decode(text)[0]]
        except (ValueError, RecursionError):
            pass  # it is longer than the beginning, or there is none
        items = self._decoded(list[msgspec.Raw])
        return None if items is None else [msgspec.json.decode(item) for item in items[:1]]

    @cached_property
    def _content(self) -> bytes:
        return self.path.read_bytes() if self.path.stat().st_size <= _LARGEST else b""

    def _decoded(self, kind: Any) -> Any:
        try:
            return msgspec.json.decode(self._content, type=kind)
        except (OSError, ValueError, MemoryError, RecursionError, msgspec.DecodeError):
            return self._python_json if kind in (Any, dict[str, msgspec.Raw]) else None

    @cached_property
    def _python_json(self) -> Any:
        """The content of a file with NaN or Infinity in it, which are not JSON but what Python writes."""
        try:
            odd = b"NaN" in self._content or b"Infinity" in self._content
            return json.loads(self._content) if odd else None
        except (OSError, ValueError, MemoryError, RecursionError):
            return None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of what lies directly in the folder."""
        try:
            return tuple(sorted(entry.name for entry in self.path.iterdir())) if self.is_folder else ()
        except OSError:
            return ()

    def has_keys(self, *keys: str) -> bool:
        """Whether the JSON is an object with these keys."""
        return self.keys.issuperset(keys)

    def list_has_keys(self, *keys: str) -> bool:
        """Whether the JSON is a list whose first item is an object with these keys."""
        first = self.json[0] if isinstance(self.json, list) and self.json else None
        return isinstance(first, dict) and first.keys() >= set(keys)
