"""Print the OpenAPI document: ``python -m vitruvian.server.print_openapi > web/src/api/openapi.json``."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from vitruvian.server.access import LocalAccess
from vitruvian.server.app import create_app
from vitruvian.store import open_store


def openapi() -> str:
    """Return the document as it is committed."""
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "empty.db", create=True) as store:
        return json.dumps(create_app(store, LocalAccess(), author="").openapi(), indent=1) + "\n"


if __name__ == "__main__":
    print(openapi(), end="")
