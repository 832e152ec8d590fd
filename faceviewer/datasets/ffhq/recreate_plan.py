"""What is to be done to make aligned pictures from originals: which, where from, where to, how much room it takes."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from faceviewer.datasets.ffhq.files import FfhqFiles, PictureFolder
from faceviewer.datasets.ffhq.index import FfhqIndex
from faceviewer.datasets.ffhq.options import PUBLISHED, AlignOptions
from faceviewer.datasets.ffhq.quad import corners, face_squares
from faceviewer.datasets.ffhq.shifts import published_generator, shifts
from faceviewer.datasets.ffhq.units import bytes_text
from faceviewer.types import FaceviewerError

BYTES_PER_PICTURE = 1_300_000
"""Of an aligned picture of 1024 x 1024 pixels."""
RECORD = "alignment.json"
_SCHEMA = "faceviewer.ffhq-alignment/1"
_FOLDER, _PICTURE = re.compile(r"[0-9]{5,7}"), re.compile(r"[0-9]{5,7}\.png")


@dataclass(frozen=True)
class RecreateRequest:
    """What to make. Raises ValueError for less than one worker or a range that is none."""

    output: Path
    options: AlignOptions = PUBLISHED
    first: int = 0
    """The lowest number."""
    stop: int | None = None
    """The number behind the highest; None for all that follow."""
    workers: int = 1
    resume: bool = False
    """Leave out pictures that are there already."""
    by_position: bool = False
    """Name pictures by their place in the JSON, as the published program does, and not by their number. Only a part
    of the published JSON shows the difference."""

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise ValueError(f"at least one worker is needed, not {self.workers}")
        if self.first < 0 or (self.stop is not None and self.stop <= self.first):
            raise ValueError(f"{self.first}:{'' if self.stop is None else self.stop} is no range of numbers")


@dataclass(frozen=True, eq=False)
class AlignTask:
    """One picture to make."""

    number: int
    source: Path
    target: Path
    size: tuple[int, int]
    """(width, height) that the original must have."""
    quad: np.ndarray | None
    """(4, 2) float64; None when no shift keeps it inside the original."""
    pixel_md5: str
    """What the pixels must be; "" when the options are not the published ones."""


@dataclass(frozen=True, eq=False)
class RecreatePlan:
    """All of it."""

    request: RecreateRequest
    tasks: tuple[AlignTask, ...]
    nbytes: int
    """About how much room it takes."""
    json_sha256: str
    licence: Path | None
    """The data set's licence, to be copied."""


def plan_recreation(index: FfhqIndex, files: FfhqFiles, request: RecreateRequest) -> RecreatePlan:
    """Squares and shifts of all entries, then tasks for those in the range.

    Raises FaceviewerError when there are no originals, no entry in the range, or when pictures of the data set lie
    where the new ones would.
    """
    folder = files.of("wild")
    if folder is None:
        raise FaceviewerError(f"{files.root}: there are no original pictures in it (in-the-wild-images)")
    numbers, positions, landmarks, sizes = index.faces()
    squares = face_squares(landmarks, rotation=request.options.rotation)
    moved = shifts(published_generator(index.about.members), squares, sizes, positions, request.options)
    quads = corners(squares[0] + moved, squares[1])
    stop = request.stop if request.stop is not None else int(numbers.max()) + 1
    chosen = np.flatnonzero((numbers >= request.first) & (numbers < stop))
    if not len(chosen):
        raise FaceviewerError(f"{files.root}: the metadata have no picture from {request.first} to {stop - 1}")
    expected = {number: file.pixel_md5 for number, file in index.files("image")} if request.options.is_published else {}
    tasks = []
    for k in chosen.tolist():
        number, name = int(numbers[k]), int(positions[k] if request.by_position else numbers[k])
        width, height = sizes[k].tolist()
        quad = quads[k] if np.isfinite(quads[k]).all() else None
        target = request.output / f"{name // 1000 * 1000:05d}" / f"{name:05d}.png"
        tasks.append(AlignTask(number, folder.path(number), target, (width, height), quad, expected.get(number, "")))
    _check_output(request.output, files, tasks)
    nbytes = round(len(tasks) * BYTES_PER_PICTURE * (request.options.size / PUBLISHED.size) ** 2)
    return RecreatePlan(request, tuple(tasks), nbytes, index.about.sha256, files.licence)


def check_room(plan: RecreatePlan) -> None:
    """Raise FaceviewerError when the disk has less room than the pictures take that are not there yet."""
    lacking, nbytes = len(plan.tasks), plan.nbytes
    if plan.request.resume and plan.tasks:
        lacking = sum(not os.path.isfile(task.target) for task in plan.tasks)
        nbytes = round(plan.nbytes * lacking / len(plan.tasks))
    place = plan.request.output.absolute()
    while not os.path.exists(place) and place != place.parent:
        place = place.parent
    free = shutil.disk_usage(place).free
    if free < nbytes:
        needed = f"{lacking} pictures take about {bytes_text(nbytes)}"
        raise FaceviewerError(f"{plan.request.output}: {needed}, and {bytes_text(free)} are free")


def record_text(plan: RecreatePlan) -> str:
    """What the output folder says of how its pictures were made."""
    about = {"schema": _SCHEMA, "json_sha256": plan.json_sha256, "by_position": plan.request.by_position}
    return json.dumps({**about, "options": asdict(plan.request.options)}, indent=1) + "\n"


def outdated(plan: RecreatePlan) -> list[Path]:
    """The pictures of an earlier run that this one takes the place of, because they were made in another way.

    Raises FaceviewerError when such pictures are to be continued, or would stay among the new ones: the record is about
    all pictures, and the next run that continues believes it.
    """
    if _is_same_record(plan):
        return []
    output = plan.request.output
    reason = f"{output}: its pictures were made with other options or from other metadata, as {RECORD} says"
    if plan.request.resume:
        raise FaceviewerError(reason)
    there = set(_pictures_in(output))
    if others := there - {task.target for task in plan.tasks}:
        raise FaceviewerError(f"{reason}, and {len(others)} of them would stay; delete the folder or choose another")
    return sorted(there)


def _is_same_record(plan: RecreatePlan) -> bool:
    """Whether the output folder's record, if there is one, says what this run would write."""
    try:
        return (plan.request.output / RECORD).read_text("utf-8") == record_text(plan)
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False


def _pictures_in(output: Path) -> Iterator[Path]:
    """The pictures of earlier runs."""
    for folder in _listed(output):
        if _FOLDER.fullmatch(folder.name):
            yield from (path for path in _listed(folder) if _PICTURE.fullmatch(path.name))


def _listed(folder: Path) -> list[Path]:
    """What is in a folder; nothing for what is none, or cannot be read."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _check_output(output: Path, files: FfhqFiles, tasks: list[AlignTask]) -> None:
    """Refuse to write where the data set's pictures lie: the aligned ones have the names of their originals.

    What an earlier run made below the data set's folder may be continued.
    """
    brought = [one for one in files.folders if one.kind == "wild" or not os.path.isfile(one.folder / RECORD)]
    own = {os.path.realpath(place) for folder in brought for place in _places(folder)}
    if any(os.path.realpath(place) in own for place in {output, *(task.target.parent for task in tasks)}):
        raise FaceviewerError(f"{output}: pictures of the data set are in it; choose a folder of its own")


def _places(folder: PictureFolder) -> set[Path]:
    """The folder itself and those in it that hold its pictures."""
    thousands = np.unique(folder.numbers // 1000 * 1000).tolist()
    return {folder.folder, *(folder.path(number).parent for number in thousands)}
