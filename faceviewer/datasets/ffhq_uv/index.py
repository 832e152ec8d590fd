"""The index of a folder of maps: opened at once, asked by query and by key, also while it is brought up to date."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from faceviewer.datasets.ffhq_uv.database import Database
from faceviewer.datasets.ffhq_uv.entry import Facets, Span, UvMapEntry, UvMapQuery
from faceviewer.datasets.ffhq_uv.joining import Watch
from faceviewer.datasets.ffhq_uv.layout import Layout, find_layout
from faceviewer.datasets.ffhq_uv.problems import Problem
from faceviewer.datasets.ffhq_uv.project import Project
from faceviewer.datasets.ffhq_uv.query_sql import FACETS, conditions, select_keys, shuffled
from faceviewer.datasets.ffhq_uv.schema import SELECT_ENTRIES, TELLERS, VERSION, entry_of
from faceviewer.datasets.ffhq_uv.update import update
from faceviewer.io.atomic import remove_stale
from faceviewer.io.folders import cache_folder
from faceviewer.types import CancelToken, FaceviewerError, ProgressCallback

MAX_KEPT = 8
"""Indices in the cache; those used longest ago go."""
_FIRST_PAGES = 1000
_EVERYTHING = UvMapQuery()


def index_folder() -> Path:
    """Where indices and thumbnails lie; it may be deleted at any time."""
    return cache_folder() / "ffhq_uv"


class UvMapIndex:
    """The maps of a folder. Threads may share it: one calls ``update`` while others ask."""

    def __init__(self, place: Path, project: Path | None = None, *, same_ids: bool | None = None) -> None:
        """Open it as it was last left, without looking through the folder: call ``update`` for that.

        ``project`` is the folder of the project's zips, by default the one in or beside ``place``. ``same_ids`` says
        that they are numbered as published maps. What is None is as it was last time. Raises FaceviewerError when a
        folder is not there.
        """
        self._database = Database()
        root = Path(os.path.abspath(place))
        digest = hashlib.sha256(os.fsencode(root)).hexdigest()
        self.path = index_folder() / f"{digest[:32]}-{VERSION}.sqlite"
        self.was_known = self._database.load(self.path)
        """Whether there is anything to ask before the first ``update``."""
        chosen = self._database.about("project")
        if project is None and chosen and os.path.isdir(Path(json.loads(chosen))):
            project = Path(json.loads(chosen))
        elif project is not None:
            self._database.remember("project", json.dumps(os.path.abspath(project)))
        self.same_ids = self._database.about("same_ids") == "yes" if same_ids is None else same_ids
        self._database.remember("same_ids", "yes" if self.same_ids else "no")
        self.layout: Layout = find_layout(place, project)
        self.project = Project(self.layout.project) if self.layout.project is not None else None
        self._updating = threading.Lock()
        self._answers: dict[UvMapQuery, tuple[int, np.ndarray]] = {}

    def update(self, progress: ProgressCallback, cancel: CancelToken) -> bool:
        """Look through the folder; whether anything changed. The index can be asked meanwhile, and grows.

        Raises Cancelled when ``cancel`` was set; what was found until then stays until the index is closed. Where the
        cache cannot be written, only the next opening takes longer.
        """
        with self._updating:
            if self.project is not None:
                # its zips may be others than those that are open; who still reads these keeps them
                self.project = Project(self.project.folder)
            watch = Watch(progress, cancel)
            if not update(self._database, self.layout, self.project, same_ids=self.same_ids, watch=watch):
                self._use()
                return False
            try:
                remove_stale(self.path.parent)
                self._database.save(self.path)
            except FaceviewerError:
                pass
            self._use()
            return True

    def __len__(self) -> int:
        return self.count()

    def close(self) -> None:
        """Forget everything; nobody may be asking or updating."""
        self._database.close()

    @property
    def generation(self) -> int:
        """Another number after anything changed: time to ask again."""
        return self._database.changes

    @property
    def left_out(self) -> bool:
        """Whether there is a project whose numbers are not those of some maps, so that it was not joined to them."""
        return self.project is not None and not self.same_ids and any(p.has_own_numbers for p in self.layout.parts)

    def count(self, query: UvMapQuery = _EVERYTHING) -> int:
        """How many maps a query has."""
        where, parameters = conditions(query)
        return self._database.rows(f"SELECT count(*) FROM maps{where}", parameters)[0][0]

    def keys(self, query: UvMapQuery = _EVERYTHING) -> np.ndarray:
        """(n,) int32, read-only: the keys of a query's maps, in its order. Kept until something changes.

        Raises ValueError for an unknown order.
        """
        generation = self.generation
        known = self._answers.get(query)
        if known is not None and known[0] == generation:
            return known[1]
        rows = self._database.rows(*select_keys(query))
        keys = np.fromiter((row[0] for row in rows), np.int32, len(rows))
        if query.order == "random":
            keys = shuffled(keys, np.fromiter((row[1] for row in rows), np.int64, len(rows)), query.seed)
        keys.setflags(write=False)
        self._answers = {**dict(list(self._answers.items())[-7:]), query: (generation, keys)}
        return keys

    def entries(self, keys: Sequence[int] | np.ndarray) -> list[UvMapEntry]:
        """The maps of these keys, in this order; those that have gone since are left out."""
        rows = self._database.rows(SELECT_ENTRIES, [json.dumps([int(key) for key in keys])])
        folders = {part.name: part.maps for part in self.layout.parts}
        names = self._tellers()
        found = {row[0]: entry_of(row, folders, names) for row in rows if row[2] in folders}
        return [found[int(key)] for key in keys if int(key) in found]

    def page(self, query: UvMapQuery, offset: int, limit: int) -> list[UvMapEntry]:
        """The maps from place ``offset`` on, at most ``limit``. The first pages come sooner than all keys would."""
        offset, limit = max(offset, 0), max(limit, 0)
        known = self._answers.get(query)
        if query.order == "random" or offset > _FIRST_PAGES or (known is not None and known[0] == self.generation):
            return self.entries(self.keys(query)[offset : offset + limit])
        statement, parameters = select_keys(query)
        rows = self._database.rows(f"{statement} LIMIT ? OFFSET ?", [*parameters, limit, offset])
        return self.entries([row[0] for row in rows])

    def named(self, id_: str) -> list[UvMapEntry]:
        """The maps of exactly this id: none, one, or one of each part. Zeros before a number may be left out."""
        rows = self._database.rows("SELECT key FROM maps WHERE id = ? ORDER BY part, key", [id_])
        if not rows and id_.isascii() and id_.isdigit():
            statement = "SELECT key FROM maps WHERE sorted_id = ? ORDER BY part, key"
            rows = self._database.rows(statement, [id_.zfill(12)])
        return self.entries([row[0] for row in rows])

    def facets(self, query: UvMapQuery = _EVERYTHING) -> Facets:
        """How many maps each choice of the filters would give."""
        counted = {}
        for name, expression in FACETS.items():
            where, parameters = conditions(query, without=name)
            statement = f"SELECT {expression}, count(*) FROM maps{where} GROUP BY 1 ORDER BY 1"
            counted[name] = dict(self._database.rows(statement, parameters))
        gender, glasses, light, latent, part = (counted[name] for name in FACETS)
        return Facets(self.count(query), gender, glasses, light, latent, part)

    def spans(self) -> dict[str, Span]:
        """Least and greatest value of age, beard, expression, yaw and pitch; (None, None) where none is known."""
        names = ("age", "beard", "expression", "yaw", "pitch")
        row = self._database.rows(f"SELECT {', '.join(f'min({name}), max({name})' for name in names)} FROM maps")[0]
        return {name: (row[2 * number], row[2 * number + 1]) for number, name in enumerate(names)}

    def others(self, entry: UvMapEntry) -> dict[str, str]:
        """What else the files say of a map, as text."""
        rows = self._database.rows("SELECT texts FROM others WHERE key = ?", [entry.key])
        return json.loads(rows[0][0]) if rows else {}

    def latent_place(self, entry: UvMapEntry) -> str:
        """Where below the part's latent codes those of a map lie."""
        rows = self._database.rows("SELECT latent_place FROM maps WHERE key = ?", [entry.key])
        return rows[0][0] if rows else ""

    def problems(self) -> list[Problem]:
        """What is wrong, the first thousand of each kind and part."""
        rows = self._database.rows("SELECT kind, part, subject, reason FROM problems ORDER BY kind, part, subject")
        return [Problem(*row) for row in rows]

    def problem_counts(self) -> dict[str, int]:
        """Kind of problem -> how many there are in all parts."""
        return dict(self._database.rows("SELECT kind, sum(count) FROM problem_counts GROUP BY kind ORDER BY kind"))

    def _tellers(self) -> dict[str, str]:
        project = {"attributes": "", "attributes_ms_api": ""}
        if self.project is not None:
            project = {name: self.project.name(name) for name in ("attributes", "attributes_ms_api")}
        return {TELLERS[0]: "meta-info.json", **project}

    def _use(self) -> None:
        """Keep this index when others are cleared away."""
        try:
            os.utime(self.path)
            kept = sorted(self.path.parent.glob("*-*.sqlite"), key=lambda path: path.stat().st_mtime, reverse=True)
            for path in kept[MAX_KEPT:]:
                path.unlink(missing_ok=True)
        except OSError:
            pass  # of two programs that clear up, one wins


def open_index(
    place: Path,
    progress: ProgressCallback,
    cancel: CancelToken,
    *,
    project: Path | None = None,
    same_ids: bool | None = None,
) -> UvMapIndex:
    """The index of a folder, up to date. Raises FaceviewerError when a folder is not there, Cancelled."""
    index = UvMapIndex(place, project, same_ids=same_ids)
    index.update(progress, cancel)
    return index
