"""Reconstruction for programs: the functions that ``import faceviewer`` offers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import cast

import numpy as np

from faceviewer.detection import FaceDetector
from faceviewer.engines.devices import choose_device
from faceviewer.engines.engine import Engine, FaceSearch, SearchingEngine
from faceviewer.engines.options import DEFAULT_OPTIONS, ReconstructOptions
from faceviewer.engines.registry import DEFAULT_ENGINE, EngineChoice, build_engine, engine_spec
from faceviewer.io.photo import load_photo, photo_from_array
from faceviewer.jobs.photo_job import (
    ALL_FACES,
    FaceChoice,
    find_faces,
    no_progress,
    reconstruct_faces,
    reconstruct_shots,
)
from faceviewer.types import CancelToken, Photo, ProgressCallback, Reconstruction

PhotoLike = Photo | str | PathLike[str] | np.ndarray
"""A photo, its file, or upright sRGB pixels as ``io.photo.photo_from_array`` takes them."""

_lock = threading.Lock()  # engines and detectors serve one thread at a time


def reconstruct(
    photo: PhotoLike,
    *,
    engine: str = DEFAULT_ENGINE,
    device: str = "auto",
    assets: Path | None = None,
    options: ReconstructOptions = DEFAULT_OPTIONS,
    progress: ProgressCallback = no_progress,
    cancel: CancelToken | None = None,
) -> Reconstruction:
    """The largest face of a photo as a textured head.

    ``photo`` is a file, a ``Photo`` or an (H, W, 3) uint8 sRGB array; ``device`` is auto, cpu, cuda or mps; ``assets``
    is the folder of the engine's files, if it needs any and they lie elsewhere than usual. The engine is loaded once
    and kept for the next call. Arrays of the result are read-only; meshes are in millimetres in the
    head frame (x to the subject's left, y up, z out of the face).

    Raises FaceviewerError, in one sentence, when the photo cannot be read, has no face, or cannot be reconstructed;
    Cancelled when ``cancel`` was set meanwhile.
    """
    return _reconstruct(photo, FaceChoice(1), _settled(engine, device, assets), options, progress, cancel)[0]


def reconstruct_all(
    photo: PhotoLike,
    *,
    engine: str = DEFAULT_ENGINE,
    device: str = "auto",
    assets: Path | None = None,
    options: ReconstructOptions = DEFAULT_OPTIONS,
    progress: ProgressCallback = no_progress,
    cancel: CancelToken | None = None,
) -> list[Reconstruction]:
    """All faces of a photo as textured heads, largest first. Arguments and errors are those of ``reconstruct``."""
    return _reconstruct(photo, ALL_FACES, _settled(engine, device, assets), options, progress, cancel)


def reconstruct_person(
    photos: Sequence[PhotoLike],
    *,
    engine: str = DEFAULT_ENGINE,
    device: str = "auto",
    assets: Path | None = None,
    options: ReconstructOptions = DEFAULT_OPTIONS,
    progress: ProgressCallback = no_progress,
    cancel: CancelToken | None = None,
) -> list[Reconstruction]:
    """One person from several photos: one head per photo, of the same identity, each with its pose and expression.

    The largest face of each photo is taken. Arguments and errors are those of ``reconstruct``.
    """
    choice = _settled(engine, device, assets)
    loaded = [_as_photo(photo) for photo in photos]
    with _lock:
        shots = [find_faces(photo, FaceChoice(1), _search(choice, options)) for photo in loaded]
        return reconstruct_shots(shots, _engine(choice), options, progress=progress, cancel=cancel or CancelToken())


def _reconstruct(
    photo: PhotoLike,
    faces: FaceChoice,
    choice: EngineChoice,
    options: ReconstructOptions,
    progress: ProgressCallback,
    cancel: CancelToken | None,
) -> list[Reconstruction]:
    loaded = _as_photo(photo)
    with _lock:
        found = find_faces(loaded, faces, _search(choice, options))
        return reconstruct_faces(found, _engine(choice), options, progress=progress, cancel=cancel or CancelToken())


def _settled(engine: str, device: str, assets: Path | None) -> EngineChoice:
    return EngineChoice(engine_spec(engine).id, choose_device(device), assets)


def _as_photo(photo: PhotoLike) -> Photo:
    if isinstance(photo, Photo):
        return photo
    if isinstance(photo, np.ndarray):
        return photo_from_array(photo)
    return load_photo(str(photo))


def _search(choice: EngineChoice, options: ReconstructOptions) -> FaceSearch:
    if engine_spec(choice.id).finds_faces:
        return cast(SearchingEngine, _engine(choice)).face_search(options)
    return _detector()


@lru_cache(maxsize=1)
def _detector() -> FaceDetector:
    return FaceDetector()


@lru_cache(maxsize=2)
def _engine(choice: EngineChoice) -> Engine:
    return build_engine(choice.id, choice.device, choice.assets)
