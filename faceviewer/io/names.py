"""File names that every system and every 3D program takes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

MAX_BYTES = 120
"""Longest slug of a photo's name in UTF-8."""

MAX_STEM_BYTES = 200
"""Longest with what follows a photo's name (``_2_face12``); ``_overlay.png`` stays within file systems' 255 bytes."""

_RESERVED = re.compile(r"(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)")
_LATIN = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
    | {"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i"}
)


def slug(stem: str, *, max_bytes: int = MAX_BYTES) -> str:
    """A safe file stem for ``stem``: itself where it is safe already.

    Letters and digits of every script stay, accents on Latin letters go, each run of anything else becomes one ``_``.
    Never empty, hidden, reserved on Windows or longer than ``max_bytes``; a name that is cut ends in a digest of the
    whole. ``slug(slug(s)) == slug(s)``.
    """
    composed = unicodedata.normalize("NFKC", stem).translate(_LATIN)
    text = "".join(_without_accent(character) for character in composed)
    text = "".join(character if _is_safe(character) else "\0" for character in text)
    text = re.sub("\0+", "_", text).lstrip(".-").rstrip(".")
    if not any(character.isalnum() for character in text):
        return "photo"
    if _RESERVED.match(text):
        text = "_" + text
    return text if len(text.encode()) <= max_bytes else _shortened(text, max_bytes)


def unique_slugs(stems: Iterable[str]) -> list[str]:
    """One slug per stem, in order, no two equal even where upper and lower case count as the same.

    Repeated ones get ``_2``, ``_3`` ... in the order given, so the same list gives the same names.
    """
    used: set[str] = set()
    last_number: dict[str, int] = {}
    slugs = []
    for stem in stems:
        first = candidate = slug(stem)
        while candidate.casefold() in used:
            number = last_number[first.casefold()] = last_number.get(first.casefold(), 1) + 1
            candidate = f"{first}_{number}"
        used.add(candidate.casefold())
        slugs.append(candidate)
    return slugs


def _without_accent(character: str) -> str:
    base, *marks = unicodedata.normalize("NFD", character)
    return base if marks and unicodedata.name(base, "").startswith("LATIN") else character


def _is_safe(character: str) -> bool:
    return character in "_-." or unicodedata.category(character)[0] in "LMN"


def _shortened(text: str, max_bytes: int) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return text.encode()[: max_bytes - 9].decode("utf-8", "ignore") + "-" + digest
