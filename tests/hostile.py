"""Files that attack their reader, built opcode by opcode. Each would touch ``mark`` if any of it ran."""

from __future__ import annotations

import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np


class Calls:
    """Pickles as a call of ``function``."""

    def __init__(self, function: Callable, *arguments: object) -> None:
        self._reduced = (function, arguments)

    def __reduce__(self):
        return self._reduced


def calling(name: str, *arguments: object) -> bytes:
    """A pickle (protocol 2) that calls the global "module name" with ``arguments``, all of them plain."""
    body = pickle.dumps(tuple(arguments), 2)[2:-1]
    return b"\x80\x02c" + name.replace(" ", "\n").encode() + b"\n" + body + b"R."


def naming(name: str) -> bytes:
    """A pickle (protocol 4) that only names the global "module name", on the stack."""
    module, attribute = (b"\x8c" + bytes([len(part)]) + part.encode() for part in name.split(" "))
    return b"\x80\x04" + module + attribute + b"\x93."


def attacks(mark: Path) -> dict[str, tuple[bytes, str]]:
    """Name -> (pickle, what the refusal must say)."""
    shell = f"touch {mark}"
    python = f"open({str(mark)!r}, 'w')"
    chain = (
        b"\x80\x02c__builtin__\ngetattr\n(c__builtin__\n__import__\n(U\x02ostRU\x06systemtR(U"
        + bytes([len(shell)]) + shell.encode() + b"tR."
    )  # fmt: skip
    return {
        "os.system": (pickle.dumps(Calls(os.system, shell)), f"{os.system.__module__}.system"),
        "os.system, protocol 0": (pickle.dumps(Calls(os.system, shell), 0), f"{os.system.__module__}.system"),
        "eval": (pickle.dumps(Calls(eval, python)), "builtins.eval"),
        "exec by its old name": (calling("__builtin__ exec", python), "__builtin__.exec"),
        "INST": (b"(S'" + shell.encode() + b"'\nios\nsystem\n.", "os.system"),
        "OBJ": (b"(cos\nsystem\nS'" + shell.encode() + b"'\no.", "os.system"),
        "chain of getattr": (chain, "__builtin__.getattr"),
        "dotted attribute": (naming("numpy ndarray.__init__.__globals__"), "numpy.ndarray.__init__.__globals__"),
        "attribute of an allowed module": (
            naming("numpy.core.multiarray sys.modules"),
            "numpy.core.multiarray.sys.modules",
        ),
        "operator.attrgetter": (calling("operator attrgetter", "system"), "operator.attrgetter"),
        "functools.partial": (naming("functools partial"), "functools.partial"),
        "subprocess": (calling("subprocess check_output", ["touch", str(mark)]), "subprocess.check_output"),
        "importlib": (calling("importlib import_module", "os"), "importlib.import_module"),
        "numpy.load": (calling("numpy load", str(mark), None, True), "numpy.load"),
        "numpy.memmap": (calling("numpy memmap", str(mark), "u1", "w+", 0, (1,)), "numpy.memmap"),
        "numpy.testing": (calling("numpy.testing._private.utils runstring", python, {}), "runstring"),
        "numpy.fromfile": (calling("numpy fromfile", "/etc/hostname"), "numpy.fromfile"),
        "numpy.save": (calling("numpy save", str(mark), 1), "numpy.save"),
        "torch.load": (calling("torch load", str(mark)), "torch.load"),
        "torch.jit": (calling("torch.jit load", str(mark)), "torch.jit.load"),
        "line break in a name": (naming("os system\nfoo"), "os.system"),
        "extension 1": (b"\x80\x02\x82\x01.", "EXT1"),
        "extension 4": (b"\x80\x02\x84\x01\x00\x00\x00.", "EXT4"),
        "persistent id": (b"\x80\x02U\x01kQ.", "outside|way that torch does not"),
        "persistent id, text": (b"Pk\n.", "outside|way that torch does not"),
        "out-of-band buffer": (b"\x80\x05\x97.", "NEXT_BUFFER"),
        "NEWOBJ": (b"\x80\x02cnumpy\nndarray\n)\x81.", "NEWOBJ"),
        "BUILD of a dict": (b"\x80\x02}}U\x01aK\x01sb.", "state"),
        "BUILD of a class": (b"\x80\x02cnumpy\ndtype\n}U\x01aK\x01sb.", "state"),
        "call of a string": (b"\x80\x02U\x01a)R.", "not a function"),
        "call without a tuple": (b"\x80\x02cnumpy\ndtype\nK\x01R.", "not a function"),
        "append to a global": (b"\x80\x02cnumpy\ndtype\nK\x01a.", "not a list"),
        "items of a global": (b"\x80\x02cnumpy\ndtype\nK\x01K\x02s.", "not a dict"),
        "unhashable key": (b"\x80\x02}]K\x02s.", "keys"),
        "global as a value": (b"\x80\x02cnumpy\ndtype\n.", "not plain"),
        "memo without end": (b"\x80\x02Nr\xff\xff\xff\x7f" + b"j\xfe\xff\xff\x7f.", "damaged"),
        "bytes of 2^62": (b"\x80\x04\x8e" + struct.pack("<Q", 1 << 62) + b"x.", "truncated"),
        "text of 2^31": (b"\x80\x02X" + struct.pack("<I", (1 << 31) - 1) + b"x.", "truncated"),
        "frame of 2^62": (b"\x80\x04\x95" + struct.pack("<Q", 1 << 62) + b"N", "truncated"),
        "huge number": (b"\x80\x02\x8b" + struct.pack("<i", 1000) + b"\x7f" * 1000 + b".", "too large"),
        "deep nesting": (b"\x80\x02" + b"]" * 50_000 + b"a" * 49_999 + b".", "nested"),
        "deep tuples": (b"\x80\x02N" + b"\x85" * 50_000 + b".", "nested"),
        "list in itself": (b"\x80\x02]q\x00h\x00a.", "nested"),
        "a billion laughs": (_laughs(), "nested"),
        "empty stack": (b"\x80\x020.", "damaged"),
        "mark without end": (b"\x80\x02(((", "truncated"),
        "no stop": (b"\x80\x02N", "truncated|exhausted"),
        "unknown opcode": (b"\x80\x02\xff.", "damaged"),
        "array of 10^12": (array_pickle((10**12,), b"x"), "size that its shape says"),
        "array of negative size": (array_pickle((-1, -8), b"12345678"), "proper shape"),
        "array in 10^6 dimensions": (array_pickle((1,) * 40, b"12345678"), "proper shape"),
        "array of objects from bytes": (array_pickle((1,), b"\x41" * 8, "O"), "does not fit"),
        "array of pointers": (array_pickle((1,), b"\x41" * 8, "V8"), "kind"),
        "number of objects": (_object_scalar(), "number that is none"),
        "dtype by an expression": (calling("numpy dtype", "f8,O"), "kind"),
        "subclass of array": (
            calling("numpy.core.multiarray _reconstruct", "C", (0,), b"b"),
            "class of its own|encode",
        ),
        "codec": (calling("_codecs encode", "x", "rot13"), "another encoding"),
    }


def array_pickle(shape: tuple[int, ...], data: bytes, code: str = "f8") -> bytes:
    """A pickle of an array in numpy's way, with whatever shape and content are claimed."""
    dtype = (
        b"cnumpy\ndtype\n" + _plain((code, False, True)) + b"R" + _plain((3, "<", None, None, None, -1, -1, 0)) + b"b"
    )
    begun = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n" + _plain((0,)) + _plain(b"b") + b"\x87R"
    return b"\x80\x03" + begun + b"(K\x01" + _plain(shape) + dtype + b"\x89" + _plain(data) + b"tb."


def npy_of(payload: bytes, shape: str = "()") -> bytes:
    """A ``.npy`` of objects with the given pickle."""
    text = f"{{'descr': '|O', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + payload


def npy_bytes(value: object) -> bytes:
    """As numpy saves ``value`` with its pickles allowed."""
    from io import BytesIO

    stream = BytesIO()
    np.save(stream, np.array(value, dtype=object) if isinstance(value, dict) else value, allow_pickle=True)
    return stream.getvalue()


def _plain(value: object) -> bytes:
    return pickle.dumps(value, 3)[2:-1]


def _laughs() -> bytes:
    steps = b"".join(b"](" + (b"h" + bytes([i])) * 10 + b"eq" + bytes([i + 1]) for i in range(20))
    return b"\x80\x02U\x03haqq\x00" + steps + b"."


def _object_scalar() -> bytes:
    dtype = b"cnumpy\ndtype\n" + _plain(("O", False, True)) + b"R"
    return b"\x80\x03cnumpy.core.multiarray\nscalar\n" + dtype + _plain(b"\x41" * 8) + b"\x86R."
