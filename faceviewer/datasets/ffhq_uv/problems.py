"""What is wrong with a folder, each thing named once; nothing of it is fatal."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from faceviewer.datasets.ffhq_uv.database import Database

ProblemKind = Literal[
    "folder", "meta-info", "missing map", "no meta-info", "twice", "odd value", "project", "attributes"
]
DAMAGES: tuple[ProblemKind, ...] = ("folder", "meta-info", "project", "attributes")
"""The others only mean that something is not there, or told oddly."""
MAX_KEPT = 1000
"""Of one kind in one part; of more, only the number is kept."""


@dataclass(frozen=True)
class Problem:
    """One thing and what is wrong with it."""

    kind: ProblemKind
    part: str
    subject: str
    """The id, file or folder."""
    reason: str

    @property
    def sentence(self) -> str:
        return f"{self.subject}: {self.reason}"


class Problems:
    """Collects the problems of one part anew."""

    def __init__(self, database: Database, part: str) -> None:
        self._database, self._part = database, part
        self._seen: set[tuple[str, str]] = set()
        self._counts: Counter[str] = Counter()
        self._rows: list[tuple[str, str, str, str]] = []

    @property
    def is_told(self) -> bool:
        return bool(self._counts)

    def add(self, kind: ProblemKind, subject: str, reason: str) -> None:
        if (kind, subject) in self._seen:
            return
        self._counts[kind] += 1
        if self._counts[kind] <= MAX_KEPT:
            self._seen.add((kind, subject))
            self._rows.append((kind, self._part, _storable(subject), _storable(reason)))

    def add_counted(self, kind: ProblemKind, count: int, some: list[tuple[str, str]]) -> None:
        """Many of a kind, of which ``some`` are named: (subject, reason)."""
        for subject, reason in some[:MAX_KEPT]:
            self.add(kind, subject, reason)
        self._counts[kind] = max(self._counts[kind], count)

    def store(self) -> None:
        """Put them in the place of those from before."""
        for table in ("problems", "problem_counts"):
            self._database.write(f"DELETE FROM {table} WHERE part = ?", [self._part])
        self._database.write_many("INSERT OR IGNORE INTO problems VALUES (?, ?, ?, ?)", self._rows)
        counts = [(kind, self._part, count) for kind, count in self._counts.items() if count]
        self._database.write_many("INSERT INTO problem_counts VALUES (?, ?, ?)", counts)


def _storable(text: str) -> str:
    return text[:400].encode("utf-8", "backslashreplace").decode()
