"""The table of a run's photos, as CSV for people and as JSON, from which a run goes on."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from faceviewer.evaluation.columns import YAW_BINS, Columns, yaw_bin
from faceviewer.evaluation.rows import Row
from faceviewer.io.csv_text import plain_cell
from faceviewer.types import FaceviewerError

JOURNAL, TABLE, TABLE_CSV, SUMMARY, REPORT = "journal.jsonl", "table.json", "table.csv", "summary.json", "report.html"
"""Names of the files of a run."""
SCHEMA = "faceviewer.evaluation/1"
_ABOUT = dict.fromkeys(("version", "dataset", "title", "angles", "engine", "faces", "focal"), str) | {"choices": dict}
"""What pages tell of a run."""


def table_json(about: dict[str, Any], listed: int, rows: Sequence[Row]) -> str:
    """All that is known of each photo."""
    node = {"schema": SCHEMA, "about": about, "listed": listed, "rows": [row.as_json() for row in rows]}
    return json.dumps(node, indent=1, allow_nan=False) + "\n"


def read_table(path: Path) -> tuple[dict[str, Any], int, list[Row]]:
    """What was asked for, how many photos the data set lists, and the rows. Raises FaceviewerError when it is none."""
    try:
        node = json.loads(path.read_text("utf-8"), parse_constant=_no_number)
    except OSError as error:
        raise FaceviewerError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (ValueError, RecursionError) as error:
        raise FaceviewerError(f"{path}: not the table of an evaluation (not JSON)") from error
    try:
        if node["schema"] != SCHEMA or node["about"]["angles"] not in ("pose_para", "yxz"):
            raise ValueError("another schema")
        about, listed, rows = node["about"], node["listed"], [Row.from_json(one) for one in node["rows"]]
        if not isinstance(listed, int) or any(not isinstance(about[name], kind) for name, kind in _ABOUT.items()):
            raise ValueError("another kind of run")
        return dict(about), listed, rows
    except (KeyError, TypeError, ValueError) as error:
        raise FaceviewerError(f"{path}: not the table of an evaluation") from error


def about_of_table(path: Path) -> Any:
    """What a table is about, also one of which nothing else can be read; None for what is no table of an evaluation."""
    try:
        node = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    is_table = isinstance(node, dict) and str(node.get("schema")).startswith(SCHEMA.rstrip("0123456789"))
    return node.get("about") if is_table else None


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of a table")


def table_csv(rows: Sequence[Row], columns: Columns) -> str:
    """One line per photo: its status, and every number of ``columns`` that any photo has; empty where it has none."""
    told = {name: values for name, values in columns.items() if any(map(math.isfinite, values))}
    bins = yaw_bin(columns)
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["key", "status", "reason", "notes", "yaw_bin", *told])
    for number, row in enumerate(rows):
        numbers = (float(values[number]) for values in told.values())
        name = YAW_BINS[bins[number]][0] if bins[number] >= 0 else ""
        cells = (f"{one:.6g}" if math.isfinite(one) else "" for one in numbers)
        texts = (plain_cell(one) for one in (row.key, row.status, row.reason, " ".join(row.notes), name))
        writer.writerow([*texts, *cells])
    return text.getvalue()
