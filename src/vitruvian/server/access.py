"""Who may speak to a local server: whoever opened the printed address once."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import logging
import os
import secrets
import tempfile
from pathlib import Path

from vitruvian.errors import Forbidden

log = logging.getLogger("vitruvian.server")

_KEY_BYTES = 32


class LocalAccess:
    """Sessions of a server for one person on one machine.

    The secret lies in a file, so that a page stays signed in when the server starts anew. Deriving it from something
    else that is stable, such as a PostgreSQL address, would hang the sessions on a password that may be weak or absent;
    keeping it in the database would hand it to everybody who gets a dump.

    Parameters
    ----------
    folder : Path or None
        Where the secret lies, one folder per project; None keeps it in memory.

    Attributes
    ----------
    cookie : str
        The session cookie's name. Browsers keep one jar for all ports of a host, so projects that are served side by
        side need different names.
    session : str
        The cookie's value, which scripts send as a bearer token.
    """

    def __init__(self, folder: Path | None = None) -> None:
        secret = _secret(folder)
        self._token: str | None = secrets.token_urlsafe(24)
        self.session = hmac.new(secret, b"session", hashlib.sha256).hexdigest()
        self.cookie = f"vitruvian_{hmac.new(secret, b'cookie', hashlib.sha256).hexdigest()[:12]}"

    @property
    def token(self) -> str:
        """The token of the printed address, while it has not been used; raises Forbidden afterwards."""
        if self._token is None:
            raise Forbidden("The address has been used already", hint="start the server again for a new one")
        return self._token

    def redeem(self, token: str) -> bool:
        """Use the token; it works once."""
        if self._token is None or not hmac.compare_digest(token.encode(), self._token.encode()):
            return False
        self._token = None
        return True

    def knows(self, session: str) -> bool:
        """Whether a cookie or bearer token is this server's."""
        return hmac.compare_digest(session.encode(), self.session.encode())


def _secret(folder: Path | None) -> bytes:
    if folder is None:
        return secrets.token_bytes(_KEY_BYTES)
    path = folder / "session.key"
    try:
        # A key of another length was cut off by a stop or a full disk; from an empty one anybody could compute the
        # session.
        if path.exists() and len(known := path.read_bytes()) == _KEY_BYTES:
            return known
        _keep(path, made := secrets.token_bytes(_KEY_BYTES))
    except OSError as error:
        log.warning("%s cannot be kept (%s): pages sign in again after a restart", path, error.strerror)
        return secrets.token_bytes(_KEY_BYTES)
    return made


def _keep(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(partial).unlink()
        raise
