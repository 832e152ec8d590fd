"""Pose series that were never filmed, and small films of two people who move."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from fake_frames import video_of

from faceviewer.geometry.rotations import rotation_from_pose
from faceviewer.io.cv import cv2
from faceviewer.jobs.pose_series import PersonPoses, PoseSeries
from faceviewer.types import FOCAL_SOURCES, FocalSource

SIZE = (640, 360)


def make_person(number: int, rows: object, *, seed: int = 0, focal_from: FocalSource = "guess") -> PersonPoses:
    """Somebody who turns about softly, seen in ``rows``."""
    rows = np.array(rows, np.int32)
    angles = np.stack([20 * np.sin(rows / 9 + seed), 8 * np.cos(rows / 7 + seed), 5 * np.sin(rows / 5 - seed)], 1)
    t_mm = np.stack([100 * seed + rows, 5 * np.cos(rows / 4), 600 + 10 * np.sin(rows / 6)], 1)
    left = 40.0 + 300 * (number - 1) + rows
    return PersonPoses(
        number=number,
        rows=rows,
        R_camera_head=np.array([rotation_from_pose(*one) for one in angles]).reshape(-1, 3, 3),
        t_mm=t_mm,
        angles_deg=angles,
        box_xyxy=np.stack([left, np.full(len(rows), 80.0), left + 120, np.full(len(rows), 220.0)], 1),
        intrinsics_px=np.tile([812.5, 812.5, SIZE[0] / 2, SIZE[1] / 2], (len(rows), 1)),
        focal_from=np.full(len(rows), FOCAL_SOURCES.index(focal_from), np.uint8),
    )


def make_series(count: int = 40, *, source: str = "film.avi", rate: float = 20.0) -> PoseSeries:
    """Two people: one with a gap from frame 10 to 14, one who comes at frame 5; nobody in the last frame."""
    return PoseSeries(
        source=source,
        frames=np.arange(count, dtype=np.int32),
        time_s=np.arange(count) / rate,
        people=(
            make_person(1, [*range(10), *range(15, count - 1)]),
            make_person(2, range(5, count - 1), seed=1),
        ),
        engine="builtin",
        device="cpu",
        frame_rate=rate,
        size=SIZE,
    )


def two_people(index: int) -> np.ndarray:
    """The sample portrait twice, the right one mirrored; both sway, the left one is away from frame 8 to 10."""
    from face_pictures import sample_rgb

    height, width = sample_rgb().shape[:2]
    head = sample_rgb()[: height // 2, width // 5 : 7 * width // 10]
    small = cv2.resize(head, (180, 180 * head.shape[0] // head.shape[1]), interpolation=cv2.INTER_AREA)
    frame = np.full((SIZE[1], SIZE[0], 3), (110, 120, 130), np.uint8)
    frame[:, ::40] = 60
    for side, shift in ((0, 12 * np.sin(index / 4)), (1, -10 * np.sin(index / 5))):
        if side == 0 and 8 <= index <= 10:
            continue
        x, face = int(60 + 330 * side + shift), small[:, ::-1] if side else small
        frame[30 : 30 + len(face), x : x + 180] = face[: SIZE[1] - 30]
    return frame


def film_of_two(path: Path, count: int = 20) -> Path:
    """``two_people`` as a video of 20 frames a second."""
    return video_of(path, two_people, count=count, rate=20)
