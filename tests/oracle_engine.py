"""An engine that knows the truth, for tests of measuring: what is told of it must be no error at all.

``register_oracle()`` makes it known as "oracle"; ``learn(dataset)`` tells it the answers; ``found(...)`` says which
faces its search finds in every photo but black ones. ``ERRORS`` makes it err in the same way everywhere; ``BEHAVIOUR``,
by the stem of a photo's file, oddly: "nan" gives a pose of such numbers, "flat" and "mirror" one that is no rotation,
"stubborn" gives up, "bug" and "memory" raise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from factories import make_reconstruction

from faceviewer.datasets.head_pose.sample import HeadPoseDataset, HeadTruth
from faceviewer.engines.engine import Shot
from faceviewer.engines.options import ReconstructOptions
from faceviewer.engines.registry import EngineSpec, register
from faceviewer.geometry.rotations import pose_from_rotation
from faceviewer.types import (
    Camera,
    CancelToken,
    Face,
    FaceMesh,
    FaceviewerError,
    HeadPose,
    LandmarkSet,
    Photo,
    ProgressCallback,
    Reconstruction,
    Topology,
)

ORACLE = EngineSpec(
    id="oracle",
    title="The truth",
    licence="none",
    needs=(),
    outputs=frozenset({"mesh", "landmarks", "pose", "focal"}),
    factory="oracle_engine:build",
    finds_faces=True,
)


@dataclass
class Errors:
    """What is wrong with every photo."""

    turn: np.ndarray = field(default_factory=lambda: np.eye(3))
    """(3, 3): the engine's head axes in the data set's."""
    origin_mm: np.ndarray = field(default_factory=lambda: np.zeros(3))
    """(3,): the engine's head origin in the data set's head."""
    shift_px: float = 0.0
    scale: float = 1.0


ANSWERS: dict[str, HeadTruth] = {}
BEHAVIOUR: dict[str, str] = {}
ERRORS = [Errors()]
ASKED: list[tuple[str, float | None]] = []
"""(stem of the photo, focal length that was told) of each reconstruction."""


def register_oracle() -> EngineSpec:
    for known in (ANSWERS, BEHAVIOUR, ASKED):
        known.clear()
    ERRORS[0] = Errors()
    register(ORACLE)
    return ORACLE


def learn(dataset: HeadPoseDataset) -> HeadPoseDataset:
    for key in dataset.keys:
        sample = dataset.sample(key)
        ANSWERS[str(sample.photo)] = sample.truth
    return dataset


def build(device: str, assets: Path | None = None) -> Oracle:
    return Oracle()


class Oracle:
    """Engine and face search in one."""

    def face_search(self, options: ReconstructOptions) -> Oracle:
        return self

    def detect(self, rgb: np.ndarray, *, search: str = "thorough", cancel: CancelToken | None = None) -> list[Face]:
        return list(FACES) if rgb.any() else []

    def detect_in_box(self, rgb: np.ndarray, box_xyxy: np.ndarray) -> Face | None:
        return _face(box_xyxy)

    def reconstruct(
        self,
        shots: Sequence[Shot],
        *,
        options: ReconstructOptions,
        progress: ProgressCallback,
        cancel: CancelToken,
    ) -> list[Reconstruction]:
        cancel.check()
        return [_answer(photo, face, options) for photo, face in shots]


FACES: list[Face] = []
"""What is found in every photo; see ``found``."""


def found(*boxes: Sequence[float]) -> None:
    """Let the search find faces in these boxes."""
    FACES[:] = [_face(np.array(box, np.float64)) for box in boxes]


def _face(box: np.ndarray) -> Face:
    return Face(box.astype(np.float32), 0.9, {})


def _answer(photo: Photo, face: Face, options: ReconstructOptions) -> Reconstruction:
    assert photo.path is not None
    ASKED.append((photo.path.stem, options.focal_px))
    match BEHAVIOUR.get(photo.path.stem):
        case "stubborn":
            raise FaceviewerError(f"{photo.path}: the face cannot be fitted")
        case "bug":
            raise ZeroDivisionError("division by zero")
        case "nan" | "flat" | "mirror" as how:
            made = _true(photo, face, ANSWERS[str(photo.path)])
            spoiled = made.pose.R * {"nan": np.nan, "flat": 0.0, "mirror": -1.0}[how]
            return replace(made, pose=replace(made.pose, R=spoiled))
        case "memory":
            raise MemoryError
    return _true(photo, face, ANSWERS[str(photo.path)])


def _true(photo: Photo, face: Face, truth: HeadTruth) -> Reconstruction:
    errors = ERRORS[0]
    made = make_reconstruction(texture_size=None, size=photo.size)
    R = np.diag([1.0, -1.0, -1.0]) if truth.R_camera_head is None else truth.R_camera_head
    t = np.array([0.0, 0.0, 700.0]) if truth.t_camera_head_mm is None else truth.t_camera_head_mm
    K = made.camera.K if truth.K is None else truth.K
    R_pred, t_pred = R @ errors.turn, t + R @ errors.origin_mm
    pose = HeadPose(R_pred, t_pred, *pose_from_rotation(R_pred))
    mesh = made.mesh
    if truth.vertices_mm is not None and truth.triangles is not None:
        mesh = _mesh(truth, errors)
    points = made.landmarks["68"] if truth.landmarks68_px is None else _points(truth, mesh, errors)
    return replace(
        made,
        face=face,
        mesh=mesh,
        pose=pose,
        camera=Camera(K, R_pred, t_pred, photo.size),
        landmarks={"68": points},
    )


def _mesh(truth: HeadTruth, errors: Errors) -> FaceMesh:
    assert truth.vertices_mm is not None and truth.triangles is not None
    vertices = (truth.vertices_mm - errors.origin_mm) @ errors.turn * errors.scale
    uv, triangles = np.zeros((1, 2), np.float32), truth.triangles
    topology = Topology("true", triangles, uv, np.zeros_like(triangles))
    return FaceMesh(vertices.astype(np.float32), topology)


def _points(truth: HeadTruth, mesh: FaceMesh, errors: Errors) -> LandmarkSet:
    """The true landmarks; on the mesh where the truth has them there."""
    assert truth.landmarks68_px is not None
    xy, seen = (truth.landmarks68_px + errors.shift_px).astype(np.float32), np.ones(68, bool)
    if truth.landmarks68_mm is None or truth.vertices_mm is None:
        return LandmarkSet("68", xy, seen)
    ids = np.linalg.norm(truth.vertices_mm[:, None] - truth.landmarks68_mm, axis=2).argmin(0).astype(np.int32)
    return LandmarkSet("68", xy, seen, np.repeat(ids[:, None], 3, 1), np.tile(np.float32([1, 0, 0]), (68, 1)))
