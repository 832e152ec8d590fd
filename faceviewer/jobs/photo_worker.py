"""Pictures to heads in files, one or a few at a time."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from faceviewer.engines.devices import free_memory, is_out_of_memory
from faceviewer.engines.engine import Engine, FaceSearch, SearchingEngine
from faceviewer.engines.options import UsageError
from faceviewer.engines.registry import build_engine
from faceviewer.io.asked import Asked
from faceviewer.io.photo import PhotoError
from faceviewer.io.result_files import write_reconstruction
from faceviewer.jobs.photo_job import (
    FaceChoice,
    FoundFaces,
    choose_faces,
    find_faces,
    reconstruct_photos,
    reconstruct_shots,
)
from faceviewer.jobs.resume import faces_present
from faceviewer.jobs.tasks import BatchProgress, BatchRequest, Outcome, Task
from faceviewer.raster.photo_picture_table import photo_pictures
from faceviewer.types import Cancelled, CancelToken, FaceviewerError, Photo, Progress, Reconstruction


@dataclass(frozen=True, eq=False)
class _Opened:
    """A picture that was read and needs heads."""

    task: Task
    photo: Photo
    began: float
    """``time.perf_counter`` when reading it began."""

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.began


class PhotoWorker:
    """Does pictures with one engine, which is loaded when the first of them needs it."""

    def __init__(self, request: BatchRequest) -> None:
        self._request = request
        self._engine: Engine | None = None
        self._detector: FaceSearch | None = None

    def run(self, tasks: Sequence[Task], progress: BatchProgress, cancel: CancelToken) -> Iterator[Outcome]:
        """Reconstruct and write some pictures, their faces in one go. Errors of a picture are told in its outcome.

        What fails with others is tried alone, so that one bad picture costs nobody. Raises Cancelled, UsageError, and
        FaceviewerError when the engine itself cannot be loaded.
        """
        opened: list[_Opened] = []
        for task in tasks:
            one = self._open(task, progress)
            if isinstance(one, Outcome):
                yield one
            else:
                opened.append(one)
        if not opened:
            return
        if self._engine is None:
            progress(opened[0].task.label, Progress("Loading the engine"))
        self._loaded_engine()  # what it raises is no fault of these pictures
        self._loaded_detector()
        try:
            outcomes = self._together(opened, progress, cancel)
        except (Cancelled, UsageError):
            raise
        except Exception as error:  # noqa: BLE001  (the rest of the pictures must be done)
            outcomes, is_full = [failed(one.task, error, one.seconds) for one in opened], is_out_of_memory(error)
        else:
            yield from outcomes
            return
        _make_room(is_full)
        if len(opened) == 1:
            yield from outcomes
            return
        for one in opened:
            yield from self.run([one.task], progress, cancel)

    def _open(self, task: Task, progress: BatchProgress) -> _Opened | Outcome:
        began = time.perf_counter()
        try:
            progress(task.label, Progress("Reading"))
            photo = task.item.load()
            if there := self._faces_present(task, photo, self._request.faces, self._request.asked()):
                return Outcome(task.label, "skipped", there)
        except Exception as error:  # noqa: BLE001
            return failed(task, error, time.perf_counter() - began)
        return _Opened(task, photo, began)

    def _together(self, opened: Sequence[_Opened], progress: BatchProgress, cancel: CancelToken) -> list[Outcome]:
        """The outcomes of pictures whose faces are found and reconstructed in one go, and written one by one."""
        label = opened[0].task.label if len(opened) == 1 else f"{len(opened)} photos"
        progress(label, Progress("Finding faces"))
        began = time.perf_counter()
        searched = self._loaded_detector().detect_many([one.photo.rgb for one in opened], cancel=cancel)
        seconds = (time.perf_counter() - began) / len(opened)
        outcomes, found = [], []
        for one, faces in zip(opened, searched, strict=True):
            try:
                found.append((one, choose_faces(one.photo, faces, self._request.faces, seconds)))
            except FaceviewerError as error:
                outcomes.append(failed(one.task, error, one.seconds))
        try:
            results = self._reconstructed([faces for _, faces in found], label, progress, cancel)
        except (Cancelled, UsageError):
            raise
        except Exception as error:
            if len(found) != 1 or len(found[0][1].faces) < 2:
                raise
            results, is_full = None, is_out_of_memory(error)
        if results is None:
            _make_room(is_full)
            ((one, faces),) = found
            return [*outcomes, self._face_by_face(one, faces, progress, cancel)]
        for (one, faces), its_results in zip(found, results, strict=True):
            progress(one.task.label, Progress("Writing"))
            outcomes.append(self._written(one, faces, its_results))
        return outcomes

    def _reconstructed(
        self, found: Sequence[FoundFaces], label: str, progress: BatchProgress, cancel: CancelToken
    ) -> list[list[Reconstruction]]:
        engine, options = self._loaded_engine(), self._request.options
        return reconstruct_photos(found, engine, options, progress=lambda step: progress(label, step), cancel=cancel)

    def _face_by_face(self, one: _Opened, found: FoundFaces, progress: BatchProgress, cancel: CancelToken) -> Outcome:
        """A picture whose faces the engine refused in one go: a face that cannot be fitted costs the others nothing."""
        heads: dict[int, Reconstruction] = {}
        failures: dict[int, Outcome] = {}
        for number, face in zip(found.numbers, found.faces, strict=True):
            alone = replace(found, numbers=(number,), faces=(face,), seconds=found.seconds / len(found.faces))
            try:
                ((heads[number],),) = self._reconstructed([alone], one.task.label, progress, cancel)
            except (Cancelled, UsageError):
                raise
            except Exception as error:  # noqa: BLE001
                failures[number], is_full = failed(one.task, error, one.seconds), is_out_of_memory(error)
            else:
                continue
            _make_room(is_full)
        if not heads:
            return next(iter(failures.values()))
        kept = [face for number, face in zip(found.numbers, found.faces, strict=True) if number in heads]
        found = replace(found, numbers=tuple(heads), faces=tuple(kept))
        outcome = self._written(one, found, list(heads.values()))
        return _with_missing_faces(outcome, one.task, failures) if outcome.status == "done" and failures else outcome

    def _written(self, one: _Opened, faces: FoundFaces, results: Sequence[Reconstruction]) -> Outcome:
        try:
            files = write_results(self._request, one.task, faces, results, self._request.asked())
        except Exception as error:  # noqa: BLE001
            return failed(one.task, error, one.seconds)
        return _done(self._request, one.task, files, results, one.seconds)

    def run_person(self, tasks: Sequence[Task], progress: BatchProgress, cancel: CancelToken) -> Iterator[Outcome]:
        """Reconstruct one person from all pictures together; those that cannot be used are left out.

        From each photo the face that was asked for is taken, the largest where all were. Raises as ``run``.
        """
        start = time.perf_counter()
        choice = FaceChoice(self._request.faces.number or 1)
        detector = self._loaded_detector()
        shots: list[tuple[Task, FoundFaces]] = []
        for task in tasks:
            cancel.check()
            progress(task.label, Progress("Finding faces"))
            try:
                shots.append((task, find_faces(task.item.load(), choice, detector)))
            except Exception as error:  # noqa: BLE001
                yield failed(task, error, 0.0)
        asked = self._request.asked(found.photo.sha256 for _, found in shots)
        if all(self._faces_present(task, found.photo, choice, asked) for task, found in shots):
            yield from (Outcome(task.label, "skipped", 1) for task, _ in shots)
            return
        yield from self._fit_person(shots, start, progress, cancel)

    def _fit_person(
        self, shots: list[tuple[Task, FoundFaces]], start: float, progress: BatchProgress, cancel: CancelToken
    ) -> Iterator[Outcome]:
        engine, together = self._loaded_engine(), f"{len(shots)} photos"
        asked = self._request.asked(found.photo.sha256 for _, found in shots)
        try:
            results = reconstruct_shots(
                [found for _, found in shots],
                engine,
                self._request.options,
                progress=lambda step: progress(together, step),
                cancel=cancel,
            )
        except (Cancelled, UsageError):
            raise
        except Exception as error:  # noqa: BLE001
            yield from (failed(task, error, 0.0) for task, _ in shots)
            return
        share = (time.perf_counter() - start) / len(shots)
        for (task, found), result in zip(shots, results, strict=True):
            try:
                files = write_results(self._request, task, found, [result], asked)
            except Exception as error:  # noqa: BLE001
                yield failed(task, error, share)
            else:
                yield _done(self._request, task, files, [result], share)

    def _faces_present(self, task: Task, photo: Photo, choice: FaceChoice, asked: Asked) -> int:
        request = self._request
        if not request.resume:
            return 0
        return faces_present(
            request.directory,
            task.name,
            photo,
            number=choice.number,
            engine=request.engine.id,
            asked=asked,
            usual=request.usual(),
            endings=request.endings,
        )

    def _loaded_engine(self) -> Engine:
        if self._engine is None:
            self._engine = build_engine(self._request.engine, self._request.device, self._request.assets)
        return self._engine

    def _loaded_detector(self) -> FaceSearch:
        if self._detector is None and self._request.engine.finds_faces:
            self._detector = cast(SearchingEngine, self._loaded_engine()).face_search(self._request.options)
        elif self._detector is None:
            from faceviewer.detection import FaceDetector

            self._detector = FaceDetector()
        return self._detector


def write_results(
    request: BatchRequest, task: Task, found: FoundFaces, results: Sequence[Reconstruction], asked: Asked
) -> tuple[Path, ...]:
    """Write ``NAME_face{k}.*`` for each result; returns the files. Raises FaceviewerError when that fails."""
    files: list[Path] = []
    morph_targets = None
    if request.morph_targets:
        from faceviewer.models.head_model import load_head  # brings SciPy

        morph_targets = load_head().expression_offsets_mm()
    for number, result in zip(found.numbers, results, strict=True):
        written = write_reconstruction(
            result,
            request.directory,
            f"{task.name}_face{number}",
            formats=request.formats,
            pictures=photo_pictures(found.photo, result, request.pictures),
            origins=request.origins,
            morph_targets=morph_targets,
            face_number=number,
            face_count=found.count,
            asked=asked,
        )
        files.extend(written.all)
    return tuple(files)


def failed(task: Task, error: BaseException, seconds: float) -> Outcome:
    """The outcome of a picture that ended in ``error``, in one sentence that names it."""
    reason = _reason(error)
    if reason.startswith(named := f"{task.item.path}: "):  # of a video, the label names the frame as well
        reason = f"{task.label}: {reason.removeprefix(named)}"
    if not isinstance(error, PhotoError) and str(task.item.path) not in reason:
        reason = f"{task.label}: {reason}"
    trace = "".join(traceback.format_exception(error))
    return Outcome(task.label, "failed", reason=reason, seconds=seconds, trace=trace)


def _make_room(is_full: bool) -> None:
    """After a graphics card's memory was full. Not where the error is caught: there it still holds its arrays."""
    if is_full:
        free_memory()


def _with_missing_faces(outcome: Outcome, task: Task, failures: Mapping[int, Outcome]) -> Outcome:
    """Of a picture that has failed, for faces that were asked for are missing; the heads of the others are written."""
    faces = [f"face {number}: {one.reason.removeprefix(f'{task.label}: ')}" for number, one in failures.items()]
    others = "the head of 1 other face was" if outcome.faces == 1 else f"the heads of {outcome.faces} other faces were"
    reason = f"{task.label}: {'; '.join(faces)} ({others} written)"
    trace = "".join(one.trace for one in failures.values())
    return replace(outcome, status="failed", reason=reason, trace=trace)


def _reason(error: BaseException) -> str:
    if isinstance(error, FaceviewerError):
        return str(error)
    if isinstance(error, MemoryError) or is_out_of_memory(error):
        return "there is not enough memory"
    return f"an unexpected error ({type(error).__name__}: {error})"


def _done(
    request: BatchRequest, task: Task, files: tuple[Path, ...], results: Sequence[Reconstruction], seconds: float
) -> Outcome:
    told = (sentence for result in results for sentence in (*result.warnings, *request.absent(result)))
    warnings = tuple(dict.fromkeys(told))
    return Outcome(task.label, "done", len(results), files, warnings=warnings, seconds=seconds)
