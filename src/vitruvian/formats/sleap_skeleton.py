"""SLEAP's skeletons in JSON: skeleton files, and training settings that hold one. See docs/formats/sleap.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vitruvian.errors import FormatError, OntologyError
from vitruvian.formats.codec import Reader, register
from vitruvian.formats.json_file import read_json
from vitruvian.formats.peek import Peek
from vitruvian.formats.remarks import Remarks
from vitruvian.labels import Category, Dataset, Keypoint, Ontology, Skeleton

NAME = "sleap_skeleton"
EDGE, SYMMETRY = 1, 2
_HINT = "is this a skeleton that SLEAP saved?"


@register
class SleapSkeleton(Reader):
    name = NAME
    title = "SLEAP skeleton (JSON)"
    suffixes = (".skeleton.json",)

    def sniff(self, peek: Peek) -> bool:
        return peek.has_keys("graph", "links", "nodes") or peek.has_keys("nx_graph") or bool(_settings(peek))

    def read(self, path: Path) -> Dataset:
        return read(path)


def _settings(peek: Peek) -> list[Any]:
    """Return the skeletons in the settings of a training; none where it is none."""
    if not peek.has_keys("data", "model"):
        return []
    return _within(peek.json)


def _within(document: Any) -> list[Any]:
    """Return the skeletons in a document: one of its own, or those that settings of a training hold."""
    labels = document.get("data", {}) if isinstance(document, dict) else None
    labels = labels.get("labels") if isinstance(labels, dict) else None
    found = labels.get("skeletons") if isinstance(labels, dict) else None
    return found if isinstance(found, list) else []


def read(path: Path) -> Dataset:
    """Read skeletons as an ontology without labels; raises FormatError naming the field."""
    document, file = read_json(path), str(path)
    stated = _within(document) or [document]
    found = Remarks(file)
    categories: list[Category] = []
    for graph in stated:
        taken = [category.name for category in categories]
        categories.append(category_of(graph, (), taken, file, found))
    return Dataset(
        Ontology(path.stem or NAME, tuple(categories), source=NAME), [], [], {NAME: {"graphs": stated}},
        found.warnings(),
    )  # fmt: skip


def category_of(graph: Any, nodes: Sequence[str], taken: Sequence[str], file: str, found: Remarks) -> Category:
    """Return the category that a skeleton of SLEAP means.

    Parameters
    ----------
    graph : Any
        Its nodes and links as networkx names them, with objects as jsonpickle writes them.
    nodes : sequence of str
        Names that nodes mean where they are numbers.
    taken : sequence of str
        Names of other categories.
    file : str
        Named in errors.
    found : Remarks
        Is told what deviates.

    Raises
    ------
    FormatError
        Nodes or links are missing, or point at what is not there.
    """
    graph = graph.get("nx_graph", graph) if isinstance(graph, dict) else None
    if not isinstance(graph, dict) or not isinstance(graph.get("nodes"), list):
        raise FormatError("There are no nodes", where=f"{file}: nodes", hint=_HINT)
    links = graph.get("links")
    if not isinstance(links, list) or not all(isinstance(each, dict) for each in [*links, *graph["nodes"]]):
        raise FormatError("There is no list of links", where=f"{file}: links", hint=_HINT)
    stated = graph.get("graph")
    name = stated.get("name") if isinstance(stated, dict) else None
    where = f"{file}: skeleton {name}"
    objects = _Objects(nodes, where)
    joined = [(objects.node(k.get("source")), objects.node(k.get("target")), objects.kind(k)) for k in links]
    names = [objects.node(node.get("id")) for node in graph["nodes"]]
    if not {end for a, b, _ in joined for end in (a, b)} <= set(names):
        raise FormatError("A link joins nodes that the skeleton does not list", where=f"{where}: links", hint=_HINT)
    # networkx lists links by their nodes; SLEAP counts the edges in the order in which they were made.
    order = sorted(range(len(links)), key=lambda at: (_number(links[at].get("edge_insert_idx")), at))
    pairs = [(names.index(joined[at][0]), names.index(joined[at][1])) for at in order if joined[at][2] == EDGE]
    edges = [pair for pair in pairs if pair[0] != pair[1]]
    message = "an edge joins a node to itself; it is left out"
    found.add(f"skeleton {name}", "links", message, len(pairs) - len(edges), file=file)
    flips: dict[str, str] = {}
    for a, b, kind in joined:
        if kind != SYMMETRY or flips.get(a) == b:
            continue
        if a == b or a in flips or b in flips:
            found.add(f"skeleton {name}", "links", "a node has several partners; the first counts", file=file)
            continue
        flips[a], flips[b] = b, a
    ours = name if isinstance(name, str) and name.strip() else "animal"
    number = 2
    while ours in taken:
        ours, number = f"{name}#{number}", number + 1
    try:
        skeleton = Skeleton(tuple(Keypoint(node, flip=flips.get(node)) for node in names), tuple(edges))
    except OntologyError as error:
        raise FormatError(error.message, where=where, hint=error.hint) from error
    return Category(ours, skeleton)


class _Objects:
    """What jsonpickle wrote: an object stands there once and is a number afterwards, counted as they come up."""

    def __init__(self, nodes: Sequence[str], where: str) -> None:
        self._nodes, self._where = nodes, where
        self._all: list[Any] = []
        self._kinds: list[int] = []

    def node(self, stated: Any) -> str:
        """Return the name of a node."""
        if type(stated) is int and 0 <= stated < len(self._nodes):
            return self._nodes[stated]
        if isinstance(stated, Mapping) and "py/object" in stated:
            state = stated.get("py/state", stated)
            values = state.get("py/tuple") if isinstance(state, Mapping) else None
            name = values[0] if isinstance(values, list) and values else None
            name = state.get("name") if name is None and isinstance(state, Mapping) else name
            if isinstance(name, str):
                self._all.append(name)
                return name
        if isinstance(stated, Mapping) and type(stated.get("py/id")) is int:
            name = self._all[stated["py/id"] - 1] if 0 < stated["py/id"] <= len(self._all) else None
            if isinstance(name, str):
                return name
        raise FormatError("This names no node", where=self._where, hint=_HINT)

    def kind(self, link: Mapping[str, Any]) -> int:
        """Return whether a link is an edge or a symmetry."""
        stated = link.get("type")
        if stated is None:
            return EDGE
        if isinstance(stated, Mapping) and isinstance(stated.get("py/reduce"), list) and len(stated["py/reduce"]) > 1:
            values = stated["py/reduce"][1]
            values = values.get("py/tuple") if isinstance(values, Mapping) else None
            kind = SYMMETRY if values == [SYMMETRY] else EDGE if values == [EDGE] else None
            if kind is not None:
                self._all.append(kind)
                self._kinds.append(kind)
                return kind
        if isinstance(stated, Mapping) and type(stated.get("py/id")) is int:
            at = int(stated["py/id"]) - 1
            if 0 <= at < len(self._all) and isinstance(self._all[at], int):
                return int(self._all[at])
            # Where nodes are numbers, kinds of links are counted by themselves.
            if 0 <= at < len(self._kinds):
                return int(self._kinds[at])
        raise FormatError("A link is neither an edge nor a symmetry", where=f"{self._where}: links", hint=_HINT)


def _number(value: Any) -> float:
    return float(value) if type(value) is int else float("inf")
