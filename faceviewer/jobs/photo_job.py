"""One photo: find its faces, choose among them, reconstruct them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from faceviewer.engines.engine import Engine, FaceSearch
from faceviewer.engines.options import ReconstructOptions, UsageError
from faceviewer.types import CancelToken, Face, FaceviewerError, Photo, Progress, ProgressCallback, Reconstruction


@dataclass(frozen=True)
class FaceChoice:
    """Which faces of a photo to reconstruct."""

    number: int | None = None
    """The one face of this number, from 1 for the largest; None for all."""

    @staticmethod
    def parse(text: str) -> FaceChoice:
        """From "all", "largest" or a number. Raises UsageError for anything else."""
        if text == "all":
            return FaceChoice()
        if text == "largest":
            return FaceChoice(1)
        if text.isascii() and text.isdigit() and int(text) > 0:
            return FaceChoice(int(text))
        raise UsageError(f"--faces is all, largest, or the number of a face from 1, not {text!r}")


ALL_FACES = FaceChoice()


@dataclass(frozen=True, eq=False)
class FoundFaces:
    """The faces of one photo that were chosen."""

    photo: Photo
    count: int
    """How many the photo has in all."""
    numbers: tuple[int, ...]
    """The numbers of the chosen ones, from 1 for the largest."""
    faces: tuple[Face, ...]
    """The chosen ones, beside ``numbers``."""
    seconds: float
    """How long the search took."""


def find_faces(photo: Photo, choice: FaceChoice, detector: FaceSearch) -> FoundFaces:
    """Search a photo. Raises FaceviewerError when it has no face, or not the one that was asked for."""
    start = time.perf_counter()
    faces = detector.detect(photo.rgb)
    return choose_faces(photo, faces, choice, time.perf_counter() - start)


def choose_faces(photo: Photo, faces: Sequence[Face], choice: FaceChoice, seconds: float) -> FoundFaces:
    """The chosen ones of all faces of a photo, whose search took ``seconds``. Raises as ``find_faces``."""
    where = photo.path or photo.name
    if not faces:
        raise FaceviewerError(f"{where}: no face was found")
    numbers = tuple(range(1, len(faces) + 1)) if choice.number is None else (choice.number,)
    if numbers[-1] > len(faces):
        found = "only 1 face was" if len(faces) == 1 else f"only {len(faces)} faces were"
        raise FaceviewerError(f"{where}: face {numbers[-1]} was asked for, but {found} found")
    return FoundFaces(photo, len(faces), numbers, tuple(faces[number - 1] for number in numbers), seconds)


def reconstruct_faces(
    found: FoundFaces,
    engine: Engine,
    options: ReconstructOptions,
    *,
    progress: ProgressCallback,
    cancel: CancelToken,
) -> list[Reconstruction]:
    """One result per chosen face, the time of the search among its timings. Raises as ``Engine.reconstruct``."""
    return reconstruct_photos([found], engine, options, progress=progress, cancel=cancel)[0]


def reconstruct_photos(
    found: Sequence[FoundFaces],
    engine: Engine,
    options: ReconstructOptions,
    *,
    progress: ProgressCallback,
    cancel: CancelToken,
) -> list[list[Reconstruction]]:
    """The same for some photos in one go: per photo its results."""
    cancel.check()
    shots = [(one.photo, face) for one in found for face in one.faces]
    results = iter(engine.reconstruct(shots, options=options, progress=progress, cancel=cancel))
    return [[_with_detection(next(results), one) for _ in one.faces] for one in found]


def reconstruct_shots(
    shots: Sequence[FoundFaces],
    engine: Engine,
    options: ReconstructOptions,
    *,
    progress: ProgressCallback,
    cancel: CancelToken,
) -> list[Reconstruction]:
    """One result per shot of one person, from the first chosen face of each. Raises as the engine does."""
    cancel.check()
    pairs = [(shot.photo, shot.faces[0]) for shot in shots]
    results = engine.reconstruct_person(pairs, options=options, progress=progress, cancel=cancel)
    return [_with_detection(result, shot) for result, shot in zip(results, shots, strict=True)]


def _with_detection(result: Reconstruction, found: FoundFaces) -> Reconstruction:
    return replace(result, timings={"detect": found.seconds / len(found.faces), **result.timings})


def no_progress(_: Progress) -> None:
    """For those who do not watch."""
