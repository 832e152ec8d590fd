"""Checking files and making aligned pictures anew: what runs away from the window's thread, for hours if need be."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from faceviewer.app.ffhq_state import FfhqRecreation, FfhqSet
from faceviewer.app.ffhq_work import throttled
from faceviewer.datasets.ffhq.recreate import Recreated, recreate
from faceviewer.datasets.ffhq.recreate_plan import BYTES_PER_PICTURE, RecreateRequest, plan_recreation
from faceviewer.datasets.ffhq.units import time_text
from faceviewer.datasets.ffhq.verify import VerifyRequest, verify
from faceviewer.datasets.ffhq.verify_report import VerifyReport
from faceviewer.types import Cancelled, CancelToken, FaceviewerError, Progress, ProgressCallback

MAX_TROUBLES = 5000
"""Pictures told one by one; all are counted."""
_NO_METADATA = "without the metadata there is nothing to compare with"


@dataclass(frozen=True)
class Estimate:
    """What making pictures would take."""

    pictures: int
    nbytes: int
    free: int
    """Bytes on the disk of the target folder; -1 when nobody knows."""


def check_files(
    dataset: FfhqSet, request: VerifyRequest, progress: ProgressCallback, cancel: CancelToken
) -> VerifyReport:
    """Compare every file with the metadata. Raises FaceviewerError without metadata, Cancelled."""
    if dataset.index is None:
        raise FaceviewerError(_NO_METADATA)
    return verify(dataset.files.root, dataset.index, request, throttled(progress), cancel)


def estimate(dataset: FfhqSet, output: Path | None, first: int, stop: int | None, size: int) -> Estimate:
    """How many pictures there are to make, about how many bytes they take, and how many are free."""
    numbers = originals(dataset)
    chosen = (numbers >= first) & (numbers < (stop if stop is not None else np.iinfo(np.int32).max))
    pictures = int(chosen.sum())
    return Estimate(pictures, round(pictures * BYTES_PER_PICTURE * (size / 1024) ** 2), _free(output))


def originals(dataset: FfhqSet) -> np.ndarray:
    """(n,) int32, ascending: pictures that have metadata and an original."""
    folder = dataset.files.of("wild")
    return np.intersect1d(dataset.indexed, folder.numbers) if folder is not None else np.zeros(0, np.int32)


def make_again(
    dataset: FfhqSet, request: RecreateRequest, progress: ProgressCallback, cancel: CancelToken
) -> FfhqRecreation:
    """Make aligned pictures; when that is cancelled, what was done so far is told all the same."""
    if dataset.index is None:
        raise FaceviewerError("without the metadata it is not known where the faces are")
    progress(Progress("Working out the squares"))
    plan = plan_recreation(dataset.index, dataset.files, request)
    # pictures whose originals nobody brought are no failures: a part of the data set is what most people have
    there = frozenset(originals(dataset).tolist())
    tasks = tuple(task for task in plan.tasks if task.number in there)
    absent = len(plan.tasks) - len(tasks)
    if not tasks:
        raise FaceviewerError("there are no original pictures in this range")
    plan = replace(plan, tasks=tasks, nbytes=round(plan.nbytes * len(tasks) / len(plan.tasks)))
    counts: Counter[str] = Counter()
    troubles: list[Recreated] = []
    began, tell, stopped = time.monotonic(), throttled(progress), False
    try:
        for done, one in enumerate(recreate(plan, dataset.index, cancel), 1):
            counts[one.status] += 1
            if one.status not in ("done", "there") and len(troubles) < MAX_TROUBLES:
                troubles.append(one)
            left = time_text((time.monotonic() - began) / done * (len(tasks) - done))
            tell(Progress(f"{done} of {len(tasks)} pictures, about {left} left", done / len(tasks)))
    except Cancelled:
        stopped = True
    return FfhqRecreation(request.output, len(tasks), counts, tuple(troubles), absent, stopped)


def _free(output: Path | None) -> int:
    if output is None:
        return -1
    place = output.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return -1
