"""Lists that name the samples of a data set: read as text, and nothing in them may lead out of the folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from faceviewer.io.safe_load.files import read_bounded
from faceviewer.types import FaceviewerError

MAX_LIST_BYTES = 256 << 20
MAX_TOLD = 20
"""Sentences of one kind; of more, only the number is told."""
_SHOWN = 80
_NAME = r"(?!\.{1,2}(?:/|\Z))[^/\\:\x00-\x1f\x7f\ud800-\udfff]{1,255}"
_KEY = re.compile(rf"{_NAME}(?:/{_NAME})*")


def read_text(path: Path) -> str:
    """A list's text. Raises FaceviewerError when it is missing, empty, too large, or not UTF-8."""
    try:
        return read_bounded(path, MAX_LIST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FaceviewerError(f"{path}: not UTF-8 text (byte {error.start})") from None


def names_in(folder: Path) -> set[str]:
    """Names of the files of a folder, but for hidden ones. Raises FaceviewerError."""
    try:
        return {name for name in os.listdir(folder) if not is_hidden(name)}
    except OSError as error:
        raise FaceviewerError(f"{folder}: the folder cannot be read ({error.strerror or error})") from None


def names_or_complaint(folder: Path, complaints: Complaints) -> set[str]:
    """As ``names_in``, but of a folder that cannot be read nothing: one locked folder does not cost the others."""
    try:
        return names_in(folder)
    except FaceviewerError as error:
        complaints.add("folders that cannot be read", str(error))
        return set()


def is_hidden(name: str) -> bool:
    """Whether a file is none of the data set's: macOS lays "._NAME.jpg" beside NAME.jpg in zips and on some disks."""
    return name.startswith(".")


def is_safe_key(key: str) -> bool:
    """Whether every part of a path with slashes is a plain name: not absolute, without ``..``, drives, backslashes."""
    return _KEY.fullmatch(key) is not None


class Complaints:
    """Collects what is wrong with a data set: the first few sentences of each kind, and how many more there are."""

    def __init__(self) -> None:
        self._told: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}

    def add(self, kind: str, sentence: str) -> None:
        """``kind`` is said of those beyond the first: "... 17 more <kind>"."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        if self._counts[kind] <= MAX_TOLD:
            self._told.setdefault(kind, []).append(sentence)

    def sentences(self) -> tuple[str, ...]:
        return tuple(self._all())

    def refusal(self, where: Path, reason: str) -> FaceviewerError:
        """The error of a list of which nothing is left, with the first sentence, which is the only one to be heard."""
        first = next((sentence.removeprefix(f"{where}: ") for sentence in self._all()), None)
        return FaceviewerError(f"{where}: {reason}" + ("" if first is None else f"; {first}"))

    def _all(self) -> Iterator[str]:
        for kind, told in self._told.items():
            yield from told
            if self._counts[kind] > len(told):
                yield f"{self._counts[kind] - len(told)} more {kind}"


def shown(text: str) -> str:
    """A short printable form of what a list says."""
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "...")
