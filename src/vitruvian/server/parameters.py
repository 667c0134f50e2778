"""What the parameters of addresses may be, so that nothing reaches the database that it cannot hold."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query

from vitruvian.server.wire import LARGEST_FRAME
from vitruvian.store.rows import LARGEST_ID

Id = Annotated[int, Path(ge=0, le=LARGEST_ID)]
Frame = Annotated[int, Path(ge=0, le=LARGEST_FRAME)]
#: What narrows a list.
Chosen = Annotated[int | None, Query(ge=0, le=LARGEST_ID)]
ChosenFrame = Annotated[int | None, Query(ge=0, le=LARGEST_FRAME)]
After = Annotated[int, Query(ge=0, le=LARGEST_ID)]
#: PostgreSQL has no text with a NUL in it.
ChosenText = Annotated[str | None, Query(max_length=200, pattern=r"^[^\x00]*$")]
#: Names of instances, as often as there are some; no more than an address has room for.
ChosenNames = Annotated[
    list[Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]] | None, Query(max_length=100)
]
ShownState = Literal["open", "accepted", "fixed", "dismissed", "all"]
