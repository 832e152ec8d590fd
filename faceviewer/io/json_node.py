"""JSON from a file that anyone may have written, read value by value with the place of every mistake.

Stricter than the standard library: UTF-8 only, no key twice, no NaN or Infinity, bounded size. Each reading method
returns a checked value or raises FaceviewerError, such as ``camera.K: 3 lists of 3 numbers expected``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from faceviewer.types import FaceviewerError

MAX_FILE_BYTES = 32 << 20
MAX_ITEMS = 2_000_000
MAX_TEXT = 4096


def read_json(path: Path) -> JsonNode:
    """The top object of a JSON file.

    Raises FaceviewerError when it is missing, too large or no JSON; callers put the file's name before the reason.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise FaceviewerError(f"cannot be read ({error.strerror or error})") from None
    return parse_json(data)


def parse_json(data: bytes) -> JsonNode:
    """The top object of JSON text; raises FaceviewerError as ``read_json``."""
    if len(data) > MAX_FILE_BYTES:
        raise FaceviewerError(f"larger than {MAX_FILE_BYTES} bytes")
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise FaceviewerError("not UTF-8 text") from None
    except RecursionError:
        raise FaceviewerError("nested too deeply") from None
    except ValueError as error:
        raise FaceviewerError(f"not JSON ({error})") from None
    if not isinstance(value, dict):
        raise FaceviewerError("not a JSON object")
    return JsonNode(value, "")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in pairs:
        if name in result:
            raise ValueError(f"key {name[:60]!r} occurs twice")
        result[name] = value
    return result


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")


class JsonNode:
    """One value and where it stands."""

    def __init__(self, value: Any, where: str) -> None:
        self._value = value
        self._where = where

    def fail(self, reason: str) -> NoReturn:
        """Raise FaceviewerError with this node's place."""
        raise FaceviewerError(f"{self._where}: {reason}" if self._where else reason)

    def __getitem__(self, key: str) -> JsonNode:
        if not isinstance(self._value, dict):
            self.fail("an object expected")
        if key not in self._value:
            raise FaceviewerError(f"{self._place(key)} is missing")
        return JsonNode(self._value[key], self._place(key))

    def __contains__(self, key: str) -> bool:
        return isinstance(self._value, dict) and key in self._value

    def items(self) -> Iterator[tuple[str, JsonNode]]:
        """The members of an object; their names are no longer than ``MAX_TEXT``."""
        if not isinstance(self._value, dict):
            self.fail("an object expected")
        for key, value in self._value.items():
            yield JsonNode(key, f"a name in {self._where}").text(), JsonNode(value, self._place(key))

    def elements(self) -> Iterator[JsonNode]:
        """The members of a list."""
        for number, value in enumerate(self._list()):
            yield JsonNode(value, f"{self._where}[{number}]")

    def text(self) -> str:
        if not isinstance(self._value, str) or len(self._value) > MAX_TEXT or not _is_encodable(self._value):
            self.fail(f"text of at most {MAX_TEXT} characters expected")
        return self._value

    def texts(self) -> tuple[str, ...]:
        return tuple(JsonNode(item, self._where).text() for item in self._list())

    def file_name(self) -> str:
        """A plain name of a file beside this one: no path, nothing that leads elsewhere."""
        name = self.text()
        if name in ("", ".", "..") or set(name) & set('/\\:\0"<>|?*'):
            self.fail("a plain file name expected")
        return name

    def choice(self, *allowed: str) -> str:
        value = self.text()
        if value not in allowed:
            self.fail(f"one of {', '.join(allowed)} expected")
        return value

    def integer(self, low: int, high: int) -> int:
        if type(self._value) is not int or not low <= self._value <= high:
            self.fail(f"a whole number from {low} to {high} expected")
        return self._value

    def number(self) -> float:
        return float(self._floats([self._value], "a number")[0])

    def flag(self) -> bool:
        if not isinstance(self._value, bool):
            self.fail("true or false expected")
        return self._value

    def is_null(self) -> bool:
        return self._value is None

    def numbers(self, count: int | None = None) -> np.ndarray:
        """(count,) float64, all finite; any count when None."""
        return self._floats(self._list(count), f"{'' if count is None else count} numbers".strip())

    def rows(self, count: int | None, columns: int) -> np.ndarray:
        """(count, columns) float64, all finite."""
        what = f"{'' if count is None else count} lists of {columns} numbers".strip()
        return self._floats(self._flat(count, columns, what), what).reshape(-1, columns)

    def ids(self, below: int) -> np.ndarray:
        """(n,) int32, each from 0 and less than ``below``."""
        return self._ids(self._list(), below, f"whole numbers from 0 to {below - 1}")

    def id_rows(self, count: int, columns: int, below: int) -> np.ndarray:
        """(count, columns) int32, each from 0 and less than ``below``."""
        what = f"{count} lists of {columns} whole numbers from 0 to {below - 1}"
        return self._ids(self._flat(count, columns, what), below, what).reshape(-1, columns)

    def flags(self, count: int) -> np.ndarray:
        """(count,) bool."""
        values = self._list(count)
        if set(map(type, values)) - {bool}:
            self.fail(f"{count} times true or false expected")
        return np.array(values, bool)

    def _place(self, key: str) -> str:
        shown = key if len(key) <= 60 else key[:57] + "..."
        return f"{self._where}.{shown}" if self._where else shown

    def _list(self, count: int | None = None) -> list[Any]:
        if not isinstance(self._value, list):
            self.fail("a list expected")
        if len(self._value) > MAX_ITEMS:
            self.fail(f"more than {MAX_ITEMS} values")
        if count is not None and len(self._value) != count:
            self.fail(f"a list of {count} expected, it has {len(self._value)}")
        return self._value

    def _flat(self, count: int | None, columns: int, what: str) -> list[Any]:
        rows = self._list(count)
        if not all(isinstance(row, list) and len(row) == columns for row in rows):
            self.fail(f"{what} expected")
        return list(chain.from_iterable(rows))

    def _floats(self, values: list[Any], what: str) -> np.ndarray:
        if set(map(type, values)) - {int, float}:
            self.fail(f"{what} expected")
        try:
            array = np.array(values, np.float64)
        except OverflowError:
            array = np.array([np.inf])
        if not np.isfinite(array).all():
            self.fail("a number is too large")
        return array

    def _ids(self, values: list[Any], below: int, what: str) -> np.ndarray:
        if set(map(type, values)) - {int} or (values and not (min(values) >= 0 and max(values) < below)):
            self.fail(f"{what} expected")
        return np.array(values, np.int32)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
