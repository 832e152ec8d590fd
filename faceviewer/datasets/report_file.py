"""What a check of a data set found, as a file for people or for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from faceviewer.io.atomic import write_atomically


class Report(Protocol):
    """What can be written both ways."""

    def as_json(self) -> str: ...

    def as_csv(self) -> str: ...


def write_report(report: Report, path: Path) -> None:
    """Write it as ``.json`` or ``.csv``. Raises ValueError for other suffixes, FaceviewerError as any writing."""
    texts = {".json": report.as_json, ".csv": report.as_csv}
    if path.suffix.lower() not in texts:
        raise ValueError(f"{path}: reports are written as .json or .csv")
    text = texts[path.suffix.lower()]()
    write_atomically(path, lambda target: target.write_text(text, "utf-8", "surrogateescape", newline=""))
