"""One server per SQLite project: a file lock that the operating system drops when its process ends, however it ends."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from vitruvian.errors import ProjectLocked

_TAKEN = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}


class FileLock:
    """Holds `path` locked until :meth:`release`.

    Raises
    ------
    ProjectLocked
        Another process holds it.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+")
        try:
            _lock(self._file.fileno())
        except OSError as taken:
            if taken.errno not in _TAKEN:  # a file system without locks, say
                self._file.close()
                raise
            self._file.seek(0)
            holder = self._file.read().strip()
            self._file.close()
            raise ProjectLocked(
                "Another Vitruvian process has this project open" + (f" (process {holder})" if holder else ""),
                where=str(path.with_suffix("")),
                hint="use the page of the server that runs already, or stop it first",
            ) from taken
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Let go; the file stays, since removing it would let two processes hold two files of one name."""
        self._file.close()


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        # A byte far beyond the process id, which another process must still be able to read.
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
