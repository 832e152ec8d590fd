"""A face in a photo with what is true of it, and a data set of such faces: what all readers here give.

Frames and units are faceviewer's (``faceviewer.types``), whatever the files have: millimetres; camera x right, y down,
z forward; head axes x to the subject's left, y up, z out of the face. Only the head's *origin* is the data set's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from faceviewer.types import Camera

Angles = Literal["pose_para", "yxz"]
"""How a data set and those who publish figures on it count yaw, pitch and roll: as AFLW2000-3D's ``Pose_Para``
(``geometry.rotations.pose_from_rotation``), or by fixed axes y, x, z of the camera, as TRG, ARKitFace and BIWI do."""


@dataclass(frozen=True, eq=False)
class HeadTruth:
    """What is known of one face. Arrays are read-only; what a data set does not tell is None."""

    R_camera_head: np.ndarray | None = None
    """(3, 3) float64."""
    t_camera_head_mm: np.ndarray | None = None
    """(3,) float64, the data set's head origin in the camera frame; None where a data set has no metric scale."""
    K: np.ndarray | None = None
    """(3, 3) float64, pixels: the camera that took the photo."""
    landmarks68_px: np.ndarray | None = None
    """(68, 2) float64, photo pixels, the top-left corner of the photo being (0, 0)."""
    vertices_mm: np.ndarray | None = None
    """(V, 3) float64 in the head frame: the face, or for BIWI the subject's neutral head."""
    triangles: np.ndarray | None = None
    """(F, 3) int32, counter-clockwise seen from outside; None where a data set's files do not tell."""
    landmarks68_mm: np.ndarray | None = None
    """(68, 3) float64 on the mesh, in the head frame."""
    face_box_ltrb: np.ndarray | None = None
    """(4,) float64 photo pixels: what the published protocol takes for the detector's box of 68 landmarks."""
    shape_is_posed: bool = True
    """Whether ``vertices_mm`` is the face of this very photo, expression included; False for a neutral head."""

    def __post_init__(self) -> None:
        for name in ("R_camera_head", "t_camera_head_mm", "K", "landmarks68_px", "vertices_mm", "triangles",
                     "landmarks68_mm", "face_box_ltrb"):  # fmt: skip
            array = getattr(self, name)
            if array is not None:
                view = np.ascontiguousarray(array).view()
                view.setflags(write=False)
                object.__setattr__(self, name, view)

    def camera(self, size: tuple[int, int]) -> Camera | None:
        """The camera that took the photo of ``size`` (width, height); None where K, rotation or place is not known."""
        if self.K is None or self.R_camera_head is None or self.t_camera_head_mm is None:
            return None
        return Camera(self.K, self.R_camera_head, self.t_camera_head_mm, size)


@dataclass(frozen=True, eq=False)
class HeadSample:
    """One photo of a data set."""

    key: str
    """Names the sample in its data set: a path with slashes without suffix, or the like. Unique, stable, shown."""
    photo: Path
    """The photo's file; whether it can be read is found out when it is."""
    truth: HeadTruth
    notes: tuple[str, ...] = field(default_factory=tuple)
    """Sentences on what is odd about this sample, such as a box that was moved."""


class HeadPoseDataset(Protocol):
    """A data set on the disk. Opening one lists its samples; a sample's own files are read when it is asked for."""

    @property
    def id(self) -> str:
        """ "arkitface", "300w-lp", "aflw2000", "biwi" or "heads"."""
        ...

    @property
    def title(self) -> str:
        """How people call it, with the part that was opened: "ARKitFace, test"."""
        ...

    @property
    def angles(self) -> Angles: ...

    @property
    def keys(self) -> Sequence[str]:
        """Keys of all samples that the data set lists, in its order, whether or not their files are whole."""
        ...

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences on what is wrong with the data set as a whole: lines of lists that name nothing, and the like."""
        ...

    def photo_path(self, key: str) -> Path:
        """Where the photo of a sample should lie; nothing is read for that."""
        ...

    def annotation_paths(self, key: str) -> tuple[Path, ...]:
        """The files from which the truth of a sample is read, whether or not they are there; nothing is read for that.

        KeyError for a key that the data set does not have, and nothing else.
        """
        ...

    def sample(self, key: str) -> HeadSample:
        """Read one sample. Raises FaceviewerError, in one sentence that names the file and the reason, when its
        annotation is missing or damaged: numbers that are not finite, arrays of other shapes, foreign pickles.
        KeyError for a key that the data set does not have.
        """
        ...
