"""What a file says of one face, brought to one form: known attributes checked, everything else kept as text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from faceviewer.types import FaceviewerError

MAX_OTHERS, MAX_TEXT = 40, 200
_NAMES = {
    "gender": "gender", "sex": "gender", "age": "age", "beard": "beard", "baldness": "baldness", "bald": "baldness",
    "expression": "expression", "smile": "expression", "glasses": "glasses", "pitch": "pitch", "yaw": "yaw",
}  # fmt: skip
_RANGES = {
    "age": (0.0, 150.0), "beard": (0.0, 1.0), "baldness": (0.0, 1.0), "expression": (0.0, 1.0),
    "pitch": (-180.0, 180.0), "yaw": (-180.0, 180.0),
}  # fmt: skip
_FEMALE, _MALE = {"0", "f", "female", "woman"}, {"1", "m", "male", "man"}
_NO_GLASSES = {"0", "no", "none", "false", "noglasses", "no_glasses"}
_GLASSES = {
    "1", "yes", "true", "glasses", "readingglasses", "reading_glasses", "sunglasses", "sun_glasses",
    "swimminggoggles", "swimming_goggles",
}  # fmt: skip
_CORRESPONDENCE = re.compile(
    r"ffhq|^(orig(inal)?|source|src)([_ -]|$)|^((image|img|photo)[_ -]?)?(id|idx|index|indices|number)$", re.IGNORECASE
)
"""Keys that lead to a face of FFHQ, which the data set's authors ask not to look for."""
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Told:
    """What one file says of one face."""

    known: Mapping[str, str | float | bool]
    """Name of ``ATTRIBUTES`` -> value."""
    others: Mapping[str, str]
    """Unknown keys, and known ones whose values make no sense, as text."""
    odd: tuple[str, ...] = ()
    """The known ones among ``others``."""


def told_by(record: Any) -> Told:
    """Read an object of JSON; objects in it are taken apart. Raises FaceviewerError when it is no object.

    Values may be text or numbers. Keys that lead to a face of FFHQ are left out.
    """
    if not isinstance(record, dict):
        raise FaceviewerError("an object expected")
    known: dict[str, str | float | bool] = {}
    others: dict[str, str] = {}
    odd: list[str] = []
    for key, value in _leaves(record, "", 0):
        last = key.rpartition(".")[2]
        name = _NAMES.get(last.strip().casefold())
        if name is not None and name not in known and (read := _read(name, value)) is not None:
            known[name] = read
        elif value is not None and not _CORRESPONDENCE.search(last) and len(others) < MAX_OTHERS:
            others[_text(key)] = _text(value)
            odd += [name] if name is not None and name not in known else []
    return Told(known, others, tuple(odd))


def told_by_face_api(answer: Mapping[str, Any]) -> Told:
    """The same from an answer of the Face API; only what the index knows, the rest is for ``show``."""
    face = _inner(answer, "face_attributes")
    if not face:
        return Told({}, {})
    pose, hair, beard = _inner(face, "head_pose"), _inner(face, "hair"), _inner(face, "facial_hair")
    values = {
        "gender": face.get("gender"),
        "age": face.get("age"),
        "beard": beard.get("beard", 0.0),
        "baldness": hair.get("bald"),
        "expression": face.get("smile"),
        "glasses": face.get("glasses"),
        "pitch": pose.get("pitch"),
        "yaw": pose.get("yaw"),
    }
    return Told({name: read for name, value in values.items() if (read := _read(name, value)) is not None}, {})


def _inner(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = record.get(name)
    return value if isinstance(value, Mapping) else {}


def _leaves(value: dict[str, Any], above: str, depth: int) -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        if isinstance(item, dict) and depth < 3:
            yield from _leaves(item, f"{above}{key}.", depth + 1)
        else:
            yield f"{above}{key}", item


def _read(name: str, value: Any) -> str | float | bool | None:
    if name == "gender":
        return _choice(value, _FEMALE, _MALE, "female", "male")
    if name == "glasses":
        return _choice(value, _NO_GLASSES, _GLASSES, False, True)
    return _number(value, *_RANGES[name])


def _choice(value: Any, first: set[str], second: set[str], one: Any, other: Any) -> Any:
    if isinstance(value, bool | int | float) and value in (0, 1):
        return other if value else one
    text = value.strip().casefold() if isinstance(value, str) else ""
    text = text.removesuffix(".0").rpartition(".")[2]  # "1.0", "Gender.male"
    return one if text in first else other if text in second else None


def _number(value: Any, low: float, high: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and low <= number <= high else None


def _text(value: Any) -> str:
    try:
        text = value if isinstance(value, str) else repr(value)
    except (RecursionError, ValueError):  # ValueError: a number of very many digits
        text = "..."
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text[:MAX_TEXT])
