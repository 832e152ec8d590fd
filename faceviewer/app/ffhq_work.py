"""Opening and searching a folder of Flickr-Faces-HQ: what runs away from the window's thread."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from faceviewer.app.ffhq_state import FfhqChosen, FfhqFile, FfhqFound, FfhqSet
from faceviewer.app.models_state import Said
from faceviewer.datasets.ffhq.attribution import attribution
from faceviewer.datasets.ffhq.entry import FfhqQuery
from faceviewer.datasets.ffhq.facts import JSON_NAME, KINDS, TRAINING, Kind, split_of
from faceviewer.datasets.ffhq.files import scan_files
from faceviewer.datasets.ffhq.index import FfhqIndex, open_index
from faceviewer.datasets.ffhq.statistics import Statistics, statistics
from faceviewer.io.photo import load_photo
from faceviewer.types import CancelToken, FaceviewerError, Progress, ProgressCallback

SHOWN_PX = 640
_PAGE = 500
_EVERY_S = 0.08
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


@dataclass(frozen=True, eq=False)
class Opened:
    """A data set with what is to be said of it."""

    dataset: FfhqSet
    said: tuple[Said, ...]


def open_dataset(folder: Path, progress: ProgressCallback, cancel: CancelToken) -> Opened:
    """Look through a folder and index its metadata. Raises FaceviewerError when nothing of the data set is in it."""
    progress(Progress("Looking for pictures"))
    files = scan_files(folder, cancel)
    said: list[Said] = []
    index = None
    if files.json is not None:
        try:
            index = open_index(files.json, throttled(progress), cancel)
        except FaceviewerError as error:
            said.append(Said(f"{str(error).removesuffix('.')}. Pictures are shown without metadata.", "warning"))
    if index is None and not files.folders:
        reason = said[0].text if said else f"{folder}: neither pictures nor the metadata of FFHQ are in it"
        raise FaceviewerError(reason.removesuffix(" Pictures are shown without metadata."))
    if index is None and not said:
        said.append(Said(f"There is no {JSON_NAME}: pictures are known by their numbers alone.", "info"))
    if index is None:
        return Opened(FfhqSet(files, None, np.zeros(0, np.int32)), tuple(said))
    with _told():
        countries = tuple(sorted({country for country in index.column("country") if country.strip()}))
        dataset = FfhqSet(files, index, index.numbers(), tuple(index.licences()), countries)
        return Opened(dataset, (*said, *_index_said(index)))


def _index_said(index: FfhqIndex) -> Iterator[Said]:
    about = index.about
    if about.end_problem:
        yield Said(f"The metadata end early ({about.end_problem}): {about.count} pictures are described.", "warning")
    if about.problem_count:
        problems = index.problems()
        first = f", the first ({problems[0].key}): {problems[0].reason}" if problems else ""
        entries = "1 entry of the metadata was" if about.problem_count == 1 else f"{about.problem_count} entries were"
        yield Said(f"{entries} left out{first}.", "warning")


def find(dataset: FfhqSet, query: FfhqQuery, place: int, *, only_there: bool) -> FfhqFound:
    """The pictures of a query that are, or might be, in one of the data set's folders."""
    numbers = _numbers(dataset, query)
    folder = dataset.folder(place)
    there = np.isin(numbers, folder.numbers) if folder is not None else np.zeros(len(numbers), bool)
    shown = numbers[there] if only_there and folder is not None else numbers
    return FfhqFound(shown, len(numbers), int((~there).sum()))


def _numbers(dataset: FfhqSet, query: FfhqQuery) -> np.ndarray:
    if dataset.index is None:
        numbers = _of_split(dataset.files.numbers(), query.split)
        return numbers[::-1] if query.descending else numbers
    with _told():
        found = dataset.index.numbers(query)
    if replace(query, order="number", descending=False, split="") != FfhqQuery():
        return found
    # nothing is asked of the metadata, so pictures that these do not name are wanted too
    others = np.setdiff1d(_of_split(dataset.files.numbers(), query.split), dataset.indexed)
    if query.order != "number" or not len(others):
        return np.concatenate([found, others])
    merged = np.union1d(found, others)
    return merged[::-1] if query.descending else merged


def _of_split(numbers: np.ndarray, split: str) -> np.ndarray:
    if not split:
        return numbers
    return numbers[(numbers < TRAINING) == (split == "training")]


def describe(dataset: FfhqSet, place: int, number: int) -> FfhqChosen:
    """All that is known of one picture, and the picture itself."""
    entry = None
    if dataset.index is not None and _has(dataset.indexed, number):
        with _told():
            entry = dataset.index.entry(number)
    files = []
    for kind in KINDS:
        folder = dataset.files.of(kind)
        if folder is not None:
            path = folder.path(number)
            files.append(FfhqFile(kind, path, _nbytes(path), entry.files.get(kind) if entry is not None else None))
    rgb, trouble = _picture(dataset, place, number)
    split = entry.split if entry is not None else split_of(number)
    return FfhqChosen(number, split, entry, tuple(files), rgb, trouble)


def _picture(dataset: FfhqSet, place: int, number: int) -> tuple[np.ndarray | None, str]:
    """The picture of the folder that is shown; in place of a thumbnail, the aligned one."""
    here = dataset.folder(place)
    larger = dataset.files.of("image") if here is not None and here.kind == "thumbnail" else None
    trouble = "There is no file of it in this folder."
    for folder in (larger, here):
        if folder is not None and _has(folder.numbers, number):
            try:
                return _reduced(load_photo(folder.path(number), enough_px=2 * SHOWN_PX).rgb), ""
            except FaceviewerError as error:
                trouble = f"{str(error).removesuffix('.')}."
    return None, trouble


def _reduced(rgb: np.ndarray) -> np.ndarray:
    if max(rgb.shape[:2]) <= SHOWN_PX:
        return rgb
    picture = Image.fromarray(rgb)
    picture.thumbnail((SHOWN_PX, SHOWN_PX), Image.Resampling.BOX)
    return np.asarray(picture)


def attributions(dataset: FfhqSet, kind: Kind, numbers: np.ndarray, cancel: CancelToken) -> str:
    """One line for each picture: who made it and on which terms."""
    lines: list[str] = []
    for first in range(0, len(numbers), _PAGE):
        cancel.check()
        page = [int(number) for number in numbers[first : first + _PAGE]]
        known = [number for number in page if _has(dataset.indexed, number)]
        with _told():
            found = dataset.index.entries(known) if dataset.index is not None else []
        said = {entry.number: attribution(entry, kind) for entry in found}
        lines += [f"FFHQ {number:05d}: {said.get(number, 'author and licence unknown')}" for number in page]
    return "\n".join(lines)


def count_all(dataset: FfhqSet) -> Statistics:
    """How many pictures there are by split, licence and country; without metadata, by split alone."""
    if dataset.index is None:
        splits = [split_of(number) for number in dataset.files.numbers().tolist()]
        return statistics(splits, [], [])
    with _told():
        return statistics(*(dataset.index.column(name) for name in ("split", "licence", "country")))


def day_of(text: str, *, last: bool = False) -> str | None:
    """A date, or the beginning of one, as queries take it; None when it is none. ``last``: to the end of it."""
    text = text.strip()
    if not text:
        return ""
    if not _DATE.fullmatch(text):
        return None
    return text + "-99-99"[3 * text.count("-") :] if last else text


def throttled(progress: ProgressCallback) -> ProgressCallback:
    """Tell a few times a second what is told thousands of times."""
    told = 0.0

    def tell(step: Progress) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= _EVERY_S:
            told = now
            progress(step)

    return tell


def _has(numbers: np.ndarray, number: int) -> bool:
    place = int(np.searchsorted(numbers, number))
    return place < len(numbers) and int(numbers[place]) == number


def _nbytes(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


@contextmanager
def _told() -> Iterator[None]:
    """The index is a file in the cache, which may be cleared or damaged at any time."""
    try:
        yield
    except sqlite3.Error as error:
        raise FaceviewerError(f"the index of the metadata cannot be read ({error}); open the folder again") from error
