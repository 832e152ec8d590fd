"""BIWI Kinect Head Pose: sequences of a turning head whose pose a depth camera measured.

``hpdb``, wherever it lies below the data set's folder (``find_biwi``)::

    NN/frame_XXXXX_rgb.png, NN/frame_XXXXX_pose.txt   3 lines of R, then T in mm: head to depth camera
    NN/rgb.cal                                        K, distortion, depth to colour camera, width and height
    NN.obj                                            the subject's neutral head in mm
    annot_mtcnn_fan.pkl (or annot_predBbox_0718.pkl)  optional, TRG's: frames, heads, landmarks that FAN found

Keys are ``NN/frame_XXXXX``. Poses are given in the colour camera; its distortion is left out, as TRG does. The found
landmarks are no truth, only the box is made of them; without the file, or for frames without landmarks, there is none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np

from faceviewer.datasets.head_pose.biwi_annotation import (
    FRAME,
    NAMES,
    BiwiAnnotation,
    BiwiHead,
    as_head,
    read_annotation,
)
from faceviewer.datasets.head_pose.boxes import box_inside
from faceviewer.datasets.head_pose.checked import check_rotation, numbers_in_text
from faceviewer.datasets.head_pose.frames import TRG_FROM_OURS
from faceviewer.datasets.head_pose.key_table import KeyTable
from faceviewer.datasets.head_pose.lists import Complaints, names_in, names_or_complaint
from faceviewer.datasets.head_pose.photo_size import check_photo_size
from faceviewer.datasets.head_pose.sample import Angles, HeadSample, HeadTruth
from faceviewer.io.obj import read_obj
from faceviewer.types import FaceviewerError

SEQUENCE = re.compile(r"\d\d")
POSE = "_pose.txt"
_KEPT = 64
"""Sequences whose camera and head are kept in memory; there are 24."""
_MAX_SIDE = 1 << 14


class Biwi:
    """The frames that the annotation file lists, or all frames with a pose."""

    id = "biwi"
    title = "BIWI Kinect Head Pose"
    angles: Angles = "yxz"

    def __init__(self, root: Path) -> None:
        """``root`` is ``hpdb``. Raises FaceviewerError when the annotation file is damaged or foreign, or without one
        when there is no frame with a pose.
        """
        self.root = root
        complaints = Complaints()
        path = next((root / name for name in NAMES if os.path.exists(root / name)), None)
        self._annotation: BiwiAnnotation | None = None
        if path is None:
            self.keys = KeyTable(_frames(root, complaints))
        else:
            self._annotation = read_annotation(path, complaints)
            self.keys = self._annotation.keys
        if not self.keys:
            raise complaints.refusal(path or root, "names no frame with a pose")
        if path is None:
            complaints.add("missing files", f"{root}: samples have no box, for there is no {' or '.join(NAMES)}")
        self.problems = complaints.sentences()
        self._camera = lru_cache(_KEPT)(self._read_camera)
        self._head = lru_cache(_KEPT)(self._read_head)

    def photo_path(self, key: str) -> Path:
        self.keys.row(key)
        return self.root / f"{key}_rgb.png"

    def annotation_paths(self, key: str) -> tuple[Path, ...]:
        self.keys.row(key)
        sequence = key.partition("/")[0]
        listed = () if self._annotation is None else (self._annotation.path,)
        return self._pose_path(key), self._camera_path(sequence), self._head_path(sequence), *listed

    def sample(self, key: str) -> HeadSample:
        row, photo = self.keys.row(key), self.photo_path(key)
        sequence = key.partition("/")[0]
        camera, head = self._camera(sequence), self._head(sequence)
        check_photo_size(photo, camera[1], self._camera_path(sequence))
        R, t_mm = self._pose(key, camera)
        box, notes = self._box(row, camera[1])
        truth = HeadTruth(
            R_camera_head=R @ TRG_FROM_OURS,
            t_camera_head_mm=t_mm,
            K=camera[0],
            vertices_mm=head.vertices_mm @ TRG_FROM_OURS,
            triangles=head.triangles,
            face_box_ltrb=box,
            shape_is_posed=False,
        )
        return HeadSample(key, photo, truth, notes)

    def _pose(self, key: str, camera: _Camera) -> tuple[np.ndarray, np.ndarray]:
        """R and t in the colour camera, of a head with TRG's axes."""
        path = self._pose_path(key)
        numbers = numbers_in_text(path, 12)
        R = numbers[:9].reshape(3, 3)
        check_rotation(R, "R", path)
        return camera[2] @ R, camera[2] @ numbers[9:] + camera[3]

    def _box(self, row: int, size: tuple[int, int]) -> tuple[np.ndarray | None, tuple[str, ...]]:
        if self._annotation is None:
            return None, ()
        landmarks = self._annotation.landmarks(row)
        if landmarks is None:
            return None, ("no landmarks were found in this frame, hence no box",)
        try:
            return box_inside(landmarks, size, self._annotation.path)
        except FaceviewerError as error:
            return None, (f"{error}, hence no box",)

    def _read_camera(self, sequence: str) -> _Camera:
        path = self._camera_path(sequence)
        numbers = numbers_in_text(path, 27)
        K, R, size = numbers[:9].reshape(3, 3), numbers[13:22].reshape(3, 3), numbers[25:]
        if not (K[0, 0] > 0 and K[1, 1] > 0 and np.array_equal(K[2], [0, 0, 1]) and K[1, 0] == 0):
            raise FaceviewerError(f"{path}: the first nine numbers are no camera")
        check_rotation(R, "R", path)
        if not ((size >= 1) & (size <= _MAX_SIDE) & (size % 1 == 0)).all():
            raise FaceviewerError(f"{path}: the last two numbers are no width and height")
        return K, (int(size[0]), int(size[1])), R, numbers[22:25]

    def _read_head(self, sequence: str) -> BiwiHead:
        if self._annotation is not None and sequence in self._annotation.heads:
            return self._annotation.heads[sequence]
        path = self._head_path(sequence)
        mesh = read_obj(path)
        return as_head(mesh.vertices, mesh.triangles, path)

    def _pose_path(self, key: str) -> Path:
        return self.root / f"{key}{POSE}"

    def _camera_path(self, sequence: str) -> Path:
        return self.root / sequence / "rgb.cal"

    def _head_path(self, sequence: str) -> Path:
        return self.root / f"{sequence}.obj"


_Camera = tuple[np.ndarray, tuple[int, int], np.ndarray, np.ndarray]
"""K, (width, height), and R, t in mm from the depth camera to this one."""


def is_hpdb(folder: Path) -> bool:
    """Whether a folder has sequences, or an annotation file that lists them."""
    if any(os.path.isfile(folder / name) for name in NAMES):
        return True
    names = names_or_complaint(folder, Complaints())
    return any(_is_sequence(folder / name) for name in names if SEQUENCE.fullmatch(name))


def _is_sequence(folder: Path) -> bool:
    """Whether a folder has a camera or a pose."""
    if os.path.isfile(folder / "rgb.cal"):
        return True
    names = names_or_complaint(folder, Complaints())
    return any(name.startswith("frame_") and name.endswith(POSE) for name in names)


def _frames(root: Path, complaints: Complaints) -> Iterator[str]:
    for sequence in sorted(name for name in names_in(root) if SEQUENCE.fullmatch(name)):
        if not os.path.isdir(root / sequence):
            continue
        for name in sorted(names_or_complaint(root / sequence, complaints)):
            frame = name.removesuffix(POSE)
            if frame != name and FRAME.fullmatch(f"{sequence}/{frame}_rgb.png"):
                yield f"{sequence}/{frame}"
