"""An engine at work on the samples of a data set, one at a time; whatever happens to one ends in its row."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from faceviewer.datasets.head_pose.sample import HeadPoseDataset, HeadSample, HeadTruth
from faceviewer.detection.overlap import covered_share, most_alike
from faceviewer.engines.engine import Engine, FaceSearch, SearchingEngine
from faceviewer.engines.options import ReconstructOptions, UsageError
from faceviewer.engines.registry import build_engine
from faceviewer.evaluation.given import given_face, true_box
from faceviewer.evaluation.request import EvaluationRequest
from faceviewer.evaluation.rows import Row, Status
from faceviewer.evaluation.scoring import score
from faceviewer.io.file_stamp import file_stamp
from faceviewer.io.photo import PhotoError, load_photo
from faceviewer.types import Cancelled, CancelToken, Face, FaceviewerError, Photo, Progress, Reconstruction

_TRUTH_SHAPES = {
    "R_camera_head": (3, 3),
    "t_camera_head_mm": (3,),
    "K": (3, 3),
    "landmarks68_px": (68, 2),
    "vertices_mm": (-1, 3),
    "landmarks68_mm": (68, 3),
    "face_box_ltrb": (4,),
}

_DIGITS = 4
"""Of pixels, millimetres and rotations, after the point, that make a truth another one."""


@dataclass(frozen=True, eq=False)
class Solved:
    """A sample with its photo and what the engine made of it."""

    sample: HeadSample
    photo: Photo
    result: Reconstruction
    faces: int | None
    """How many were found; None where the box was given."""
    told_focal_px: float | None
    seconds: float


class Trouble(Exception):
    """Why a sample has no figures, in one sentence."""

    def __init__(self, status: Status, reason: str, faces: int | None = None) -> None:
        super().__init__(reason)
        self.status: Status = status
        self.faces = faces


class Bench:
    """Measures samples with one engine, which is loaded for the first of them."""

    def __init__(self, dataset: HeadPoseDataset, request: EvaluationRequest) -> None:
        self._dataset, self._request = dataset, request
        self._engine: Engine | None = None
        self._search: FaceSearch | None = None

    def load(self) -> None:
        """Load engine and face search. Raises UsageError or FaceviewerError when that cannot be."""
        if self._engine is not None:
            return
        request = self._request
        self._engine = build_engine(request.engine, request.device, request.assets)
        if request.engine.finds_faces:
            self._search = cast(SearchingEngine, self._engine).face_search(self._options(None))
        else:
            from faceviewer.detection import FaceDetector

            self._search = FaceDetector()

    def measure(self, key: str, cancel: CancelToken) -> Row:
        """The row of one sample. Raises Cancelled, UsageError, and as ``load``."""
        self.load()
        stamps = stamps_of(self._dataset, key)
        try:
            solved = self.solve(key, cancel)
            count = solved.faces
            measured = _told("failed", key, lambda: score(solved.sample, solved.result, self._dataset.angles), count)
        except Trouble as trouble:
            return Row(key, trouble.status, str(trouble), *stamps, faces=trouble.faces)
        truth = digest_of(solved.sample.truth)
        told = {"seconds": solved.seconds, "told_focal_px": solved.told_focal_px}
        return Row(key, "ok", "", *stamps, truth=truth, faces=count, **told, **measured)

    def solve(self, key: str, cancel: CancelToken) -> Solved:
        """Read and reconstruct one sample."""
        sample: HeadSample = _told("bad annotation", key, lambda: self._sample(key))
        photo: Photo = _told("bad photo", key, lambda: load_photo(sample.photo))
        start = time.perf_counter()
        face, count = _told("failed", key, lambda: self._face(sample, photo, cancel))
        engine, options = cast(Engine, self._engine), self._options(sample.truth)

        def reconstruct() -> Reconstruction:
            return engine.reconstruct([(photo, face)], options=options, progress=_unseen, cancel=cancel)[0]

        result: Reconstruction = _told("failed", key, reconstruct, count)
        return Solved(sample, photo, result, count, options.focal_px, time.perf_counter() - start)

    def _sample(self, key: str) -> HeadSample:
        sample = self._dataset.sample(key)
        for name, shape in _TRUTH_SHAPES.items():
            array = getattr(sample.truth, name)
            if array is None:
                continue
            if array.shape != tuple(got if want < 0 else want for got, want in zip(array.shape, shape, strict=False)):
                raise FaceviewerError(f"{key}: the true {name} is of shape {array.shape}")
            if not np.isfinite(array).all():
                raise FaceviewerError(f"{key}: the true {name} holds numbers that are not finite")
        points = sample.truth.landmarks68_px
        if points is not None and not np.ptp(points, axis=0).all():
            raise FaceviewerError(f"{key}: the true landmarks68_px lie on a line")
        return sample

    def _options(self, truth: HeadTruth | None) -> ReconstructOptions:
        options = ReconstructOptions(texture_size=None, choices=self._request.choices)
        if truth is None or truth.K is None or self._request.focal != "true":
            return options
        return replace(options, focal_px=float(truth.K[0, 0]))

    def _face(self, sample: HeadSample, photo: Photo, cancel: CancelToken) -> tuple[Face, int | None]:
        """The face that the annotation is about, and how many there were to choose from."""
        box, search = true_box(sample.truth, photo.size), cast(FaceSearch, self._search)
        if self._request.faces == "given":
            if box is None:
                raise Trouble("bad annotation", f"{sample.key}: the data set tells no box of the face")
            face = given_face(self._request.engine.id, sample.truth, photo, box, search)
            if face is None:
                raise Trouble("no face", f"{sample.key}: nothing in the given box resembles a face")
            return face, None
        found = search.detect(photo.rgb, cancel=cancel)
        if not found:
            raise Trouble("no face", f"{sample.key}: no face was found", 0)
        if box is None:
            return found[0], len(found)
        boxes = [np.asarray(face.box_xyxy, np.float64) for face in found]
        best = most_alike(box, boxes)
        if covered_share(box, boxes[best]) <= 0:
            raise Trouble("no face", f"{sample.key}: {_counted(len(found))} found, not the annotated one", len(found))
        return found[best], len(found)


def stamps_of(dataset: HeadPoseDataset, key: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """``Row.stamp`` and ``Row.annotation`` of a sample: what changes when its files do."""
    stamps = [file_stamp(path) for path in dataset.annotation_paths(key)]
    return file_stamp(dataset.photo_path(key)), (sum(size for size, _ in stamps), sum(time for _, time in stamps))


def digest_of(truth: HeadTruth) -> str:
    """16 characters that are others when anything else is true, on every machine: last bits do not count."""
    digest = hashlib.sha256()
    for name in _TRUTH_SHAPES:
        array = getattr(truth, name)
        digest.update(f"{name} {None if array is None else array.shape}".encode())
        if array is not None:
            digest.update((np.round(array, _DIGITS) + 0.0).astype("<f8").tobytes())  # + 0.0: zero has one sign
    return digest.hexdigest()[:16]


def _told(status: Status, key: str, work: Any, faces: int | None = None) -> Any:
    """What ``work`` gives; what it raises as ``Trouble``, in one sentence. Cancelling and wrong usage pass."""
    try:
        return work()
    except (Cancelled, UsageError, Trouble):
        raise
    except PhotoError as error:
        raise Trouble("bad photo", str(error), faces) from error
    except FaceviewerError as error:
        raise Trouble(status, str(error), faces) from error
    except MemoryError as error:
        raise Trouble(status, f"{key}: there is not enough memory", faces) from error
    except Exception as error:
        raise Trouble(status, f"{key}: an unexpected error ({type(error).__name__}: {error})", faces) from error


def _counted(number: int) -> str:
    return "1 face was" if number == 1 else f"{number} faces were"


def _unseen(_: Progress) -> None:
    """For steps within one photo."""
