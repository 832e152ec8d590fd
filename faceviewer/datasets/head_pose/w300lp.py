"""300W-LP: photos of faces turned by a program, with their landmarks and poses.

Below the data set's folder, as TRG expects it::

    {AFW,HELEN,IBUG,LFPW}[_Flip]/NAME.jpg and NAME.mat   Pose_Para (1, 7); the .mat is optional here
    landmarks/{AFW,HELEN,IBUG,LFPW}/NAME_pts.mat         pts_3d (68, 2), pixels of the photo that is not mirrored
    files.txt                                            optional: a path per line, without suffix

Keys are ``FOLDER/NAME``. Mirrored photos take the landmarks of the others: x becomes width - 1 - x, and left and right
change places. ``pose_para`` says what is known of the pixels. There is no camera and no distance.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from faceviewer.datasets.head_pose.boxes import box_inside
from faceviewer.datasets.head_pose.checked import array_in
from faceviewer.datasets.head_pose.key_table import KeyTable
from faceviewer.datasets.head_pose.lists import Complaints, is_safe_key, names_or_complaint, read_text, shown
from faceviewer.datasets.head_pose.pose_para import read_mat, rotation_in
from faceviewer.datasets.head_pose.sample import Angles, HeadSample, HeadTruth
from faceviewer.io.photo import photo_size

SETS = ("AFW", "HELEN", "IBUG", "LFPW")
MIRRORED = "_Flip"
FOLDERS = tuple(f"{name}{suffix}" for name in SETS for suffix in ("", MIRRORED))
LIST = "files.txt"
PAIRS = (
    *((i, 16 - i) for i in range(8)), *((17 + i, 26 - i) for i in range(5)), (31, 35), (32, 34),
    (36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46),
    (48, 54), (49, 53), (50, 52), (60, 64), (61, 63), (67, 65), (59, 55), (58, 56),
)  # fmt: skip
"""The 29 pairs of the 68 landmarks that change places in a mirror."""


def mirror_index() -> np.ndarray:
    """(68,) ids: where each landmark of a mirrored face is among those of the other."""
    ids = np.arange(68)
    for one, other in PAIRS:
        ids[[one, other]] = other, one
    return ids


class W300lp:
    """What ``files.txt`` lists, or all photos of the folders."""

    id = "300w-lp"
    title = "300W-LP"
    angles: Angles = "pose_para"

    def __init__(self, root: Path) -> None:
        """Raises FaceviewerError when the list is damaged, or nothing is there."""
        self.root = root
        complaints = Complaints()
        path = root / LIST
        has_list = os.path.exists(path)
        self.keys = KeyTable(_listed(path, complaints) if has_list else _found(root, complaints))
        if not self.keys:
            raise complaints.refusal(path if has_list else root, "names no photo")
        if self.keys.repeated:
            complaints.add("lists", f"{path}: {self.keys.repeated} lines repeat others and were left out")
        if not has_list:
            missing = f"{root}: without {LIST} all photos count, also those turned further than 99 degrees"
            complaints.add("lists", missing)
        self.problems = complaints.sentences()

    def photo_path(self, key: str) -> Path:
        self.keys.row(key)
        return self.root / f"{key}.jpg"

    def annotation_paths(self, key: str) -> tuple[Path, ...]:
        self.keys.row(key)
        folder, _, name = key.rpartition("/")
        landmarks = self.root / "landmarks" / folder.removesuffix(MIRRORED) / f"{name}_pts.mat"
        return landmarks, self.root / f"{key}.mat"

    def sample(self, key: str) -> HeadSample:
        photo = self.photo_path(key)
        size = photo_size(photo)
        path, pose = self.annotation_paths(key)
        landmarks = _landmarks(path, size[0] if key.partition("/")[0].endswith(MIRRORED) else None)
        R = rotation_in(read_mat(pose), pose) if os.path.exists(pose) else None
        box, moved = box_inside(landmarks, size, path)
        notes = () if R is not None else (f"{pose}: there is no such file, hence no pose",)
        truth = HeadTruth(R_camera_head=R, landmarks68_px=landmarks, face_box_ltrb=box)
        return HeadSample(key, photo, truth, (*notes, *moved))


def _landmarks(path: Path, mirrored_width: int | None) -> np.ndarray:
    """(68, 2), mirrored in a photo of that width unless None."""
    points = array_in(read_mat(path), "pts_3d", (68, 2), path)
    if mirrored_width is None:
        return points
    return (points * [-1, 1] + [mirrored_width - 1, 0])[mirror_index()]


def _listed(path: Path, complaints: Complaints) -> Iterator[str]:
    for number, line in enumerate(read_text(path).splitlines(), 1):
        key = line.strip().replace("\\", "/").removesuffix(".jpg")
        while key.startswith("./"):
            key = key[2:]
        if key and not (key.count("/") == 1 and is_safe_key(key)):
            reason = f"{path}: line {number} names no photo within the folder and was left out ({shown(line)})"
            complaints.add("lines that name no photo within the folder", reason)
        elif key:
            yield key


def _found(root: Path, complaints: Complaints) -> Iterator[str]:
    for folder in FOLDERS:
        if os.path.isdir(root / folder):
            names = (name for name in names_or_complaint(root / folder, complaints) if name.endswith(".jpg"))
            yield from filter(is_safe_key, (f"{folder}/{name.removesuffix('.jpg')}" for name in sorted(names)))
