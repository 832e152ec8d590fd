"""Reading pickles without Python's unpickler: nothing that a pickle names is ever imported or called.

A pickle is a program for a small stack machine. This one knows the instructions that build plain data, and a table of
stand-ins for the few globals that its caller expects. Every other global or instruction ends the reading with a
``PickleRefused`` that names it. Memory is bounded by the size of the pickle: whatever is built lies in it, and what
stand-ins may copy of it, which a few bytes ask for again and again, is counted.
"""

from __future__ import annotations

import pickletools
import warnings
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

MAX_STEPS = 2_000_000
MAX_INTEGER_BITS = 128
MAX_COPIED_SHARE = 4
"""How often stand-ins may copy the bytes of a pickle, all their calls together ..."""
MAX_COPIED_BYTES = 1 << 20
"""... besides so much, for small ones."""
_DICT_ENTRY_BYTES = 24
_MAX_SHOWN = 100

_VALUES = frozenset(
    {
        *("INT", "LONG", "LONG1", "LONG4", "BININT", "BININT1", "BININT2", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
        *("UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"),
    }
)
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_SHORT_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_STORES = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_FETCHES = frozenset({"GET", "BINGET", "LONG_BINGET"})


class PickleRefused(ValueError):
    """A pickle that is damaged, or asks for what it is not allowed; the text goes behind the file's name."""


class Inert:
    """Base of the stand-ins for objects, the only ones that a pickle may give a state to."""

    def __setstate__(self, state: object) -> None:
        raise PickleRefused(f"gives a state to a {type(self).__name__.lower()}, which has none")


class PickleMachine:
    """Reads pickles with ``symbols``, full names of globals to stand-ins that are called where the pickle calls them.

    ``persistent`` answers references to data beside the pickle, ``new_object`` makes the object of a stand-in for a
    class with its arguments; without them such references and objects are refused.
    """

    def __init__(
        self,
        symbols: Mapping[str, Callable[..., Any]],
        persistent: Callable[[Any], Any] | None = None,
        *,
        new_object: Callable[[Any, Any], Inert] | None = None,
    ) -> None:
        self._symbols = symbols
        self._new_object = new_object
        self._callable = {id(stand_in) for stand_in in symbols.values()}
        self._persistent = persistent

    def read(self, stream: BytesIO) -> Any:
        """The object of the pickle at the stream's position, which moves behind it. Raises ``PickleRefused``.

        Use ``plain`` on the result: stand-ins are still in it, and it may refer to itself.
        """
        self._stack: list[Any] = []
        self._outer: list[list[Any]] = []
        self._memo: dict[int, Any] = {}
        with stream.getbuffer() as buffer:
            self._budget = MAX_COPIED_SHARE * (len(buffer) - stream.tell()) + MAX_COPIED_BYTES
        try:
            with warnings.catch_warnings(action="ignore"):  # about odd escapes in text
                return self._run(stream)
        except PickleRefused:
            raise
        except (ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError) as error:
            raise PickleRefused(f"is truncated or damaged ({_shortened(str(error))})") from None

    def _run(self, stream: BytesIO) -> Any:
        for number, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
            if opcode.name == "STOP":
                return self._stack.pop()
            if number >= MAX_STEPS:
                raise PickleRefused(f"takes more than {MAX_STEPS} steps to read")
            self._step(opcode.name, argument)
        raise PickleRefused("is truncated")

    def _step(self, name: str, argument: Any) -> None:
        stack = self._stack
        if name in _VALUES:
            stack.append(_bounded(argument))
        elif name in _STORES:
            self._memo[argument] = stack[-1]
        elif name in _FETCHES:
            stack.append(self._memo[argument])
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name in _SHORT_TUPLES:
            count = _SHORT_TUPLES[name]
            stack[-count:] = [_exactly(tuple(stack[-count:]), count)]
        else:
            self._rare_step(name, argument)

    def _rare_step(self, name: str, argument: Any) -> None:
        stack = self._stack
        match name:
            case "PROTO" | "FRAME":
                pass
            case "MEMOIZE":
                self._memo[len(self._memo)] = stack[-1]
            case "MARK":
                self._outer.append(stack)
                self._stack = []
            case "EMPTY_LIST":
                stack.append([])
            case "EMPTY_DICT":
                stack.append({})
            case "TUPLE" | "LIST" | "DICT":
                items = self._since_mark()
                self._stack.append(_collected(name, items))
            case "APPEND":
                item = stack.pop()
                _list(stack[-1]).append(item)
            case "APPENDS":
                items = self._since_mark()
                _list(self._stack[-1]).extend(items)
            case "SETITEM":
                item, key = stack.pop(), stack.pop()
                _set_items(stack[-1], [key, item])
            case "SETITEMS":
                items = self._since_mark()
                _set_items(self._stack[-1], items)
            case "POP":
                stack.pop()
            case "POP_MARK":
                self._since_mark()
            case "GLOBAL":
                stack.append(self._global(argument.replace(" ", ".", 1)))
            case "STACK_GLOBAL":
                attribute, module = stack.pop(), stack.pop()
                stack.append(self._global(f"{module}.{attribute}"))
            case "REDUCE":
                arguments = stack.pop()
                stack[-1] = self._called(stack[-1], arguments)
            case "BUILD":
                state = stack.pop()
                self._count_copies(state if type(state) is tuple else (state,))
                _give_state(stack[-1], state)
            case "NEWOBJ" if self._new_object is not None:
                arguments = stack.pop()
                stack[-1] = self._new_object(stack[-1], arguments)
            case "PERSID" | "BINPERSID":
                reference = stack.pop() if name == "BINPERSID" else argument
                stack.append(self._fetched(reference))
            case "INST":
                self._global(argument.replace(" ", ".", 1))
                raise PickleRefused("makes an object by INST, an instruction that plain data does not need")
            case _:
                raise PickleRefused(f"uses the instruction {name}, which plain data does not need")

    def _global(self, name: str) -> Callable[..., Any]:
        try:
            return self._symbols[name]
        except KeyError:
            raise PickleRefused(f"asks for {_shortened(name)}, which could run code") from None

    def _called(self, function: Any, arguments: Any) -> Any:
        if id(function) not in self._callable or type(arguments) is not tuple:
            raise PickleRefused("calls something that is not a function")
        self._count_copies(arguments)
        return function(*arguments)

    def _count_copies(self, arguments: tuple[Any, ...]) -> None:
        """As if stand-ins copied all that they are given; bytes they keep, and numbers are small."""
        for argument in arguments:
            if isinstance(argument, str | bytearray):
                self._budget -= len(argument)
            elif isinstance(argument, dict):
                self._budget -= _DICT_ENTRY_BYTES * len(argument)
        if self._budget < 0:
            raise PickleRefused("asks for much more memory than it has bytes")

    def _fetched(self, reference: Any) -> Any:
        if self._persistent is None:
            raise PickleRefused("refers to data outside of itself")
        return self._persistent(reference)

    def _since_mark(self) -> list[Any]:
        items = self._stack
        self._stack = self._outer.pop()
        return items


def _bounded(value: Any) -> Any:
    if type(value) is int and value.bit_length() > MAX_INTEGER_BITS:
        raise PickleRefused("holds a number that is too large")
    return value


def _exactly(items: tuple[Any, ...], count: int) -> tuple[Any, ...]:
    if len(items) != count:
        raise PickleRefused("is damaged (its stack is too short)")
    return items


def _collected(name: str, items: list[Any]) -> Any:
    if name == "DICT":
        collected: dict[Any, Any] = {}
        _set_items(collected, items)
        return collected
    return tuple(items) if name == "TUPLE" else items


def _list(target: Any) -> list[Any]:
    if type(target) is not list:
        raise PickleRefused("appends to something that is not a list")
    return target


def _set_items(target: Any, items: list[Any]) -> None:
    if not isinstance(target, dict):
        raise PickleRefused("sets items of something that is not a dict")
    keys = items[::2]
    if len(items) % 2 or not all(type(key) in (str, int) for key in keys):
        raise PickleRefused("has a dict whose keys are neither text nor whole numbers")
    target.update(zip(keys, items[1::2], strict=True))


def _give_state(target: Any, state: Any) -> None:
    if not isinstance(target, Inert):
        raise PickleRefused("gives a state to something that has none")
    target.__setstate__(state)


def _shortened(text: str) -> str:
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[: _MAX_SHOWN + 1])
    return shown if len(shown) <= _MAX_SHOWN else shown[:_MAX_SHOWN] + "..."
