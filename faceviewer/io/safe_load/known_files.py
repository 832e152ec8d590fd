"""The SHA-256 of large files, remembered for as long as size, times and place of a file say that it is the same."""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path

from faceviewer.io.atomic import write_atomically
from faceviewer.io.json_node import read_json
from faceviewer.types import FaceviewerError

MAX_KNOWN = 256
_SETTLED_AFTER_NS = 2_000_000_000
"""A file written a moment ago could change again within the same tick of its clock: it is not remembered yet."""


class KnownFiles:
    """Remembers digests in the JSON file ``memory``; without it, or where it cannot be written, files are read."""

    def __init__(self, memory: Path) -> None:
        self._memory = memory

    def sha256(self, path: Path) -> str:
        """Hex digest of the file's bytes. Raises OSError when it cannot be read."""
        stamp = _stamp(path.stat())
        known = self._load()
        place = os.path.abspath(path)
        if place in known and known[place][:-1] == stamp:
            return known[place][-1]
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if _stamp(path.stat()) == stamp and time.time_ns() - path.stat().st_mtime_ns > _SETTLED_AFTER_NS:
            self._remember({**{name: value for name, value in known.items() if name != place}, place: [*stamp, digest]})
        return digest

    def _load(self) -> dict[str, list[str]]:
        try:
            return {place: list(facts.texts()) for place, facts in read_json(self._memory)["files"].items()}
        except FaceviewerError:
            return {}

    def _remember(self, known: dict[str, list[str]]) -> None:
        text = json.dumps({"files": dict(list(known.items())[-MAX_KNOWN:])}, indent=1)
        try:
            write_atomically(self._memory, lambda target: target.write_text(text, "ascii"))
        except FaceviewerError:
            pass


def _stamp(status: os.stat_result) -> list[str]:
    facts = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)
    return [str(fact) for fact in facts]
