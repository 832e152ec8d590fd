"""Folders that may not be looked into, for real: permissions do not bind root, so that root becomes nobody for it."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

needs_permissions = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions; windows has others")


@contextlib.contextmanager
def public_folder() -> Iterator[Path]:
    """A folder that everybody may enter, as ``tmp_path`` may not be."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextlib.contextmanager
def locked(folder: Path, mode: int = 0) -> Iterator[None]:
    """``folder`` with these rights for the while. Do once before what is tried: nobody may not import either."""
    is_root = os.geteuid() == 0
    folder.chmod(mode)
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o755)
