"""Where annotations.xml lies: a file, a folder or a zip archive; pieces of it for the parser."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from vitruvian.errors import FormatError

NAME = "annotations.xml"

_PIECE = 1 << 20
_MAX_MEMBERS = 1_000_000
_ROOT = re.compile(rb"\s*(?:<\?.*?\?>|<!--.*?-->|\s)*<annotations[\s>/]", re.DOTALL)


def looks_right(head: bytes) -> bool:
    """Whether the first bytes of a document are those of CVAT's XML; Pascal VOC's root is called annotation."""
    head = head.removeprefix(b"\xef\xbb\xbf")
    return bool(_ROOT.match(head)) and any(f"<{tag}".encode() in head for tag in ("meta", "image", "track", "version"))


def head(path: Path) -> bytes:
    """Return the beginning of the XML in a zip archive or folder; empty when there is none that can be read."""
    try:
        return next(pieces(path), b"")[: 1 << 16]
    except FormatError:
        return b""


def pieces(path: Path) -> Iterator[bytes]:
    """Yield the XML of a file, of a folder's or a zip archive's annotations.xml.

    Raises
    ------
    FormatError
        There is none, several, or it cannot be read; or the archive has paths that lead out of it.
    """
    try:
        source = path / NAME if path.is_dir() else path
        with source.open("rb") as file:
            if file.read(4) in (b"PK\x03\x04", b"PK\x05\x06"):
                yield from _zipped(file, str(source))
                return
            file.seek(0)
            while piece := file.read(_PIECE):
                yield piece
    except (OSError, ValueError) as error:
        # ValueError: a path with a zero byte in it.
        reason = getattr(error, "strerror", None) or str(error)
        raise FormatError(f"The file cannot be read: {reason}", where=str(path), hint="check the path") from error


def zipped(content: bytes) -> bytes:
    """Return a zip archive that holds `content` as annotations.xml."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(NAME, content)
    return out.getvalue()


def _zipped(file: io.BufferedReader, where: str) -> Iterator[bytes]:
    hint = "export it again as CVAT for images or CVAT for video"
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if len(names) > _MAX_MEMBERS:
                raise FormatError("The archive has too many members", where=where, hint=hint)
            for name in names:
                if name.startswith(("/", "\\")) or ":" in name[:2] or ".." in re.split(r"[/\\]", name):
                    raise FormatError(f"The archive has a path that leads out of it: {name!r}", where=where, hint=hint)
            with archive.open(_member(names, where, hint)) as member:
                # In pieces, since the size that the archive states need not be true; the parser counts.
                while piece := member.read(_PIECE):
                    yield piece
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, KeyError) as error:
        # zipfile's RuntimeError is a password, its NotImplementedError an unknown compression.
        raise FormatError(f"The zip archive cannot be read: {error}", where=where, hint="copy it again") from error


def _member(names: list[str], where: str, hint: str) -> str:
    xml = [name for name in names if name.lower().endswith(".xml")]
    called = [name for name in xml if PurePosixPath(name).name == NAME] or xml
    if not called:
        raise FormatError(f"The archive holds no {NAME}", where=where, hint=hint)
    depth = min(name.count("/") for name in called)
    top = [name for name in called if name.count("/") == depth]
    if len(top) > 1:
        raise FormatError(f"The archive holds several files: {', '.join(top[:3])}", where=where, hint="unpack it first")
    return top[0]
