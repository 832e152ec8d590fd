"""What the detector says of many pictures whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from faceviewer.detection import FaceDetector
from faceviewer.engines.builtin.calibration.people import Crowd
from faceviewer.engines.builtin.calibration.scenes import SIZE_PX, Scene
from faceviewer.models.head_model import HeadModel
from faceviewer.types import FaceMesh

FAR_PX = 90.0
"""A detection whose centre lies further from the picture's is of something else."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """N pictures: truth and detection."""

    identity: np.ndarray
    """(N, K) model coefficients that were drawn."""
    expression: np.ndarray
    """(N, E)"""
    R: np.ndarray
    """(N, 3, 3) R_camera_head."""
    t_mm: np.ndarray
    """(N, 3)"""
    focal_px: np.ndarray
    """(N,)"""
    face_mm: np.ndarray
    """(N, M, 3) float32, true positions of the vertices ``face_vertices``, head frame."""
    xyz_px: np.ndarray
    """(N, 478, 3) float32, detected landmarks with the network's depth, pixels."""
    blendshapes: np.ndarray
    """(N, 52) float32"""
    face_vertices: np.ndarray
    """(M,) vertex ids."""

    def __len__(self) -> int:
        return len(self.identity)


PER_PICTURE = tuple(field.name for field in fields(Dataset) if field.name != "face_vertices")


def measured_vertices(head: HeadModel, step: int = 6) -> np.ndarray:
    """The vertices whose truth is recorded: every ``step``-th of the face and, so that sets mirror, their twins."""
    chosen = head.topology.regions["face"][::step]
    assert head.topology.symmetry is not None
    return np.unique(np.concatenate([chosen, head.topology.symmetry[chosen]]))


Photographer = Callable[[FaceMesh, np.random.Generator], Scene]
"""Takes a random picture of a head."""


def make_dataset(
    head: HeadModel, crowd: Crowd, take: Photographer, count: int, seed: int, keep: Callable[[Scene], None]
) -> Dataset:
    """Photograph random people until ``count`` were detected; the same seed gives the same pictures.

    ``keep`` is handed each picture that made it into the dataset, in order.
    """
    rng = np.random.default_rng(seed)
    detector = FaceDetector()
    vertices = measured_vertices(head)
    rows: dict[str, list[np.ndarray]] = {name: [] for name in PER_PICTURE}
    while len(rows["identity"]) < count:
        person = crowd.draw(rng)
        scene = take(FaceMesh(person.vertices_mm, head.topology), rng)
        faces = detector.detect(scene.rgb)
        if not faces:
            continue
        points = faces[0].landmarks["478"]
        if np.linalg.norm(points.xy_px.mean(0) - SIZE_PX / 2) > FAR_PX:
            continue
        camera = scene.camera
        record = {
            "identity": person.identity,
            "expression": person.expression,
            "R": camera.R_camera_head,
            "t_mm": camera.t_camera_head,
            "focal_px": camera.K[0, 0],
            "face_mm": person.vertices_mm[vertices],
            "xyz_px": np.c_[points.xy_px, points.z_px],
            "blendshapes": faces[0].blendshapes,
        }
        for name, value in record.items():
            rows[name].append(np.asarray(value, np.float32))
        keep(scene)
    return Dataset(**{name: np.stack(values) for name, values in rows.items()}, face_vertices=vertices)


def concatenate(parts: list[Dataset]) -> Dataset:
    """All pictures of several datasets over the same vertices."""
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in PER_PICTURE}
    return Dataset(**joined, face_vertices=parts[0].face_vertices)
