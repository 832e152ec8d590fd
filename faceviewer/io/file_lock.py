"""A lock that the system takes away from a process that dies: tells living owners of files from dead ones."""

from __future__ import annotations

import os
import sys
from pathlib import Path


class FileLock:
    """Holds ``path`` locked from ``acquire`` until ``release`` or the end of the process, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock; False when somebody else has it. Raises OSError when the file cannot be made."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor)
        except OSError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back and remove its file."""
        if self._descriptor is None:
            return
        if sys.platform == "win32":  # an open file cannot be removed there
            os.close(self._descriptor)
            self.path.unlink(missing_ok=True)
        else:
            self.path.unlink(missing_ok=True)
            os.close(self._descriptor)
        self._descriptor = None


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
