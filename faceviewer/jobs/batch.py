"""Many photos to heads in files: whatever happens to one of them, the rest is done and nothing is half-written."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from faceviewer.engines.engine import Engine, FaceSearch, SearchingEngine
from faceviewer.engines.options import DEFAULT_OPTIONS, ReconstructOptions, UsageError
from faceviewer.engines.registry import EngineSpec, build_engine
from faceviewer.io.atomic import remove_stale, write_atomically
from faceviewer.io.names import unique_slugs
from faceviewer.io.photo import PhotoError
from faceviewer.io.result_files import write_reconstruction
from faceviewer.jobs.photo_job import (
    ALL_FACES,
    FaceChoice,
    FoundFaces,
    find_faces,
    reconstruct_faces,
    reconstruct_shots,
)
from faceviewer.jobs.resume import faces_present
from faceviewer.jobs.sources import SourceItem
from faceviewer.types import Cancelled, CancelToken, FaceviewerError, Photo, Progress, Reconstruction

Status = Literal["done", "skipped", "failed"]
BatchProgress = Callable[[str, Progress], None]
"""Called with the label of a picture and how far its reconstruction is."""


@dataclass(frozen=True)
class BatchRequest:
    """What to do with every picture."""

    directory: Path
    """Where the results go; made when missing."""
    engine: EngineSpec
    device: str = "auto"
    assets: Path | None = None
    """The folder of the engine's files; None for the usual one."""
    faces: FaceChoice = ALL_FACES
    options: ReconstructOptions = DEFAULT_OPTIONS
    formats: tuple[str, ...] = ("obj",)
    """Of "obj", "glb" and "ply"."""
    overlay: bool = False
    """Also write the photo with the head drawn over it."""
    origins: bool = False
    """Also write a picture of where the texture's texels came from."""
    morph_targets: bool = False
    """Write the 52 expressions into the GLB."""
    resume: bool = False
    """Leave pictures alone whose results are there already."""

    def __post_init__(self) -> None:
        if self.morph_targets and "glb" not in self.formats:
            raise UsageError("morph targets are written into GLB files: add glb to --formats")
        if self.morph_targets and "expressions" not in self.engine.outputs:
            raise UsageError(f"the heads of the engine {self.engine.id} have no expressions for --morph-targets")

    def endings(self) -> tuple[str, ...]:
        """How the names of the wanted files end, beside those that are always written."""
        pictures = {"_overlay.png": self.overlay, "_origin.png": self.origins and self.options.texture_size is not None}
        return (*(f".{name}" for name in self.formats), *(ending for ending, wanted in pictures.items() if wanted))


@dataclass(frozen=True)
class Task:
    """One picture and the unique name of its results."""

    item: SourceItem
    name: str

    @property
    def label(self) -> str:
        """How the user knows the picture."""
        return str(self.item.path) if self.item.frame_index is None else f"{self.item.path}#{self.item.frame_index}"


@dataclass(frozen=True)
class Outcome:
    """What became of one picture."""

    label: str
    status: Status
    faces: int = 0
    """How many heads were written, or are there."""
    files: tuple[Path, ...] = ()
    reason: str = ""
    """Why it failed: one sentence that names the picture."""
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    trace: str = ""
    """For developers: where it failed."""


def make_tasks(items: Iterable[SourceItem]) -> list[Task]:
    """Give every picture a name of its own: the same pictures in the same order get the same names."""
    items = list(items)
    return [Task(item, name) for item, name in zip(items, unique_slugs(item.stem for item in items), strict=True)]


def prepare_directory(directory: Path) -> None:
    """Make the target folder, clear away what killed runs left, and see that it can be written.

    Raises FaceviewerError, naming folder and reason, when it cannot.
    """
    probe = directory / ".faceviewer-probe"
    write_atomically(probe, lambda path: path.write_bytes(b"\0"))
    probe.unlink(missing_ok=True)
    remove_stale(directory)


class PhotoWorker:
    """Does one picture after another with one engine, which is loaded when the first picture needs it."""

    def __init__(self, request: BatchRequest) -> None:
        self._request = request
        self._engine: Engine | None = None
        self._detector: FaceSearch | None = None

    def run(self, task: Task, progress: BatchProgress, cancel: CancelToken) -> Outcome:
        """Reconstruct and write one picture. Errors of the picture are told in the outcome.

        Raises Cancelled, UsageError, and FaceviewerError when the engine itself cannot be loaded.
        """
        start = time.perf_counter()

        def report(step: Progress) -> None:
            progress(task.label, step)

        try:
            report(Progress("Reading"))
            photo = task.item.load()
            if there := self._faces_present(task, photo, self._request.faces):
                return Outcome(task.label, "skipped", there)
        except Exception as error:  # noqa: BLE001  (the rest of the pictures must be done)
            return failed(task, error, time.perf_counter() - start)
        if self._engine is None:
            report(Progress("Loading the engine"))
        detector, engine = self._loaded_detector(), self._loaded_engine()
        try:
            report(Progress("Finding faces"))
            found = find_faces(photo, self._request.faces, detector)
            results = reconstruct_faces(found, engine, self._request.options, progress=report, cancel=cancel)
            report(Progress("Writing"))
            files = write_results(self._request, task, found, results)
        except (Cancelled, UsageError):
            raise
        except Exception as error:  # noqa: BLE001
            return failed(task, error, time.perf_counter() - start)
        return _done(task, files, results, time.perf_counter() - start)

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
        if all(self._faces_present(task, found.photo, choice) for task, found in shots):
            yield from (Outcome(task.label, "skipped", 1) for task, _ in shots)
            return
        yield from self._fit_person(shots, start, progress, cancel)

    def _fit_person(
        self, shots: list[tuple[Task, FoundFaces]], start: float, progress: BatchProgress, cancel: CancelToken
    ) -> Iterator[Outcome]:
        engine, together = self._loaded_engine(), f"{len(shots)} photos"
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
                files = write_results(self._request, task, found, [result])
            except Exception as error:  # noqa: BLE001
                yield failed(task, error, share)
            else:
                yield _done(task, files, [result], share)

    def _faces_present(self, task: Task, photo: Photo, choice: FaceChoice) -> int:
        request = self._request
        if not request.resume:
            return 0
        return faces_present(
            request.directory,
            task.name,
            photo,
            number=choice.number,
            engine=request.engine.id,
            endings=request.endings(),
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


def run_batch(
    tasks: Sequence[Task],
    request: BatchRequest,
    progress: BatchProgress,
    *,
    workers: int = 1,
    same_person: bool = False,
    cancel: CancelToken | None = None,
) -> Iterator[Outcome]:
    """The outcome of every task as it comes: one by one, in ``workers`` processes, or all as one person.

    Closing the iterator, or Ctrl-C, ends it with nothing half-written. Raises as ``PhotoWorker.run``.
    """
    cancel = cancel or CancelToken()
    try:
        if same_person:
            yield from PhotoWorker(request).run_person(tasks, progress, cancel)
        elif min(workers, len(tasks)) > 1:
            from faceviewer.jobs.workers import run_in_processes

            yield from run_in_processes(tasks, request, min(workers, len(tasks)), progress)
        else:
            worker = PhotoWorker(request)
            for task in tasks:
                yield worker.run(task, progress, cancel)
    finally:
        remove_stale(request.directory)


def write_results(
    request: BatchRequest, task: Task, found: FoundFaces, results: Sequence[Reconstruction]
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
            overlay=request.overlay,
            photo=found.photo,
            origins=request.origins,
            morph_targets=morph_targets,
            face_number=number,
            face_count=found.count,
        )
        files.extend(written.all)
    return tuple(files)


def failed(task: Task, error: BaseException, seconds: float) -> Outcome:
    """The outcome of a picture that ended in ``error``, in one sentence that names it."""
    if isinstance(error, FaceviewerError):
        reason = str(error)
    elif isinstance(error, MemoryError):
        reason = "there is not enough memory"
    else:
        reason = f"an unexpected error ({type(error).__name__}: {error})"
    if not isinstance(error, PhotoError) and str(task.item.path) not in reason:
        reason = f"{task.label}: {reason}"
    trace = "".join(traceback.format_exception(error))
    return Outcome(task.label, "failed", reason=reason, seconds=seconds, trace=trace)


def _done(task: Task, files: tuple[Path, ...], results: Sequence[Reconstruction], seconds: float) -> Outcome:
    warnings = tuple(dict.fromkeys(warning for result in results for warning in result.warnings))
    return Outcome(task.label, "done", len(results), files, warnings=warnings, seconds=seconds)
