"""Where the application keeps its own files: settings, logs, autosaved sessions, asset packs, converted assets.

The environment variable ``FACEVIEWER_HOME`` puts all of them into one folder, for tests and for portable use.
"""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import PlatformDirs

_DIRECTORIES = PlatformDirs("faceviewer", appauthor=False)


def config_folder() -> Path:
    """For the settings and the window's layout."""
    return _own("config") or Path(_DIRECTORIES.user_config_dir)


def data_folder() -> Path:
    """For autosaved sessions, the list of recent files, and asset packs."""
    return _own("data") or Path(_DIRECTORIES.user_data_dir)


def cache_folder() -> Path:
    """For what can be made again."""
    return _own("cache") or Path(_DIRECTORIES.user_cache_dir)


def log_folder() -> Path:
    """For log files."""
    return _own("log") or Path(_DIRECTORIES.user_log_dir)


def _own(name: str) -> Path | None:
    home = os.environ.get("FACEVIEWER_HOME")
    return Path(home) / name if home else None
