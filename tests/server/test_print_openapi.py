from pathlib import Path

from vitruvian.server.print_openapi import openapi


def test_the_committed_document_is_current() -> None:
    committed = Path(__file__).parents[2] / "web/src/api/openapi.json"
    assert committed.read_text() == openapi(), (
        "run: python -m vitruvian.server.print_openapi > web/src/api/openapi.json"
    )
