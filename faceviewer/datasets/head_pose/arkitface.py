"""ARKitFace: photos of a phone with the face mesh and the head pose that its depth camera measured.

Below the data set's folder, as its authors give it and TRG expects it::

    ARKitFace_list/list/ARKitFace_{train,test}.csv       columns subject_id, facial_action, img_id
    ARKitFace_image_{train,test}/image/SUBJECT/ACTION/ID_ar.jpg
    ARKitFace_info_{train,test}/info/SUBJECT/ACTION/ID_info.npz      verts (1220, 3) m, R_t (4, 4) for row vectors
    flip_index.npy                                       (1220,), optional: TRG's mirror permutation
    ARKitFace_resources/                                 optional: kpt_ind.npy, and triangles.npy or tris_2388x3.npy

Keys are ``SUBJECT/ACTION/ID``. Where the mesh has its 68 landmarks and its triangles is in these small files, or in
TRG's ``trg_constants.npz``, which holds both. They are looked for in ``resources``, ``ARKitFace_resources`` and the
data set's folder; without them samples have neither.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from faceviewer.datasets.head_pose.arkitface_list import read_list
from faceviewer.datasets.head_pose.arkitface_resources import VERTICES, read_flip_index, read_resources
from faceviewer.datasets.head_pose.boxes import box_of
from faceviewer.datasets.head_pose.checked import array_in, check_rotation
from faceviewer.datasets.head_pose.frames import CAMERA_FROM_VIEWER, MM, project
from faceviewer.datasets.head_pose.lists import Complaints
from faceviewer.datasets.head_pose.sample import Angles, HeadSample, HeadTruth
from faceviewer.geometry.pinhole import pinhole
from faceviewer.io.photo import photo_size
from faceviewer.io.safe_load import load_npz
from faceviewer.types import FaceviewerError

Part = Literal["test", "train"]
PARTS: tuple[Part, ...] = ("test", "train")
FOCAL_OF_SIDE = 1.57443701 / 2
"""Horizontal focal length over width, and vertical over height: half of what ARKit's projection begins with."""
_MAX_INFO_BYTES = 16 << 20


class ArkitFace:
    """One part of ARKitFace."""

    id = "arkitface"
    angles: Angles = "yxz"

    def __init__(self, root: Path, part: Part = "test", *, resources: Path | None = None) -> None:
        """``root`` has the list; ``resources`` is a folder with TRG's small files. Raises FaceviewerError when the list
        is missing, damaged, or names nothing.
        """
        self.root, self.part = root, part
        self.title = f"ARKitFace, {part}"
        complaints = Complaints()
        self.keys = read_list(list_path(root, part), complaints)
        places = [place for place in (resources, root / "ARKitFace_resources", root) if place is not None]
        self._mesh = read_resources(places, complaints)
        self.flip_index = read_flip_index(root / "flip_index.npy", complaints)
        """(1220,) int32, or None without the file: where the vertex lies that mirrors each, and of that one the same.
        TRG mirrors a face by negating x of all vertices and then taking ``vertices[flip_index]``."""
        self.problems = complaints.sentences()

    def photo_path(self, key: str) -> Path:
        folder, name = self._place(key)
        return self.root / f"ARKitFace_image_{self.part}" / "image" / folder / f"{name}_ar.jpg"

    def annotation_paths(self, key: str) -> tuple[Path, ...]:
        folder, name = self._place(key)
        return (self.root / f"ARKitFace_info_{self.part}" / "info" / folder / f"{name}_info.npz",)

    def sample(self, key: str) -> HeadSample:
        (info,) = self.annotation_paths(key)
        vertices_mm, R, t_mm = _read_info(info)
        photo = self.photo_path(key)
        K = camera(photo_size(photo))
        landmarks_mm = None if self._mesh.landmarks68 is None else vertices_mm[self._mesh.landmarks68]
        landmarks_px = None if landmarks_mm is None else project(landmarks_mm, R, t_mm, K)
        truth = HeadTruth(
            R_camera_head=R,
            t_camera_head_mm=t_mm,
            K=K,
            landmarks68_px=landmarks_px,
            vertices_mm=vertices_mm,
            triangles=self._mesh.triangles,
            landmarks68_mm=landmarks_mm,
            face_box_ltrb=None if landmarks_px is None else box_of(landmarks_px, info),
        )
        is_behind = landmarks_mm is not None and landmarks_px is None
        return HeadSample(key, photo, truth, ("the head is not in front of the camera",) if is_behind else ())

    def _place(self, key: str) -> tuple[str, str]:
        """(folder, id). Raises KeyError."""
        self.keys.row(key)
        folder, _, name = key.rpartition("/")
        return folder, name


def list_path(root: Path, part: Part) -> Path:
    """Where the list of a part lies."""
    return root / "ARKitFace_list" / "list" / f"ARKitFace_{part}.csv"


def camera(size: tuple[int, int]) -> np.ndarray:
    """(3, 3) K of a photo of (width, height) pixels."""
    K = pinhole(FOCAL_OF_SIDE * size[0], size)
    K[1, 1] = FOCAL_OF_SIDE * size[1]
    return K


def _read_info(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices in mm and the pose, R and t in mm, in our frames. Raises FaceviewerError."""
    arrays = load_npz(path, max_bytes=_MAX_INFO_BYTES)
    vertices, R_t = array_in(arrays, "verts", (VERTICES, 3), path), array_in(arrays, "R_t", (4, 4), path)
    if not np.allclose(R_t[:, 3], [0, 0, 0, 1], atol=1e-4):
        raise FaceviewerError(f"{path}: 'R_t' is not a pose for row vectors")
    check_rotation(R_t[:3, :3], "R_t", path)
    return vertices * MM, CAMERA_FROM_VIEWER @ R_t[:3, :3].T, CAMERA_FROM_VIEWER @ R_t[3, :3] * MM
