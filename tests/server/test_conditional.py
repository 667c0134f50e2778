import pytest
from starlette.datastructures import Headers

from vitruvian.server.conditional import asked_span, http_date, is_known

TAG, MODIFIED = '"abc-1"', "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ('"abc-1"', True),
        ('W/"abc-1"', True),
        ("*", True),
        ('"x", W/"abc-1"', True),
        ('"a,b","abc-1"', True),
        ('"abc-2"', False),
        ("abc-1", False),
        ('"x, abc-1"', False),
        ("", False),
    ],
)
def test_tags(asked: str, known: bool) -> None:
    assert is_known(Headers({"if-none-match": asked}), TAG) == known


@pytest.mark.parametrize(
    ("asked", "span"),
    [
        ("bytes=0-9", (0, 9)),
        ("bytes=90-", (90, 99)),
        ("bytes=-5", (95, 99)),
        ("bytes=-500", (0, 99)),
        ("bytes=50-5000", (50, 99)),
        (f"bytes=0-{'9' * 200}", (0, 99)),
        ("BYTES=0-0", (0, 0)),
        ("bytes=0-1,4-5", None),  # several: the whole file
        ("bytes=0-0, 200-", None),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=٣-٤", None),
        ("items=0-1", None),
        ("", None),
    ],
)
def test_ranges(asked: str, span: tuple[int, int] | None) -> None:
    assert asked_span(_headers({"range": asked}), 100, tag=TAG, modified=MODIFIED) == span


@pytest.mark.parametrize(("asked", "size"), [("bytes=100-", 100), ("bytes=100-200", 100), ("bytes=-0", 100),
                                             ("bytes=0-", 0), ("bytes=-5", 0)])  # fmt: skip
def test_ranges_outside(asked: str, size: int) -> None:
    with pytest.raises(ValueError, match=" of "):
        asked_span(_headers({"range": asked}), size, tag=TAG, modified=MODIFIED)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (TAG, True),
        (f"W/{TAG}", False),
        ('"other"', False),
        (MODIFIED, True),
        ("Sunday, 06-Nov-94 08:49:37 GMT", True),
        ("Sun Nov  6 08:49:37 1994", False),  # without a zone, which no client sends: the whole file
        ("Sun, 06 Nov 1994 08:49:38 GMT", False),
        ("yesterday", False),
        ("", False),
    ],
)
def test_a_range_of_the_file_as_it_was(condition: str, holds: bool) -> None:
    headers = _headers({"range": "bytes=0-9", "if-range": condition})
    assert (asked_span(headers, 100, tag=TAG, modified=MODIFIED) is not None) == holds


def test_dates() -> None:
    assert http_date(784111777.9) == MODIFIED


def _headers(values: dict[str, str]) -> Headers:
    return Headers(raw=[(name.encode(), value.encode()) for name, value in values.items()])
