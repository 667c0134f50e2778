"""Lay edits over a record of a file, so that whatever was not edited stays exactly as the file has it."""

from __future__ import annotations

from typing import Any

_GONE = object()


def merge(old: Any, base: Any, now: Any) -> Any:
    """Return `old` with the changes that lead from `base` to `now`.

    Parameters
    ----------
    old : JSON value
        What the file says.
    base : JSON value
        What would be written for what was understood of `old`.
    now : JSON value
        What would be written today.

    Notes
    -----
    Fields of objects, entries of lists of equal length, and objects of a list that have a name of their own each are
    merged one by one; where `base` and `now` agree, `old`
    stays, with its spelling (an integer stays one) and with the fields that nobody understood.
    """
    if _same(base, now):
        return old
    if isinstance(old, dict) and isinstance(base, dict) and isinstance(now, dict):
        return _fields(old, base, now)
    if isinstance(old, list) and isinstance(base, list) and isinstance(now, list):
        return _lists(old, base, now)
    if type(old) is int and type(now) is float and now.is_integer():
        return int(now)
    return now


def _fields(old: dict[str, Any], base: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in old.items():
        if name in now and name in base:
            out[name] = merge(value, base[name], now[name])
        elif name in now:
            out[name] = merge(value, _GONE, now[name])
        elif name not in base:
            out[name] = value
    # A field that would be written either way, and that the file does without, stays out.
    out |= {name: value for name, value in now.items() if name not in old and not _same(base.get(name, _GONE), value)}
    return out


def _lists(old: list[Any], base: list[Any], now: list[Any]) -> list[Any]:
    named = [_by_name(entries) for entries in (old, base, now)]
    if named[0] is not None and named[1] is not None and named[2] is not None:
        return list(_fields(named[0], named[1], named[2]).values())
    if len(old) == len(base) == len(now):
        return [merge(*entry) for entry in zip(old, base, now, strict=True)]
    return now


def _by_name(entries: list[Any]) -> dict[str, Any] | None:
    names = [entry.get("name") if isinstance(entry, dict) else None for entry in entries]
    unique = len(set(map(repr, names))) == len(names) and all(isinstance(name, str) for name in names)
    return {str(name): entry for name, entry in zip(names, entries, strict=True)} if unique else None


def _same(one: Any, other: Any) -> bool:
    # True is 1 in Python, but another thing in a file.
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)
