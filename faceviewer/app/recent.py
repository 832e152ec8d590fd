"""The files opened last, newest first, kept from one start to the next."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

from faceviewer.app.settings import Settings
from faceviewer.io.atomic import write_atomically
from faceviewer.io.folders import data_folder
from faceviewer.types import FaceviewerError

_log = logging.getLogger(__name__)


class RecentFiles:
    """Remembers as many files as the settings say. A list that cannot be read or written is no reason to complain."""

    def __init__(self, settings: Settings, file: Path | None = None) -> None:
        self._settings = settings
        self._file = file or data_folder() / "recent.json"
        self._remembered = self._read()

    def paths(self) -> tuple[Path, ...]:
        """The files that are still there, newest first."""
        limit = self._limit()
        return tuple(path for path in map(Path, self._remembered) if path.exists())[:limit]

    def add(self, *paths: Path) -> None:
        """Put ``paths`` first, the last of them at the top; a file of whatever spelling is remembered once."""
        limit, kept = self._limit(), {}
        for spelled in (*reversed([str(path.absolute()) for path in paths]), *(self._read() or self._remembered)):
            if len(kept) == limit:
                break
            kept.setdefault(_key(spelled), spelled)
        self._remembered = list(kept.values())
        self._write()

    def clear(self) -> None:
        """Forget all of them."""
        self._remembered = []
        self._write()

    def _limit(self) -> int:
        return int(self._settings.number("files.recent_count"))

    def _read(self) -> list[str]:
        try:
            stored = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return []
        return [entry for entry in stored if isinstance(entry, str)] if isinstance(stored, list) else []

    def _write(self) -> None:
        text = json.dumps(self._remembered, indent=2) + "\n"  # ASCII: file names may be no Unicode
        try:
            write_atomically(self._file, lambda path: path.write_text(text, encoding="utf-8"))
        except FaceviewerError as error:
            _log.info("recent files are not remembered: %s", error)


def _key(path: str) -> str:
    try:
        return os.path.normcase(os.path.realpath(path))
    except ValueError:  # no file can be called that, but a damaged list can say so
        return path
