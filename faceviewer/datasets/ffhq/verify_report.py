"""What a check of a data set's files found: as a table, JSON and CSV."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path

from faceviewer.datasets.ffhq.check_file import DAMAGES, PROBLEMS, Problem
from faceviewer.datasets.ffhq.facts import Kind
from faceviewer.io.csv_text import plain_cell

SCHEMA = "faceviewer.ffhq-verification/1"


@dataclass(frozen=True)
class Finding:
    """One file that is not as it should be."""

    kind: Kind
    number: int
    """-1 for surplus files."""
    path: str
    """From the data set's folder."""
    problem: Problem
    detail: str

    @property
    def sentence(self) -> str:
        return f"{self.path}: {self.problem}" + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True)
class KindReport:
    """One of the picture folders."""

    kind: Kind
    folder: str
    checked: int
    copies_of: tuple[int, int] | None = None
    """(width, height) when these are copies of another size than the metadata say; they are only opened then."""


@dataclass(frozen=True)
class VerifyReport:
    """The whole."""

    root: str
    json_sha256: str
    quick: bool
    kinds: tuple[KindReport, ...]
    """Those of which there is a folder."""
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Whether no file is missing or damaged; surplus and re-encoded ones do no harm."""
        return not any(finding.problem in DAMAGES for finding in self.findings)

    def counts(self, kind: Kind) -> dict[str, int]:
        """Problem -> number of files of a kind, for all of ``PROBLEMS``; and "whole"."""
        counted = Counter(finding.problem for finding in self.findings if finding.kind == kind)
        checked = sum(report.checked for report in self.kinds if report.kind == kind)
        whole = checked - sum(number for problem, number in counted.items() if problem != "surplus")
        return {"whole": whole, **{problem: counted[problem] for problem in PROBLEMS}}

    def table(self) -> list[tuple[str, ...]]:
        """Rows of texts, the first the headings; one per folder."""
        rows: list[tuple[str, ...]] = [("folder", "files", "whole", *PROBLEMS)]
        for report in self.kinds:
            counts = self.counts(report.kind)
            rows.append((Path(report.folder).name, str(report.checked), *map(str, counts.values())))
        return rows

    def as_json(self) -> str:
        kinds = [{**asdict(report), "counts": self.counts(report.kind)} for report in self.kinds]
        findings = [asdict(finding) for finding in self.findings]
        about = {"schema": SCHEMA, "root": self.root, "json_sha256": self.json_sha256, "quick": self.quick}
        return json.dumps({**about, "sound": self.is_sound, "folders": kinds, "findings": findings}, indent=1) + "\n"

    def as_csv(self) -> str:
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["kind", "number", "path", "problem", "detail"])
        for one in self.findings:
            texts = map(plain_cell, (one.path, one.problem, one.detail))
            writer.writerow([one.kind, one.number if one.number >= 0 else "", *texts])
        return text.getvalue()
