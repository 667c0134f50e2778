import pytest

from vitruvian import errors

ALL = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.VitruvianError)]


@pytest.mark.parametrize("error", ALL)
def test_one_json_shape(error):
    document = error("What is wrong", where="a.json", hint="Do this").document()
    assert document == {"code": error.code, "message": "What is wrong", "where": "a.json", "hint": "Do this"}


def test_codes_are_distinct():
    assert len({e.code for e in ALL}) == len(ALL)


def test_every_error_stands_in_the_drawn_tree():
    assert errors.__doc__ is not None
    assert [e.__name__ for e in ALL if e.__name__ not in errors.__doc__] == []


def test_text_says_where_what_and_what_to_do():
    assert (
        str(errors.FormatError("Not JSON", where="a.json", hint="save it again")) == "a.json: Not JSON (save it again)"
    )
