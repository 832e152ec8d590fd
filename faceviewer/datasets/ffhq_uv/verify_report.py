"""What a check of the maps found: as counts, JSON and CSV."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import StringIO
from typing import Literal

from faceviewer.datasets.ffhq_uv.problems import DAMAGES, Problem
from faceviewer.io.csv_text import plain_cell

SCHEMA = "faceviewer.ffhq-uv-verification/1"
MapProblem = Literal["", "missing", "damaged", "other size", "other pixels"]
MAP_PROBLEMS: tuple[MapProblem, ...] = ("missing", "damaged", "other size", "other pixels")


@dataclass(frozen=True)
class Finding:
    """One map that is not as published."""

    part: str
    id: str
    path: str
    problem: MapProblem
    detail: str

    @property
    def sentence(self) -> str:
        return f"{self.path}: {self.problem}" + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True)
class VerifyReport:
    """The whole."""

    root: str
    checked: int
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    """What the index found, the first thousand of each kind."""
    problem_counts: Mapping[str, int]

    @property
    def is_sound(self) -> bool:
        """Whether every map can be used and every file be read; other sizes do no harm."""
        lost = any(finding.problem in ("missing", "damaged") for finding in self.findings)
        return not lost and not any(problem.kind in DAMAGES for problem in self.problems)

    def counts(self) -> dict[str, int]:
        """Kind of problem -> how many; "whole" first."""
        counted = Counter(finding.problem for finding in self.findings)
        whole = self.checked - len(self.findings)
        return {"whole": whole, **{name: counted[name] for name in MAP_PROBLEMS}, **self.problem_counts}

    def as_json(self) -> str:
        about = {"schema": SCHEMA, "root": self.root, "sound": self.is_sound, "checked": self.checked}
        lists = {"maps": self.findings, "problems": self.problems}
        listed = {name: [asdict(one) for one in found] for name, found in lists.items()}
        return json.dumps({**about, "counts": self.counts(), **listed}, indent=1) + "\n"

    def as_csv(self) -> str:
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["part", "subject", "problem", "detail"])
        found = ((one.part, one.path, one.problem, one.detail) for one in self.findings)
        told = ((one.part, one.subject, one.kind, one.reason) for one in self.problems)
        writer.writerows(map(plain_cell, line) for line in (*found, *told))
        return text.getvalue()
