"""Darwin's pixel masks: annotations without pixels of their own, which one raster layer of the picture has for all.

While a file is at work its masks hold their pixels: what it states stands under ``stated``, beside ``rle`` or ``ids``.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vitruvian.formats.grouped import Record, text
from vitruvian.geometry import rle

MASK, LAYER, OWN = "mask", "raster_layer", "vitruvian"
NAME = "__raster_layer__"
DENSE, MAPPING, TOTAL = "dense_rle", "mask_annotation_ids_mapping", "total_pixels"
#: Of an instance's records, the first of these kinds bears what Darwin has no word for.
FIRST = ("skeleton", "keypoint", "polygon", "bounding_box")
#: Values and lengths of a layer; larger ones are mistakes.
LIMIT = 1 << 30
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "vitruvian")

Size = tuple[int, int]
Values = NDArray[np.int32]


def lift(records: Sequence[Record], size: Size) -> tuple[list[Record], str]:
    """Return the records of one picture with the pixels of its masks, and what is odd about its raster layers.

    Parameters
    ----------
    records : sequence of dict
        Annotations; of a video what they say in one frame, under ``data``.
    size : (int, int)
        Height and width of the picture.
    """
    masks = {id_of(record) for record in records if isinstance(body_of(record).get(MASK), dict)}
    found: dict[str, Record] = {}
    odd = ""
    out: list[Record] = []
    for record in records:
        layer = body_of(record).get(LAYER)
        if not isinstance(layer, dict):
            out.append(record)
            continue
        try:
            known = decode(layer, size, masks - found.keys())
        except ValueError as error:
            known, odd = {}, str(error)
        found |= known
        out.append(_with(record, LAYER, {"stated": layer, "ids": list(known)}))
    return [
        _with(record, MASK, {"stated": mask, "rle": found.get(id_of(record) or "")})
        if isinstance(mask := body_of(record).get(MASK), dict)
        else record
        for record in out
    ], odd


def lower(records: Sequence[Record], size: Size, seed: str, fresh: Record) -> list[tuple[int, Record]]:
    """Return records as the file has them, with raster layers that show the masks of today; undoes :func:`lift`.

    With each is its place in `records`; a new layer is the last.

    Parameters
    ----------
    records, size :
        As of :func:`lift`.
    seed : str
        What the id of a new layer is made of.
    fresh : dict
        Fields of a new layer besides its name, id and pixels.
    """
    wanted: dict[str, Record] = {}
    for record in records:
        mask, id = body_of(record).get(MASK), id_of(record)
        if isinstance(mask, dict) and mask["rle"] is not None and id is not None and id not in wanted:
            wanted[id] = mask["rle"]
    layers = [record for record in records if isinstance(body_of(record).get(LAYER), dict)]
    mapped = {id for record in layers for id in body_of(record)[LAYER]["ids"]}
    new = {id: mask for id, mask in wanted.items() if id not in mapped}
    out: list[tuple[int, Record]] = []
    short: set[str] = set()
    for at, record in enumerate(records):
        body = body_of(record)
        if isinstance(body.get(MASK), dict):
            out.append((at, _with(record, MASK, body[MASK]["stated"])))
            continue
        if not isinstance(body.get(LAYER), dict):
            out.append((at, record))
            continue
        stated, ids = body[LAYER]["stated"], body[LAYER]["ids"]
        more = new if ids else {}
        new = {} if ids else new
        layer, lost = _renewed(stated, ids, {id: wanted[id] for id in ids if id in wanted} | more, size)
        short |= lost
        if layer is not None:
            out.append((at, _with(record, LAYER, layer)))
    if new:
        layer, lost = _renewed({}, [], new, size)
        short |= lost
        named = {"name": NAME, **fresh, ("track" if "data" in fresh else "id"): uuid.uuid5(_SPACE, seed).hex}
        out.append((len(records), _with(named, LAYER, layer)))
    if not short:
        return out
    whole = [record for _, record in out]
    return [(at, _whole(record, whole, short, wanted)) for at, record in out]


def decode(layer: Record, size: Size, ids: Set[str | None]) -> dict[str, Record]:
    """Return the masks of a raster layer as packed COCO RLE, by the ids of their annotations, as far as wanted.

    A value is of one annotation; where a layer says otherwise the first counts.

    Raises
    ------
    ValueError
        Its runs are no pairs of value and length that fill the picture, or the picture is too large to be laid out.
    """
    picture = _laid_out(layer, size)
    mapping = _mapping(layer)
    flat = picture.T.reshape(-1)
    starts = np.concatenate(([0], np.flatnonzero(np.diff(flat)) + 1))
    values, stops = flat[starts], np.append(starts[1:], len(flat))
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    out = {}
    owners = {value: id for id, value in reversed(mapping.items())}
    for value, id in reversed(owners.items()):
        if id not in ids:
            continue
        low, high = np.searchsorted(ordered, [value, value + 1])
        rows = order[low:high]
        bounds = np.column_stack((starts[rows], stops[rows])).reshape(-1)
        runs = np.diff(np.concatenate(([0], bounds, [len(flat)])))
        out[id] = {"size": list(size), "counts": rle.pack(runs if runs[-1] or len(runs) == 1 else runs[:-1])}
    return out


def packed(mask: Mapping[str, Any], size: Size) -> Record | None:
    """Return a mask as packed COCO RLE, or None where it is none of a picture of this size."""
    try:
        runs, tall, wide = rle.runs_of(mask)
        if (tall, wide) != size or not 0 < tall * wide <= rle.MAX_PIXELS:
            return None
        return {"size": [tall, wide], "counts": rle.pack(rle.lengths(rle.laid_out(runs)))}
    except ValueError:
        return None


def plain(mask: Record) -> Record:
    """Return a packed mask with its lengths as a list."""
    return {"size": mask["size"], "counts": rle.unpack(mask["counts"]).tolist()}


def body_of(record: Record) -> Record:
    """Return what a record says in its picture."""
    return record["data"] if "track" in record and isinstance(record.get("data"), dict) else record


def id_of(record: Record) -> str | None:
    """Return the id of the annotation that a record is of."""
    return text(record.get("track" if body_of(record) is not record else "id"))


def _with(record: Record, field: str, value: Any) -> Record:
    body = body_of(record)
    return {**record, field: value} if body is record else {**record, "data": {**body, field: value}}


def _mapping(layer: Record) -> dict[str, int]:
    stated = layer.get(MAPPING)
    named = stated.items() if isinstance(stated, dict) else ()
    return {id: value for id, value in named if type(value) is int and 0 < value < LIMIT}


def _laid_out(layer: Record, size: Size) -> Values:
    dense, pixels = layer.get(DENSE), size[0] * size[1]
    if not isinstance(dense, list) or len(dense) % 2 or not all(type(n) is int and 0 <= n < LIMIT for n in dense):
        raise ValueError("its runs are no pairs of value and length")
    values, counts = np.array(dense, np.int64).reshape(-1, 2).T
    if not 0 < pixels <= rle.MAX_PIXELS or int(counts.sum()) != pixels:
        raise ValueError("its runs do not fill the picture")
    return np.repeat(values.astype(np.int32), counts).reshape(size)


def _renewed(
    stated: Record, ids: Sequence[str], wanted: Mapping[str, Record], size: Size
) -> tuple[Record | None, set[str]]:
    """Return a layer that shows the wanted masks, and the ids of those that others lie over.

    It stays as it was where nothing changed, and is None where nothing is left.
    """
    known = decode(stated, size, set(ids)) if ids else {}
    changed = [id for id in wanted if known.get(id) != wanted[id]]
    gone = [id for id in ids if id not in wanted]
    if not changed and not gone:
        return stated, set()
    picture = _laid_out(stated, size) if ids else np.zeros(size, np.int32)
    # Ids that name no annotation stay as they are.
    named = stated.get(MAPPING)
    mapping: Record = {id: v for id, v in named.items() if id not in gone} if isinstance(named, dict) else {}
    values = _mapping(stated)
    free = max([0, int(picture.max(initial=0)), *values.values()]) + 1
    for id in (*gone, *(id for id in changed if id in values)):
        picture[picture == values[id]] = 0
    for id in changed:
        if id not in values:
            mapping[id] = values[id] = free
            free += 1
        picture[rle.to_pixels(wanted[id])] = values[id]
    if not mapping:
        return None, set()
    flat = picture.reshape(-1)
    starts = np.concatenate(([0], np.flatnonzero(np.diff(flat)) + 1))
    runs = np.column_stack((flat[starts], np.diff(np.append(starts, len(flat)))))
    layer = {**stated, DENSE: runs.reshape(-1).tolist(), MAPPING: mapping, TOTAL: len(flat)}
    shown = decode(layer, size, wanted.keys())
    return layer, {id for id in wanted if shown[id] != wanted[id]}


def _whole(record: Record, records: Sequence[Record], short: set[str], wanted: Mapping[str, Record]) -> Record:
    """Return a record with its mask in a field of our own, where the layer cannot show all of it."""
    members = [record]
    if record.get("instance_id") is not None:
        same = (record.get("name"), record["instance_id"])
        members = [other for other in records if (other.get("name"), other.get("instance_id")) == same]
    ids = [id for member in members if MASK in body_of(member) and (id := id_of(member)) in short]
    bearer = next((m for kind in FIRST for m in members if isinstance(body_of(m).get(kind), dict)), None)
    own = [body_of(member).get(OWN) for member in members]
    if not ids or any(isinstance(fields, dict) and MASK in fields for fields in own):
        return record
    if record is not (bearer or next(m for m in members if id_of(m) == ids[0])):
        return record
    stated = body_of(record).get(OWN)
    return _with(record, OWN, {**(stated if isinstance(stated, dict) else {}), MASK: plain(wanted[ids[0]])})
