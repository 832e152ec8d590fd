"""Finding a session's photos again: where they were, or beside the session file, told apart by their bytes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from faceviewer.io.json_node import JsonNode
from faceviewer.io.photo import PhotoError, load_photo
from faceviewer.types import Photo


def path_entry(path: Path, folder: Path) -> dict[str, Any]:
    """How a session in ``folder`` names a file: absolutely, and relative to itself where there is such a way."""
    try:
        relative = Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive of Windows
        relative = None
    return {"absolute": str(path), "relative": relative, "name": path.name}


class PhotoFinder:
    """Looks for the photos of one session and notes which are missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.missing: list[str] = []
        """Sentences for the user."""

    def locate(self, entry: JsonNode, sha256: str) -> Path:
        """Where the file is: the first place with these bytes, else the place where it was.

        Without a digest (videos, and photos that were never read) the first place where there is a file.
        """
        was = Path(entry["absolute"].text())
        places = [was]
        if not entry["relative"].is_null():
            places.append(self._folder / entry["relative"].text())
        places.append(self._folder / Path(entry["name"].text()).name)
        for place in places:
            if _is_file(place) and (not sha256 or _digest_of(place) == sha256):
                return Path(os.path.normpath(place))
        return was

    def load(self, path: Path | None, entry: JsonNode, sha256: str, title: str) -> Photo | None:
        """The photo at ``path`` when it is the one that the session knew; else None and a sentence in ``missing``."""
        if path is None or not _is_file(path):
            self.missing.append(f"The photo {title} is not where it was ({entry['absolute'].text()}).")
            return None
        try:
            photo = load_photo(path)
        except PhotoError as error:
            self.missing.append(f"{error}.")
            return None
        if photo.sha256 != sha256:
            self.missing.append(f"The photo {title} has changed since the session was saved.")
            return None
        return photo


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _digest_of(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
