"""A run as files in a folder: all of them, or none."""

from __future__ import annotations

from pathlib import Path

from faceviewer.evaluation.run import Run
from faceviewer.evaluation.summary import Summary
from faceviewer.evaluation.tables import JOURNAL, REPORT, SUMMARY, TABLE, TABLE_CSV, table_csv, table_json
from faceviewer.io.atomic import AtomicFileSet


def write_run(folder: Path, run: Run, summary: Summary, report: str) -> None:
    """Write tables, summary and report, and take the journal away. Raises FaceviewerError as any writing."""
    texts = {
        TABLE_CSV: table_csv(run.rows, run.columns),
        REPORT: report,
        SUMMARY: summary.as_json(),
        TABLE: table_json(run.about, run.listed, run.rows),
    }
    with AtomicFileSet(folder) as files:
        for name, text in texts.items():
            files.path(name).write_text(text, "utf-8", "surrogateescape", newline="")
    (folder / JOURNAL).unlink(missing_ok=True)
