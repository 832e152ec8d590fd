"""The keys of a data set with hundreds of thousands of samples, held as one text and found by a checksum."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Sequence
from typing import overload

import numpy as np


class KeyTable(Sequence[str]):
    """A read-only sequence of unique keys that takes little more memory than their letters."""

    def __init__(self, keys: Iterable[str]) -> None:
        """Keys that come again are left out; ``repeated`` counts them. Keys must be encodable as UTF-8."""
        seen: set[str] = set()
        text, ends, sums = bytearray(), array("Q", [0]), array("L")
        repeated = 0
        for key in keys:
            if key in seen:
                repeated += 1
                continue
            seen.add(key)
            data = key.encode()
            text += data
            ends.append(len(text))
            sums.append(zlib.crc32(data))
        self.repeated = repeated
        self._text = bytes(text)
        self._ends = np.array(ends, np.int64)
        checksums = np.array(sums, np.uint32)
        self._order = np.argsort(checksums, kind="stable").astype(np.uint32)
        self._sorted = checksums[self._order]

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        at = range(len(self))[index]
        return self._text[self._ends[at] : self._ends[at + 1]].decode()

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._find(key) is not None

    def row(self, key: str) -> int:
        """The place of a key. Raises KeyError."""
        found = self._find(key)
        if found is None:
            raise KeyError(key)
        return found

    def _find(self, key: str) -> int | None:
        checksum = np.uint32(zlib.crc32(key.encode("utf-8", "surrogatepass")))
        low, high = (int(np.searchsorted(self._sorted, checksum, side)) for side in ("left", "right"))
        return next((int(at) for at in self._order[low:high] if self[int(at)] == key), None)
