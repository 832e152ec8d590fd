"""What other files say of the maps of one part: attributes, lights, latent codes, and what does not fit together."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from faceviewer.datasets.ffhq_uv.attributes import Told, told_by, told_by_face_api
from faceviewer.datasets.ffhq_uv.database import Database
from faceviewer.datasets.ffhq_uv.facts import Source
from faceviewer.datasets.ffhq_uv.layout import Part
from faceviewer.datasets.ffhq_uv.meta_info import Trouble, read_records
from faceviewer.datasets.ffhq_uv.problems import MAX_KEPT, Problems
from faceviewer.datasets.ffhq_uv.project import Project
from faceviewer.datasets.ffhq_uv.scan import BATCH, scan_latents
from faceviewer.datasets.ffhq_uv.schema import FORGET_ATTRIBUTES, tell_row, tell_statement
from faceviewer.types import CancelToken, FaceviewerError, Progress, ProgressCallback


@dataclass(frozen=True)
class Watch:
    """How a long piece of work tells where it is, and hears that it should end."""

    progress: ProgressCallback
    cancel: CancelToken

    def at(self, stage: str, done: int, total: int) -> None:
        self.cancel.check()
        self.progress(Progress(stage, min(done / max(total, 1), 1.0)))


class Joiner:
    """Fills in what is known of the maps of one part."""

    def __init__(self, database: Database, part: Part, problems: Problems, watch: Watch) -> None:
        self._database, self._part, self._problems, self._watch = database, part, problems, watch
        self._keys: dict[str, list[int]] = {}
        for key, id_ in database.rows("SELECT key, id FROM maps WHERE part = ? ORDER BY sorted_id, key", [part.name]):
            self._keys.setdefault(id_, []).append(key)
        self._odd: Counter[tuple[str, str]] = Counter()

    def join(self, project: Project | None) -> None:
        """Do all of it; ``project`` is None where its numbers are not those of the maps. Raises Cancelled."""
        self._forget()
        told = self._join_meta() if self._part.meta is not None else set()
        if self._part.latents is not None:
            self._join_latents()
        if project is not None:
            told |= self._join_project(project, told)
        self._tell_odd()
        self._tell_twice()

    def _forget(self) -> None:
        self._database.write(FORGET_ATTRIBUTES, [self._part.name])
        keys = "SELECT key FROM maps WHERE part = ?"
        self._database.write(f"DELETE FROM others WHERE key IN ({keys})", [self._part.name])

    def _join_meta(self) -> set[str]:
        """The ids that meta-info tells about."""
        seen: set[str] = set()
        missing: list[tuple[str, str]] = []
        missing_count = 0
        numbers = self._by_number()

        def rows() -> Iterator[tuple[str, Told]]:
            nonlocal missing_count
            assert self._part.meta is not None
            for record in read_records(self._part.meta):
                if isinstance(record, Trouble):
                    self._problems.add("meta-info", f"{self._part.name}/{self._part.meta.name}", record.sentence)
                    continue
                id_ = record.id if record.id in self._keys else numbers.get(_number(record.id), "")
                if not id_:
                    missing_count += 1
                    if len(missing) < MAX_KEPT:
                        missing.append((record.id[:60], "meta-info names it, and there is no such map"))
                elif id_ not in seen:
                    seen.add(id_)
                    yield id_, told_by(record.value)

        try:
            self._tell("meta", rows(), "Reading meta-info")
        except FaceviewerError as error:
            self._problems.add("meta-info", f"{self._part.name}/meta-info.json", str(error))
        self._problems.add_counted("missing map", missing_count, missing)
        untold = [id_ for id_ in self._keys if id_ not in seen]
        reason = "meta-info does not tell about it"
        self._problems.add_counted("no meta-info", len(untold), [(id_, reason) for id_ in untold[:MAX_KEPT]])
        return seen

    def _join_project(self, project: Project, told: set[str]) -> set[str]:
        ids = {source: self._project_ids(project, source) for source in ("attributes", "attributes_ms_api", "lights")}
        self._tell("attributes", self._attributes(project, ids["attributes"]), "Reading attributes")
        told = told | ids["attributes"]
        # reading the Face API's answers takes a millisecond each: only where nothing else tells about a face
        self._tell("attributes_ms_api", self._answers(project, ids["attributes_ms_api"] - told), "Reading attributes")
        self._mark("light", project.name("lights"), ids["lights"])
        for source in ("latents", "edit"):
            self._mark("latent", project.name(source), self._project_ids(project, source))
        return told

    def _project_ids(self, project: Project, source: Source) -> set[str]:
        try:
            return project.ids(source) & self._keys.keys()
        except FaceviewerError as error:
            self._problems.add("project", f"{source}.zip", str(error))
            return set()

    def _attributes(self, project: Project, ids: set[str]) -> Iterator[tuple[str, Told]]:
        for id_ in sorted(ids):
            try:
                if (record := project.attributes(id_)) is not None:
                    yield id_, told_by(record)
            except FaceviewerError as error:
                self._problems.add("attributes", id_, str(error))

    def _answers(self, project: Project, ids: set[str]) -> Iterator[tuple[str, Told]]:
        for id_ in sorted(ids):
            try:
                if (answer := project.face_api(id_)) is not None:
                    yield id_, told_by_face_api(answer)
            except FaceviewerError as error:
                self._problems.add("attributes", id_, str(error))

    def _tell(self, teller: str, told: Iterable[tuple[str, Told]], stage: str) -> None:
        rows: list[tuple[object, ...]] = []
        others: list[tuple[int, str]] = []
        count = 0
        for count, (id_, one) in enumerate(told, 1):
            for key in self._keys[id_]:
                rows.append(tell_row(key, one.known))
                if one.others:
                    others.append((key, json.dumps(one.others)))
            self._odd.update((teller, name) for name in one.odd)
            if len(rows) >= BATCH:
                self._write(teller, rows, others)
                self._watch.at(stage, count, len(self._keys))
        self._write(teller, rows, others)
        self._watch.at(stage, count, len(self._keys))

    def _write(self, teller: str, rows: list[tuple[object, ...]], others: list[tuple[int, str]]) -> None:
        self._database.write_many(tell_statement(teller), rows)
        self._database.write_many("INSERT OR IGNORE INTO others VALUES (?, ?)", others)
        rows.clear()
        others.clear()

    def _join_latents(self) -> None:
        assert self._part.latents is not None
        found = scan_latents(self._part.latents, self._told_folder, self._watch.cancel)
        rows = [
            (self._part.latents.name, place, key) for id_, place in found.items() for key in self._keys.get(id_, ())
        ]
        self._in_batches("UPDATE maps SET latent = ?, latent_place = ? WHERE key = ?", rows)

    def _mark(self, column: str, name: str, ids: set[str]) -> None:
        """Say who has the light or the latent code, where nobody has it yet."""
        rows = [(name, key) for id_ in ids for key in self._keys[id_]]
        self._in_batches(f"UPDATE maps SET {column} = ? WHERE key = ? AND {column} = ''", rows)

    def _in_batches(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        for start in range(0, len(rows), BATCH):
            self._watch.cancel.check()
            self._database.write_many(statement, rows[start : start + BATCH])

    def _told_folder(self, folder: str, reason: str) -> None:
        self._problems.add("folder", folder, reason)

    def _tell_odd(self) -> None:
        for (teller, name), count in sorted(self._odd.items()):
            source = "meta-info" if teller == "meta" else teller
            reason = f"{count} {'value makes' if count == 1 else 'values make'} no sense and count as text"
            self._problems.add("odd value", f"{self._part.name}: {name} in {source}", reason)

    def _tell_twice(self) -> None:
        twice = [(id_, f"{len(keys)} maps have this name") for id_, keys in self._keys.items() if len(keys) > 1]
        self._problems.add_counted("twice", len(twice), twice)

    def _by_number(self) -> dict[int, str]:
        """Number -> id, for files that leave out the zeros; numbers of two ids are left out."""
        found: dict[int, str] = {}
        for id_ in self._keys:
            if (number := _number(id_)) >= 0:
                found[number] = "" if number in found else id_
        return found


def _number(id_: str) -> int:
    return int(id_) if id_.isascii() and id_.isdigit() and len(id_) <= 12 else -1
