"""``meta-info.json``, whose exact form nobody has described: read as far as it makes sense.

An object keyed by id, or a list of records that name their map; either may stand inside another object. What is damaged
is passed over, of a file that was cut off the whole records count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from faceviewer.io.input_file import open_input
from faceviewer.types import FaceviewerError

MAX_BYTES = 512 << 20
MAX_DAMAGES = 1000
"""After so many damaged places the rest is not read."""
_NAME_KEYS = ("uv_id", "uv", "uv_map", "uvmap", "name", "file", "filename", "file_name", "map", "path", "key", "id")
"""Where a record of a list may name its map, the first that is there."""
_SPACE = re.compile(r"[ \t\r\n]*")
_OPEN_WITH_OBJECT = re.compile(r'\[\s*\{|\{\s*"(?:[^"\\]|\\.){0,200}"\s*:\s*\{')
_NEXT_MEMBER = re.compile(r'[,{]\s*(?="((?:[^"\\]|\\.){1,200})"\s*:\s*\{)')
_NEXT_RECORD = re.compile(r"[,\[]\s*(?=\{)")
_DECODER = json.JSONDecoder(strict=False)


@dataclass(frozen=True)
class Record:
    """One face."""

    id: str
    """As the file names it, without folders and suffix."""
    value: dict[str, Any]


@dataclass(frozen=True)
class Trouble:
    """A place that makes no sense."""

    sentence: str


def read_records(path: Path) -> Iterator[Record | Trouble]:
    """All records of the file. Raises FaceviewerError when it cannot be read."""
    with open_input(path, "JSON file") as stream:
        try:
            data = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise FaceviewerError(f"{path}: it cannot be read ({error.strerror or error})") from error
    if len(data) > MAX_BYTES:
        raise FaceviewerError(f"{path}: it has more than {MAX_BYTES} bytes")
    return records_in(data.decode("utf-8-sig", "replace"))


def records_in(text: str) -> Iterator[Record | Trouble]:
    """As ``read_records``, from text. Raises nothing."""
    at = _after_space(text, 0)
    while found := _inner_start(text, at):
        at = found
    if text[at : at + 1] not in ("{", "["):
        yield Trouble("it is neither an object nor a list")
        return
    yield from _Walk(text, at, is_list=text[at] == "[").items()


def id_of(name: Any) -> str:
    """The id in what names a map: a number, an id, or a path of a file."""
    text = str(name) if isinstance(name, str | int) else ""
    return PurePosixPath(text.replace("\\", "/")).stem if text.lower().endswith((".png", ".jpg", ".jpeg")) else text


class _Walk:
    """Goes from one item of an object or a list to the next."""

    def __init__(self, text: str, at: int, *, is_list: bool) -> None:
        self._text, self._at, self._is_list = text, at, is_list
        self._last, self._opened = "", True

    def items(self) -> Iterator[Record | Trouble]:
        damages = 0
        while True:
            self._at = _after_space(self._text, self._at)
            found = self._text[self._at : self._at + 1]
            if found in ("}", "]"):
                return
            if not found:
                yield Trouble(f"it ends in the middle{self._place()}")
                return
            if found == "," or self._opened:
                self._at = _after_space(self._text, self._at + 1)
                self._opened = False
                if self._text[self._at : self._at + 1] in ("}", "]"):
                    continue
                try:
                    yield from self._item()
                    continue
                except (ValueError, RecursionError):
                    pass
            place, damages = self._place(), damages + 1
            if damages > MAX_DAMAGES or not self._resync():
                yield Trouble(f"it is damaged or ends in the middle{place}")
                return
            yield Trouble(f"it is damaged{place}")

    def _item(self) -> Iterator[Record | Trouble]:
        key: Any = None
        at = self._at
        if not self._is_list:
            key, at = _DECODER.raw_decode(self._text, at)
            at = _after_space(self._text, at)
            if not isinstance(key, str) or self._text[at : at + 1] != ":":
                raise ValueError("a key expected")
            at = _after_space(self._text, at + 1)
        value, self._at = _DECODER.raw_decode(self._text, at)
        if isinstance(value, dict):
            name = _name_in(value) if self._is_list else key
            self._last = id_of(name)[:60]
            yield Record(id_of(name), value) if self._last else Trouble(f"a record names no map{self._place()}")

    def _resync(self) -> bool:
        """Go to what looks like the beginning of the next item."""
        pattern = _NEXT_RECORD if self._is_list else _NEXT_MEMBER
        for found in pattern.finditer(self._text, self._at + 1):
            if not self._is_list and _has_digit(self._last) and not _has_digit(found[1]):
                continue  # an object within the damaged one
            self._at, self._opened = found.start(), True  # what begins an item there counts as a comma
            return True
        return False

    def _place(self) -> str:
        return f" after {self._last!r}" if self._last else " at its beginning"


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _name_in(record: dict[str, Any]) -> Any:
    folded = {key.casefold(): value for key, value in record.items()}
    return next((folded[key] for key in _NAME_KEYS if isinstance(folded.get(key), str | int)), None)


def _inner_start(text: str, at: int) -> int:
    """Where the records begin when an object only wraps them, else 0."""
    if text[at : at + 1] != "{":
        return 0
    try:
        key, end = _DECODER.raw_decode(text, _after_space(text, at + 1))
    except (ValueError, RecursionError):
        return 0
    colon = _after_space(text, end)
    begin = _after_space(text, colon + 1)
    is_wrapped = isinstance(key, str) and text[colon : colon + 1] == ":" and _OPEN_WITH_OBJECT.match(text, begin)
    return begin if is_wrapped else 0


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
