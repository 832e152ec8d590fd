"""The members of one large JSON object, one after the other, in little memory.

The whole metadata would take 2 GB as nested dicts. Here the text is read in pieces, and each member's value is parsed
alone. A member that is no JSON is told and passed over; a text that ends early gives what is whole before its end.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn

PIECE_BYTES = 1 << 20
MAX_MEMBER_CHARACTERS = 4 << 20
"""Of one key with its value; the data set's have 4 thousand."""
_SPACE = " \t\n\r"
_NOT_SPACE = re.compile(r"[^ \t\n\r]")
_STRUCTURE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],"]', re.DOTALL)
_KEYS = json.JSONDecoder(strict=False)


@dataclass(frozen=True)
class Member:
    """One key with its value, or with the reason why it has none."""

    key: str
    value: Any
    problem: str = ""


@dataclass(frozen=True)
class End:
    """How the text ended: the last that is given."""

    problem: str = ""
    """Empty when the object is closed and nothing follows."""


class _Incomplete(Exception):
    """The piece at hand ends before the member does."""


def members(stream: BinaryIO, seen: Callable[[bytes], object]) -> Iterator[Member | End]:
    """The members of the top object in a stream of UTF-8 text, then its end. ``seen`` gets every piece that is read.

    Bytes that are no UTF-8 become lone surrogates. Raises OSError as the stream does, and nothing else.
    """
    text = _Text(stream, seen)
    if text.next_character() != "{":
        yield End("it does not begin with {" if text.character() else "it is empty")
        return
    text.skip(1)
    last, first = "", True
    while True:
        found = text.next_character()
        if found == "}" and first:
            break
        try:
            key, value, problem = text.member()
        except EOFError:
            yield End(f"it ends in the middle, {f'after the entry {last!r}' if last else 'before its first entry'}")
            return
        except ValueError as error:
            yield End(
                f"it cannot be followed {f'after the entry {last!r}' if last else 'from its beginning'} ({error})"
            )
            return
        yield Member(key, value, problem)
        last, first = key[:60], False
        if (found := text.next_character()) == "}":
            break
        if found != ",":
            yield End(f"it {'has no comma' if found else 'ends in the middle,'} after the entry {last!r}")
            return
        text.skip(1)
    text.skip(1)
    yield End("something follows its end" if text.next_character() else "")


class _Text:
    """A window over the stream that grows at its end and is cut at its beginning."""

    def __init__(self, stream: BinaryIO, seen: Callable[[bytes], object]) -> None:
        self._stream, self._seen = stream, seen
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self._text, self._at, self._ended = "", 0, False
        self._json = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)
        self._grow()
        self._text = self._text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")

    def character(self) -> str:
        return self._text[self._at : self._at + 1]

    def skip(self, count: int) -> None:
        self._at += count

    def next_character(self) -> str:
        """The next that is no white space, "" at the end."""
        while True:
            if found := _NOT_SPACE.search(self._text, self._at):
                self._at = found.start()
                return self.character()
            self._at = len(self._text)
            if not self._grow():
                return ""

    def member(self) -> tuple[str, Any, str]:
        """(key, value, problem) of the member that begins here.

        Raises EOFError when the text ends within it, ValueError when its end cannot be told.
        """
        while True:
            try:
                return self._member()
            except _Incomplete:
                if len(self._text) - self._at > MAX_MEMBER_CHARACTERS:
                    raise ValueError(f"an entry has more than {MAX_MEMBER_CHARACTERS} characters") from None
                if not self._grow():
                    raise EOFError from None

    def _member(self) -> tuple[str, Any, str]:
        key, at = self._key()
        try:
            value, end = self._json.raw_decode(self._text, at)
            if end == len(self._text) and not self._ended:
                raise _Incomplete  # a number could go on
            problem = ""
        except (ValueError, RecursionError) as error:
            end = self._end_of_value(at)
            value, problem = None, "nested too deeply" if isinstance(error, RecursionError) else _reason(error)
        self._at = end
        return key, value, problem

    def _key(self) -> tuple[str, int]:
        """The key that begins here, and where its value begins."""
        if self.character() != '"':
            raise ValueError("a key in quotation marks expected") if self.character() else _Incomplete
        quoted = _STRUCTURE.match(self._text, self._at)
        if quoted is None or len(quoted[0]) < 2:
            raise _Incomplete
        key, at = _KEYS.raw_decode(self._text, self._at)
        colon = _NOT_SPACE.search(self._text, at)
        if colon is None:
            raise _Incomplete
        if colon[0] != ":":
            raise ValueError(f"a colon expected after {key[:60]!r}")
        begin = _NOT_SPACE.search(self._text, colon.end())
        if begin is None:
            raise _Incomplete
        return key, begin.start()

    def _end_of_value(self, at: int) -> int:
        """Where a value that is no JSON ends: its brackets are counted, its strings passed over."""
        depth = 0
        for token in _STRUCTURE.finditer(self._text, at):
            if token[0] in "{[":
                depth += 1
            elif token[0] == '"':
                raise _Incomplete  # a string without its end
            elif token[0] in "}]":
                depth -= 1
                if depth <= 0:
                    return token.start() if depth < 0 else token.end()
            elif token[0] == "," and depth == 0:
                return token.start()
        raise _Incomplete

    def _grow(self) -> bool:
        """Read another piece; False at the end of the stream."""
        if self._ended:
            return False
        piece = self._stream.read(PIECE_BYTES)
        self._seen(piece)
        self._ended = not piece
        self._text = self._text[self._at :] + self._decode(piece, self._ended)
        self._at = 0
        return not self._ended


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a key occurs twice")
    return result


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")


def _reason(error: ValueError | RecursionError) -> str:
    """Without the place, which is that in a piece of the text."""
    return f"not JSON ({error.msg})" if isinstance(error, json.JSONDecodeError) else str(error)
