"""A mesh file as a result, so that everything that shows, measures, compares and exports heads takes it.

It has no photo: its engine is ``FILE_ENGINE``, its face has no landmarks of a picture, and its camera stands in front.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from faceviewer.app.state import FILE_ENGINE
from faceviewer.types import (
    Camera,
    CancelToken,
    Face,
    FaceMesh,
    HeadPose,
    LandmarkSet,
    ProgressCallback,
    Reconstruction,
)

if TYPE_CHECKING:
    from faceviewer.assets.places import Place
    from faceviewer.io.mesh_file import MeshFile

_PICTURE_PX = 1024
_DISTANCE_RADII = 6.0
"""Of the camera, in radii of the ball around the mesh: as far as one stands to take a portrait."""
_FILLED = 0.9
_UPRIGHT = np.diag([1.0, -1.0, -1.0])
"""R_camera_head of a head that looks straight into the camera."""


@dataclass(frozen=True, eq=False)
class MeshResult:
    """What was read from a mesh file."""

    result: Reconstruction
    in_head_frame: bool
    """It was taken as it is, and stands where heads stand."""


def read_mesh_result(path: Path, place: Place, progress: ProgressCallback, cancel: CancelToken) -> MeshResult:
    """Read a mesh; one of a model that is known gets its landmarks and parts. For a background thread.

    A ``face_model.npy`` gives its mean face. place: where files of published systems lie. Raises FaceviewerError
    naming the file; Cancelled.
    """
    start = time.perf_counter()
    read = _mean_face(path) if path.suffix.lower() == ".npy" else _mesh_of_file(path, place, cancel)
    cancel.check()
    coefficients = _coefficients(read.mesh, place)
    cancel.check()
    result = replace(
        result_of_mesh(path.name, read.mesh, read.notes),
        photo_sha256=read.sha256,
        textures={} if read.texture is None else {"photo": read.texture},
        coefficients=coefficients,
        timings={"read": time.perf_counter() - start},
    )
    return MeshResult(result, read.in_head_frame)


def result_of_mesh(name: str, mesh: FaceMesh, notes: tuple[str, ...]) -> Reconstruction:
    """A mesh that no engine made, called ``name``; the first of the ``notes`` is that on its unit."""
    camera = camera_before(mesh)
    return Reconstruction(
        photo_name=name,
        photo_sha256="",
        photo_size=camera.size,
        engine=FILE_ENGINE,
        device="cpu",
        face=Face(_box(mesh, camera), 1.0, {}, None),
        mesh=mesh,
        camera=camera,
        pose=HeadPose(camera.R_camera_head, camera.t_camera_head, 0.0, 0.0, 0.0),
        landmarks={name: _landmarks(name, mesh, camera) for name in mesh.topology.landmarks},
        textures={},
        coefficients={},
        reprojection_px=float("nan"),
        focal_from="engine",
        stages=("read",),
        warnings=notes,
    )


def _mesh_of_file(path: Path, place: Place, cancel: CancelToken) -> MeshFile:
    """The mesh with the topology of the model that it is of, if that is known."""
    from faceviewer.io.mesh_file import MESH_TOPOLOGY, read_mesh_file
    from faceviewer.models.known_topologies import recognised

    read = read_mesh_file(path, cancel)
    plain = read.mesh.topology
    topology = recognised(plain, len(read.mesh.vertices), place, has_uv=len(plain.uv) > 1)
    if topology.name == MESH_TOPOLOGY:
        return read
    note = f"Its triangles are those of the model “{topology.name}”: it has its landmarks and parts."
    return replace(read, mesh=replace(read.mesh, topology=topology), notes=(*read.notes, note))


def _coefficients(mesh: FaceMesh, place: Place) -> dict[str, np.ndarray]:
    """Those of a head whose model is here, so that it can be changed; of others none."""
    from faceviewer.models.hifi3d.topology import NAME

    if mesh.topology.name != NAME:
        return {}
    from faceviewer.models.hifi3d.fit_mesh import coefficients_of

    return coefficients_of(mesh, place)


def _mean_face(path: Path) -> MeshFile:
    from faceviewer.io.mesh_file import MeshFile
    from faceviewer.models.known_topologies import mean_face

    mesh = mean_face(path)
    notes = ("The mean face of the model, in millimetres: one of its units is 100 mm.",)
    return MeshFile(mesh, None, hashlib.sha256(path.read_bytes()).hexdigest(), True, notes)


def camera_before(mesh: FaceMesh) -> Camera:
    """A camera that sees all of the mesh from its front."""
    low, high = drawn_bounds(mesh)
    radius = float(np.linalg.norm(high - low)) / 2
    distance = _DISTANCE_RADII * radius
    focal = _FILLED * _PICTURE_PX / 2 * np.sqrt(_DISTANCE_RADII**2 - 1)  # the ball just fits
    middle_px = _PICTURE_PX / 2
    K = np.array([[focal, 0, middle_px], [0, focal, middle_px], [0, 0, 1.0]])
    t = np.array([0, 0, distance]) - _UPRIGHT @ ((low + high) / 2)
    return Camera(K, _UPRIGHT, t, (_PICTURE_PX, _PICTURE_PX))


def drawn_bounds(mesh: FaceMesh) -> tuple[np.ndarray, np.ndarray]:
    """Two corners (3,) float64 of the box around all triangles, mm; loose vertices may lie anywhere."""
    drawn = mesh.vertices[np.unique(mesh.topology.triangles)].astype(np.float64)
    return drawn.min(0), drawn.max(0)


def _box(mesh: FaceMesh, camera: Camera) -> np.ndarray:
    """(4,) float32: what the mesh covers of its camera's picture."""
    xy = camera.project(mesh.vertices[np.unique(mesh.topology.triangles)])
    return np.concatenate([xy.min(0), xy.max(0)]).astype(np.float32)


def _landmarks(name: str, mesh: FaceMesh, camera: Camera) -> LandmarkSet:
    vertices, weights = mesh.topology.landmarks[name]
    xyz_mm = np.einsum("lk,lkc->lc", weights, mesh.vertices[vertices])
    xy_px = camera.project(xyz_mm).astype(np.float32)
    return LandmarkSet(name, xy_px, np.ones(len(xy_px), bool), vertices, weights)
