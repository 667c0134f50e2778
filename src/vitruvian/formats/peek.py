"""A first look at a file or folder, shared by all formats that try to recognise it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

_HEAD = 1 << 16
#: A JSON file larger than this is judged by its beginning.
_WHOLE = 64 << 20


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
    def json(self) -> Any:
        """The decoded content of a JSON file, or None when it is none or too large to look at whole."""
        if self.head.lstrip()[:1] not in (b"{", b"["):
            return None
        try:
            if self.path.stat().st_size > _WHOLE:
                return None
            return msgspec.json.decode(self.path.read_bytes())
        except (OSError, ValueError, RecursionError, msgspec.DecodeError):
            return None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of what lies directly in the folder."""
        try:
            return tuple(sorted(entry.name for entry in self.path.iterdir())) if self.is_folder else ()
        except OSError:
            return ()

    def has_keys(self, *keys: str) -> bool:
        """Whether the JSON is an object with these keys; a file too large to look at whole has them near its start."""
        if isinstance(self.json, dict):
            return all(key in self.json for key in keys)
        return self._starts_with(b"{", keys)

    def list_has_keys(self, *keys: str) -> bool:
        """Whether the JSON is a list whose first item is an object with these keys."""
        if isinstance(self.json, list):
            return bool(self.json) and isinstance(self.json[0], dict) and all(key in self.json[0] for key in keys)
        return self._starts_with(b"[", keys)

    def _starts_with(self, bracket: bytes, keys: tuple[str, ...]) -> bool:
        too_large = self.json is None and self.head.lstrip()[:1] == bracket
        return too_large and all(f'"{key}"'.encode() in self.head for key in keys)
