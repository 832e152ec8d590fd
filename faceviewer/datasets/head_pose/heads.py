"""A folder of photos of heads whose shape, pose and camera are known, in a form that anyone can make.

``truth.json`` is an object with a member per photo; its name is the photo's, without suffix::

    {"head1_view0": {"R": [[..], [..], [..]], "t_mm": [x, y, z],      both or neither
                     "focal_px": 1796.7, "width": 720, "height": 720,  the camera: all three or none
                     "centre_px": [cx, cy],                            where it looks; else the middle of the photo
                     "head": 1,                                        the mesh is in head1.npz; number or text
                     "neutral": false,                                 true: that mesh is not this photo's expression
                     "landmarks": [[x, y], ... 68]}}                   pixels, (0, 0) the photo's top-left corner

Every member is optional (or null), and others are passed over. ``R`` (for column vectors) and ``t_mm`` lead from the
head to a camera that looks along -z with x to the right and y up; the head has x to the subject's left, y up and z out
of the face, in millimetres. ``head1.npz`` has ``v`` (V, 3) in that frame and, where known, triangles ``f`` (F, 3), seen
counter-clockwise from outside, and ``lm68`` (68, 3), the iBUG landmarks on the mesh. Photos are NAME.jpg, NAME.jpeg or
NAME.png beside it. Without ``landmarks``, those of the mesh are projected.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from faceviewer.datasets.head_pose.boxes import box_of
from faceviewer.datasets.head_pose.checked import LARGEST, array_in, as_ids
from faceviewer.datasets.head_pose.frames import CAMERA_FROM_VIEWER, project
from faceviewer.datasets.head_pose.key_table import KeyTable
from faceviewer.datasets.head_pose.lists import Complaints, is_safe_key, shown
from faceviewer.datasets.head_pose.photo_size import check_photo_size
from faceviewer.datasets.head_pose.sample import Angles, HeadSample, HeadTruth
from faceviewer.geometry.pinhole import pinhole
from faceviewer.geometry.rotations import is_rotation
from faceviewer.io.json_node import JsonNode, read_json
from faceviewer.io.safe_load import load_npz
from faceviewer.types import FaceviewerError

TRUTH = "truth.json"
SUFFIXES = (".jpg", ".jpeg", ".png")
_MAX_MESH_BYTES = 256 << 20
_MAX_SIDE = 1 << 16
_KEPT = 8
"""Meshes kept in memory."""


@dataclass(frozen=True, eq=False)
class _Mesh:
    vertices: np.ndarray | None = None
    triangles: np.ndarray | None = None
    landmarks: np.ndarray | None = None


_NO_MESH = _Mesh()


@dataclass(frozen=True, eq=False)
class _View:
    """A member of truth.json, in faceviewer's frames."""

    head: str | None
    R: np.ndarray | None
    t_mm: np.ndarray | None
    K: np.ndarray | None
    size: tuple[int, int] | None
    landmarks_px: np.ndarray | None
    is_neutral: bool


class Heads:
    """Photos of known heads."""

    id = "heads"
    angles: Angles = "pose_para"

    def __init__(self, root: Path) -> None:
        """Raises FaceviewerError when truth.json is missing, damaged or empty."""
        self.root = root
        self.title = f"known heads, {root.resolve().name}"
        self._path = root / TRUTH
        complaints = Complaints()
        try:
            views = dict(read_json(self._path).items())
        except FaceviewerError as error:
            raise FaceviewerError(f"{self._path}: {error}") from None
        for name in views:
            if not is_safe_key(name):
                reason = f"{self._path}: {shown(name)} is no photo within the folder and was left out"
                complaints.add("names of no photo within the folder", reason)
        self._views = {name: view for name, view in views.items() if is_safe_key(name)}
        self.keys = KeyTable(self._views)
        if not self.keys:
            raise complaints.refusal(self._path, "names no photo")
        self.problems = complaints.sentences()
        self._mesh = lru_cache(_KEPT)(self._read_mesh)

    def photo_path(self, key: str) -> Path:
        self.keys.row(key)
        places = [self.root / f"{key}{suffix}" for suffix in SUFFIXES]
        return next((place for place in places if os.path.exists(place)), places[0])

    def annotation_paths(self, key: str) -> tuple[Path, ...]:
        try:
            head = _head_name(self._views[key])
        except FaceviewerError:  # the sample will say what is wrong with it
            head = None
        return (self._path,) if head is None else (self._path, self._mesh_path(head))

    def sample(self, key: str) -> HeadSample:
        photo = self.photo_path(key)
        try:
            view = _read_view(self._views[key])
        except FaceviewerError as error:
            raise FaceviewerError(f"{self._path}: {error}") from None
        if view.size is not None:
            check_photo_size(photo, view.size, self._path)
        mesh = _NO_MESH if view.head is None else self._mesh(view.head)
        landmarks_px = _projected(view, mesh) if view.landmarks_px is None else view.landmarks_px
        truth = HeadTruth(
            R_camera_head=view.R,
            t_camera_head_mm=view.t_mm,
            K=view.K,
            landmarks68_px=landmarks_px,
            vertices_mm=mesh.vertices,
            triangles=mesh.triangles,
            landmarks68_mm=mesh.landmarks,
            face_box_ltrb=None if landmarks_px is None else box_of(landmarks_px, f"{self._path}: {key}"),
            shape_is_posed=not view.is_neutral,
        )
        return HeadSample(key, photo, truth)

    def _mesh_path(self, head: str) -> Path:
        return self.root / f"head{head}.npz"

    def _read_mesh(self, head: str) -> _Mesh:
        path = self._mesh_path(head)
        arrays = load_npz(path, max_bytes=_MAX_MESH_BYTES)
        vertices = array_in(arrays, "v", (None, 3), path)
        if not len(vertices):
            raise FaceviewerError(f"{path}: 'v' is empty")
        triangles = as_ids(arrays["f"], "f", (None, 3), len(vertices), path) if "f" in arrays else None
        return _Mesh(vertices, triangles, array_in(arrays, "lm68", (68, 3), path) if "lm68" in arrays else None)


def _has(view: JsonNode, name: str) -> bool:
    return name in view and not view[name].is_null()


def _read_view(view: JsonNode) -> _View:
    """Raises FaceviewerError with the place of what is wrong."""
    if not view.is_null():
        dict(view.items())  # or it is no object
    R, t_mm = _pose(view)
    landmarks_px = view["landmarks"].rows(68, 2) if _has(view, "landmarks") else None
    is_neutral = _has(view, "neutral") and view["neutral"].flag()
    K, size = _camera(view)
    found = _View(_head_name(view), R, t_mm, K, size, landmarks_px, is_neutral)
    for array in (t_mm, K, landmarks_px):
        if array is not None and np.abs(array).max() > LARGEST:
            view.fail("it has numbers beyond all measure")
    return found


def _projected(view: _View, mesh: _Mesh) -> np.ndarray | None:
    """The mesh's landmarks on the photo, where all is known that it takes."""
    if view.is_neutral or view.R is None or view.t_mm is None or view.K is None or mesh.landmarks is None:
        return None
    return project(mesh.landmarks, view.R, view.t_mm, view.K)


def _head_name(view: JsonNode) -> str | None:
    if not _has(view, "head"):
        return None
    try:
        return str(view["head"].integer(0, 10**9))
    except FaceviewerError:
        return view["head"].file_name()


def _pose(view: JsonNode) -> tuple[np.ndarray, np.ndarray] | tuple[None, None]:
    if not _has(view, "R") and not _has(view, "t_mm"):
        return None, None
    R, t_mm = view["R"].rows(3, 3), view["t_mm"].numbers(3)
    if not is_rotation(R):
        view["R"].fail("not a rotation")
    if t_mm[2] >= 0:
        view["t_mm"].fail("the head would be behind the camera, which looks along -z")
    return CAMERA_FROM_VIEWER @ R, CAMERA_FROM_VIEWER @ t_mm


def _camera(view: JsonNode) -> tuple[np.ndarray, tuple[int, int]] | tuple[None, None]:
    """K and the (width, height) of the photo."""
    if not any(_has(view, name) for name in ("focal_px", "width", "height")):
        return None, None
    focal = view["focal_px"].number()
    if focal <= 0:
        view["focal_px"].fail("more than 0 expected")
    size = view["width"].integer(1, _MAX_SIDE), view["height"].integer(1, _MAX_SIDE)
    K = pinhole(focal, size)
    if _has(view, "centre_px"):
        K[:2, 2] = view["centre_px"].numbers(2)
    return K, size
