"""Bringing an index up to date: what came and went among the maps, then what other files say of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from faceviewer.datasets.ffhq_uv.database import Database
from faceviewer.datasets.ffhq_uv.facts import SOURCES
from faceviewer.datasets.ffhq_uv.joining import Joiner, Watch
from faceviewer.datasets.ffhq_uv.layout import Layout, Part
from faceviewer.datasets.ffhq_uv.problems import Problems
from faceviewer.datasets.ffhq_uv.project import Project
from faceviewer.datasets.ffhq_uv.scan import scan_maps, stamp_of
from faceviewer.datasets.ffhq_uv.schema import INSERT_MAP, map_row
from faceviewer.types import Progress


def update(database: Database, layout: Layout, project: Project | None, *, same_ids: bool, watch: Watch) -> bool:
    """Bring the database up to date with the folders; whether anything changed.

    Maps can be asked for as soon as their names were read, without attributes at first. ``same_ids``: the project's
    numbers are those of published maps, too. Raises Cancelled when that was asked for: what was read until then stays.
    """
    changed = _forget_parts(database, {part.name for part in layout.parts})
    found: list[tuple[Part, Problems, bool]] = []
    for part in layout.parts:
        problems = Problems(database, part.name)
        found.append((part, problems, _update_maps(database, part, problems, watch)))
    for part, problems, maps_changed in found:
        joined = project if same_ids or not part.has_own_numbers else None
        stamp = json.dumps([_file_stamp(part.meta), part.latents and stamp_of(part.latents), _project_stamp(joined)])
        if maps_changed or problems.is_told or database.about(f"joined {part.name}") != stamp:
            _forget_joined(database, part)
            Joiner(database, part, problems, watch).join(joined)
            problems.store()
            database.remember(f"joined {part.name}", stamp)
            changed = True
    watch.progress(Progress("Up to date", 1.0))
    return changed


def _update_maps(database: Database, part: Part, problems: Problems, watch: Watch) -> bool:
    known = {
        (folder, name): key
        for key, folder, name in database.rows("SELECT key, folder, name FROM maps WHERE part = ?", [part.name])
    }
    before, count, came = len(known), 0, 0
    for batch in scan_maps(part.maps, lambda folder, reason: problems.add("folder", folder, reason), watch.cancel):
        rows = []
        for folder, name in batch:
            if known.pop((folder, name), None) is None:
                if _is_text(name):
                    rows.append(map_row(part.name, folder, name))
                else:
                    problems.add("folder", f"{folder}/{name}", "left out, its name is no text")
        if rows:
            _forget_joined(database, part)
            database.write_many(INSERT_MAP, rows)
        count, came = count + len(batch), came + len(rows)
        watch.progress(Progress(f"{count} maps found", None if not before else min(count / before, 1.0)))
    gone = list(known.values())
    if gone:
        _forget_joined(database, part)
    database.write_many("DELETE FROM maps WHERE key = ?", [(key,) for key in gone])
    database.write_many("DELETE FROM others WHERE key = ?", [(key,) for key in gone])
    return bool(came or gone)


def _forget_joined(database: Database, part: Part) -> None:
    """Before anything of a part changes: it is to be joined anew, however this ends.

    Cancelled while attributes were read, an index took what was half joined for whole, and lost the rest for good.
    """
    database.write("DELETE FROM about WHERE name = ?", [f"joined {part.name}"])


def _forget_parts(database: Database, kept: set[str]) -> bool:
    gone = {row[0] for row in database.rows("SELECT DISTINCT part FROM maps")} - kept
    for part in gone:
        database.write("DELETE FROM others WHERE key IN (SELECT key FROM maps WHERE part = ?)", [part])
        for table in ("maps", "problems", "problem_counts"):
            database.write(f"DELETE FROM {table} WHERE part = ?", [part])
        database.write("DELETE FROM about WHERE name = ?", [f"joined {part}"])
    return bool(gone)


def _project_stamp(project: Project | None) -> Any:
    if project is None:
        return None
    places = [project.folder / project.name(source) for source in SOURCES if project.name(source)]
    return [str(project.folder), [[place.name, _file_stamp(place)] for place in places]]


def _file_stamp(path: Path | None) -> Any:
    try:
        status = path.stat() if path is not None else None
    except OSError:
        status = None
    return None if status is None else [status.st_size, status.st_mtime_ns]


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
