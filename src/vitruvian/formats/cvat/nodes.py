"""XML as plain dictionaries: read with limits, kept in `extras`, written back as the same tree."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from vitruvian.errors import FormatError

#: An element: tag, attrib, and where there are any text, tail and children.
Node = dict[str, Any]

MAX_BYTES = 1 << 30
MAX_ELEMENTS = 20_000_000
MAX_DEPTH = 50

COMMENT, INSTRUCTION = "!--", "?"

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Whatever may need another spelling, or has none.
_ODD = re.compile("[^ !#-%'-;=?-~]")
_NAME = re.compile(r"[^\s<>&\"'=/!?{}]+")
_XML = "http://www.w3.org/XML/1998/namespace"


def node(tag: str, attrib: dict[str, str] | None = None, text: str = "", children: Iterable[Node] = ()) -> Node:
    """Return an element."""
    made: Node = {"tag": tag, "attrib": attrib or {}}
    if text:
        made["text"] = text
    kept = list(children)
    if kept:
        made["children"] = kept
    return made


def children(parent: Node, tag: str | None = None) -> list[Node]:
    """Return the elements right below `parent`, those called `tag` only when it is given."""
    found: list[Node] = parent.get("children", [])
    return found if tag is None else [child for child in found if child["tag"] == tag]


def child(parent: Node | None, tag: str) -> Node | None:
    """Return the first element called `tag` right below `parent`."""
    return next((c for c in parent.get("children", ()) if c["tag"] == tag), None) if parent else None


def text(parent: Node | None, tag: str) -> str:
    """Return the stripped text of the first element called `tag`; empty when there is none."""
    found = child(parent, tag)
    return str(found.get("text", "")).strip() if found else ""


def walk(parent: Node) -> Iterator[Node]:
    """Yield `parent` and every element below it, in document order."""
    todo = [parent]
    while todo:
        at = todo.pop()
        yield at
        todo.extend(reversed(at.get("children", ())))


def can_hold(said: str) -> bool:
    """Whether XML has a way to write every character of a text."""
    return _FORBIDDEN.search(said) is None


def copied(elements: list[Node]) -> list[Node]:
    """Return copies that can be changed without changing `elements`."""
    return copy.deepcopy(elements)


class _Builder:
    """Takes the parser's events; counts what it builds."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Node | None = None
        self.open: list[Node] = []
        self.last: Node | None = None
        self.parts: list[str] = []
        self.count = 0

    def _flush(self) -> None:
        if not self.parts:
            return
        said = "".join(self.parts)
        self.parts.clear()
        if self.last is not None:
            self.last["tail"] = said
        elif self.open:
            self.open[-1]["text"] = said

    def _add(self, made: Node) -> None:
        self._flush()
        self.count += 1
        if self.count > MAX_ELEMENTS or len(self.open) >= MAX_DEPTH:
            what = "It nests too deep" if self.count <= MAX_ELEMENTS else "It has too many elements"
            raise FormatError(what, where=self.file, hint=f"at most {MAX_ELEMENTS} elements, {MAX_DEPTH} deep")
        if self.open:
            self.open[-1].setdefault("children", []).append(made)

    def start(self, tag: str, attrib: dict[str, str]) -> None:
        made: Node = {"tag": tag, "attrib": dict(attrib)}
        self._add(made)
        self.root = self.root or made
        self.open.append(made)
        self.last = None

    def end(self, tag: str) -> None:
        self._flush()
        self.last = self.open.pop()

    def data(self, said: str) -> None:
        self.parts.append(said)

    def comment(self, said: str) -> None:
        self._aside(COMMENT, said)

    def pi(self, target: str, said: str | None = None) -> None:
        self._aside(INSTRUCTION, f"{target} {said}" if said else target)

    def _aside(self, tag: str, said: str) -> None:
        if self.open:  # what stands before or after the root has no place in the tree
            made: Node = {"tag": tag, "attrib": {}, "text": said}
            self._add(made)
            self.last = made

    def close(self) -> Node | None:
        return self.root


def parse(chunks: Iterable[bytes], file: str) -> Node:
    """Return the root element of an XML document that comes in pieces.

    Raises
    ------
    FormatError
        Not XML, cut off, with a DTD or entities, or beyond the limits.
    """
    try:
        # Optional: an installation without annotation formats does without it.
        from defusedxml import DefusedXmlException  # noqa: PLC0415
        from defusedxml.ElementTree import DefusedXMLParser, ParseError  # noqa: PLC0415
    except ImportError as error:
        hint = 'pip install "vitruvian[formats]"'
        raise FormatError("Reading XML needs the package defusedxml", where=file, hint=hint) from error
    builder = _Builder(file)
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    try:
        total = 0
        for chunk in chunks:
            total += len(chunk)
            if total > MAX_BYTES:
                raise FormatError("The XML is too large", where=file, hint=f"at most {MAX_BYTES >> 20} MB are read")
            parser.feed(chunk)
        root: Node | None = parser.close()
    except DefusedXmlException as error:
        raise FormatError(
            "The XML has a document type or entities of its own, which are not read",
            where=file,
            hint="annotation files need none; take the DOCTYPE out if you trust the file",
        ) from error
    except ParseError as error:
        line, column = error.position
        message = "The file is empty" if not total else f"This is not XML ({error})"
        raise FormatError(
            message, where=f"{file}, line {line}, column {column}", hint="copy or export it again"
        ) from error
    except (ValueError, LookupError) as error:
        raise FormatError(f"The XML cannot be decoded: {error}", where=file, hint="save it as UTF-8") from error
    if root is None:
        raise FormatError("The file is empty", where=file, hint="copy or export it again")
    return root


def encode(root: Node) -> bytes:
    """Return the document as UTF-8.

    Raises
    ------
    FormatError
        A text holds a character that XML has no way to write, or a name is none.
    """
    out = ['<?xml version="1.0" encoding="utf-8"?>\n']
    # Ends and tails wait on the same stack as elements, so that no call nests as deep as the document.
    todo: list[Node | str] = [root]
    while todo:
        at = todo.pop()
        if isinstance(at, str):
            out.append(at)
            continue
        tail = _escape(at.get("tail", "")) if at is not root else "\n"
        tag, said = at["tag"], at.get("text", "")
        if tag in (COMMENT, INSTRUCTION):
            out.append(f"<!--{said}-->{tail}" if tag == COMMENT else f"<?{said}?>{tail}")
            continue
        name, space = _name(tag, "n")
        attributes = "".join(_attribute(key, value, at) for key, value in at["attrib"].items())
        below = at.get("children", ())
        if not below and not said:
            out.append(f"<{name}{space}{attributes}/>{tail}")
            continue
        out.append(f"<{name}{space}{attributes}>{_escape(said)}")
        todo.append(f"</{name}>{tail}")
        todo.extend(reversed(below))
    try:
        return "".join(out).encode()
    except UnicodeEncodeError as error:
        raise FormatError("A text holds half a character", hint="check names and attributes") from error


def indent(parent: Node, depth: int = 0) -> Node:
    """Put every element below `parent` on a line of its own; texts stay as they are."""
    below = parent.get("children")
    if below and "text" not in parent:
        parent["text"] = "\n" + "  " * (depth + 1)
        for made in below:
            indent(made, depth + 1)
            made["tail"] = "\n" + "  " * (depth + 1)
        below[-1]["tail"] = "\n" + "  " * depth
    return parent


def append(parent: Node, made: Node, depth: int) -> None:
    """Add an element at the end of `parent`, which lies `depth` deep, on a line of its own."""
    below = parent.setdefault("children", [])
    inner, outer = "\n" + "  " * (depth + 1), "\n" + "  " * depth
    if below:
        below[-1]["tail"] = inner
    elif not str(parent.get("text", "")).strip():
        parent["text"] = inner
    indent(made, depth + 1)
    made["tail"] = outer
    below.append(made)


@lru_cache(maxsize=1024)
def _name(tag: str, prefix: str) -> tuple[str, str]:
    """Return the written name of a tag, and the declaration of its namespace."""
    space, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    if not _NAME.fullmatch(local):
        raise FormatError(f"{tag!r} is no name of an XML element", hint="check the file's extras")
    if not space:
        return local, ""
    if space == _XML:
        return f"xml:{local}", ""
    return f"{prefix}:{local}", f' xmlns:{prefix}="{_escape(space, quote=True)}"'


def _attribute(key: str, value: str, at: Node) -> str:
    # Prefixes differ, since an element may have attributes of several namespaces.
    name, space = _name(key, f"a{list(at['attrib']).index(key)}" if key.startswith("{") else "")
    return f'{space} {name}="{_escape(value, quote=True)}"'


def _escape(said: str, *, quote: bool = False) -> str:
    if not _ODD.search(said):
        return said
    bad = _FORBIDDEN.search(said)
    if bad:
        raise FormatError(
            f"{said[:40]!r} holds the character {bad[0]!r}, which XML cannot hold",
            hint="take it out of the name or attribute",
        )
    said = said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    if quote:
        return said.replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")
    return said
