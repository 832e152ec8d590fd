"""AFLW2000-3D: a folder of NAME.jpg beside NAME.mat with ``pt3d_68`` (3, 68) and ``Pose_Para`` (1, 7).

Keys are the names. Of the landmarks x and y are taken, as they are (``pose_para`` says what that means); z has the
scale of x and y and no origin. There is no camera and no distance.
"""

from __future__ import annotations

from pathlib import Path

from faceviewer.datasets.head_pose.boxes import box_of
from faceviewer.datasets.head_pose.checked import array_in
from faceviewer.datasets.head_pose.key_table import KeyTable
from faceviewer.datasets.head_pose.lists import Complaints, is_safe_key, names_in, shown
from faceviewer.datasets.head_pose.pose_para import read_mat, rotation_in
from faceviewer.datasets.head_pose.sample import Angles, HeadSample, HeadTruth
from faceviewer.types import FaceviewerError


class Aflw2000:
    """The whole data set, or any part of its files."""

    id = "aflw2000"
    title = "AFLW2000-3D"
    angles: Angles = "pose_para"

    def __init__(self, root: Path) -> None:
        """Raises FaceviewerError when the folder cannot be read or has no annotation."""
        self.root = root
        names = names_in(root)
        complaints = Complaints()
        annotated = [name.removesuffix(".mat") for name in sorted(names) if name.endswith(".mat")]
        for name in annotated:
            if not is_safe_key(name):
                complaints.add("files with unusable names", f"{root}: {shown(name)} is not a usable name, left out")
        for name in sorted(names):
            if name.endswith(".jpg") and f"{name.removesuffix('.jpg')}.mat" not in names:
                complaints.add("photos without annotation", f"{root / name}: has no annotation beside it")
        self.keys = KeyTable(filter(is_safe_key, annotated))
        if not self.keys:
            raise FaceviewerError(f"{root}: has no annotation (.mat)")
        self.problems = complaints.sentences()

    def photo_path(self, key: str) -> Path:
        self.keys.row(key)
        return self.root / f"{key}.jpg"

    def annotation_paths(self, key: str) -> tuple[Path, ...]:
        self.keys.row(key)
        return (self.root / f"{key}.mat",)

    def sample(self, key: str) -> HeadSample:
        photo = self.photo_path(key)
        (path,) = self.annotation_paths(key)
        arrays = read_mat(path)
        landmarks = array_in(arrays, "pt3d_68", (3, 68), path)[:2].T
        truth = HeadTruth(
            R_camera_head=rotation_in(arrays, path), landmarks68_px=landmarks, face_box_ltrb=box_of(landmarks, path)
        )
        return HeadSample(key, photo, truth)
