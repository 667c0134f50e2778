"""Conditional requests and ranges, as RFC 9110 has them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.datastructures import Headers

_TAG = re.compile(r'(?:W/)?("[^"]*")')
_SPAN = re.compile(r"bytes=[ \t]*(\d{0,4000})-(\d{0,4000})", re.ASCII | re.IGNORECASE)


def is_known(headers: Headers, tag: str) -> bool:
    """Say whether If-None-Match names `tag` (quotes included), which asks for a 304.

    The comparison is the weak one (section 13.1.2): a proxy that compresses makes our tags weak.
    """
    asked = headers.get("if-none-match", "")
    return asked.strip() == "*" or tag in _TAG.findall(asked)


def http_date(timestamp: float) -> str:
    """Return seconds since 1970 as an HTTP date."""
    return format_datetime(datetime.fromtimestamp(int(timestamp), UTC), usegmt=True)


def asked_span(headers: Headers, size: int, *, tag: str, modified: str) -> tuple[int, int] | None:
    """Return the first and the last byte that a Range header asks for, or None when the whole file is the answer.

    The whole file answers a range whose If-Range no longer holds, another unit, nonsense, and several ranges at once:
    section 14.2 allows all of it, and no player that is known to ask for several at once needs them apart.

    Parameters
    ----------
    headers : Headers
    size : int
        Bytes.
    tag, modified : str
        The file's ETag and Last-Modified.

    Raises
    ------
    ValueError
        The range lies outside the file: the answer is 416.
    """
    match = _SPAN.fullmatch(headers.get("range", "").strip())
    if match is None or not _holds(headers.get("if-range", tag).strip(), tag, modified):
        return None
    if not (match[1] or match[2]) or (match[1] and match[2] and int(match[1]) > int(match[2])):
        return None
    if not match[1]:
        first, last = max(size - int(match[2]), 0), size - 1
        is_there = int(match[2]) > 0 and size > 0
    else:
        first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
        is_there = first < size
    if not is_there:
        raise ValueError(f"{match[0]} of {size}")
    return first, last


def _holds(condition: str, tag: str, modified: str) -> bool:
    if condition.startswith(('"', "W/")):
        return condition == tag  # the strong comparison: a weak tag never matches
    try:
        return parsedate_to_datetime(condition) == parsedate_to_datetime(modified)
    except (ValueError, TypeError):
        return False
