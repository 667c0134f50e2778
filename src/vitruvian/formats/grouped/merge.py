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
    Fields of objects and entries of lists of equal length are merged one by one; where `base` and `now` agree, `old`
    stays, with its spelling (an integer stays one) and with the fields that nobody understood.
    """
    if _same(base, now):
        return old
    if isinstance(old, dict) and isinstance(base, dict) and isinstance(now, dict):
        return _fields(old, base, now)
    if isinstance(old, list) and isinstance(base, list) and isinstance(now, list):
        if len(old) == len(base) == len(now):
            return [merge(*entry) for entry in zip(old, base, now, strict=True)]
        return now
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


def _same(one: Any, other: Any) -> bool:
    # True is 1 in Python, but another thing in a file.
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)
