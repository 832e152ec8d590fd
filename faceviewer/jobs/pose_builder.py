"""Collects poses frame by frame into a ``PoseSeries``."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from faceviewer.engines.registry import EngineChoice
from faceviewer.jobs.frame_heads import FailedFrames
from faceviewer.jobs.people import UNSEEN_S
from faceviewer.jobs.pose_frames import PoseFrame, PoseSource
from faceviewer.jobs.pose_series import PersonPoses, PoseSeries
from faceviewer.types import FOCAL_SOURCES, Reconstruction


@dataclass(eq=False)
class _Collected:
    """One person's poses so far."""

    rows: list[int] = field(default_factory=list)
    values: list[np.ndarray] = field(default_factory=list)
    """(23,) each: rotation, translation, angles, box, intrinsics."""
    focal_from: list[int] = field(default_factory=list)
    """Into ``FOCAL_SOURCES``."""


class SeriesBuilder:
    """Grows by a few numbers for each head and keeps no picture."""

    def __init__(self, source: PoseSource, engine: EngineChoice) -> None:
        self.unseen_s = UNSEEN_S
        self._source = source
        self._engine = engine
        self._frames: list[int] = []
        self._time_s: list[float] = []
        self._files: list[str] = []
        self._size = (0, 0)
        self._people: dict[int, _Collected] = {}
        self._notes: list[str] = []
        self._unreadable: list[str] = []
        self._failed = FailedFrames()

    def add_frame(self, frame: PoseFrame) -> int:
        """One more frame was looked at; returns its row."""
        self._frames.append(frame.index)
        self._time_s.append(frame.time_s)
        if frame.file:
            self._files.append(frame.file)
        if frame.photo is None:
            self._unreadable.append(frame.problem)
        elif self._size == (0, 0):
            self._size = frame.photo.size
        return len(self._frames) - 1

    def add_head(self, row: int, number: int, head: Reconstruction) -> None:
        """What the engine made of a person in the frame of ``row``."""
        person = self._people.setdefault(number, _Collected())
        pose, K = head.pose, head.camera.K
        angles = (pose.yaw_deg, pose.pitch_deg, pose.roll_deg)
        camera = (K[0, 0], K[1, 1], K[0, 2], K[1, 2])
        person.rows.append(row)
        person.values.append(np.concatenate([pose.R.ravel(), pose.t_mm, angles, head.face.box_xyxy, camera]))
        person.focal_from.append(FOCAL_SOURCES.index(head.focal_from))

    def count_failure(self, row: int, reason: str) -> None:
        """The engine could make nothing of a face in that frame."""
        self._failed.add(self._frames[row], reason)

    def note(self, sentence: str) -> None:
        """Say this of the series."""
        self._notes.append(sentence)

    def step_s(self) -> float:
        """Time between two frames that are looked at, on average; 0 before there are two."""
        passed = self._time_s[-1] - self._time_s[0] if self._time_s else 0.0
        return passed / (len(self._time_s) - 1) if passed > 0 else 0.0

    def series(self) -> PoseSeries:
        """All of it."""
        step_s = self.step_s()
        return PoseSeries(
            source=str(self._source.path),
            frames=np.array(self._frames, np.int32),
            time_s=np.array(self._time_s, np.float64),
            people=tuple(_person(number, self._people[number]) for number in sorted(self._people)),
            engine=self._engine.id,
            device=self._engine.device,
            frame_rate=self._source.every / step_s if step_s else None,
            every=self._source.every,
            size=self._size,
            files=tuple(self._files),
            unseen_s=self.unseen_s,
            notes=tuple(self._all_notes()),
        )

    def _all_notes(self) -> list[str]:
        notes = list(self._notes)
        if self._unreadable:
            count = len(self._unreadable)
            frames = "1 frame cannot" if count == 1 else f"{count} frames cannot"
            notes.append(f"{frames} be read; the first: {self._unreadable[0].removesuffix('.')}.")
        if self._failed.count:
            notes.append(self._failed.sentence)
        if not self._people:
            notes.append("No head was found in any frame.")
        return notes


def _person(number: int, collected: _Collected) -> PersonPoses:
    order = np.argsort(collected.rows)  # heads that waited for a focal length may have come later
    values = np.stack(collected.values)[order]
    return PersonPoses(
        number=number,
        rows=np.array(collected.rows, np.int32)[order],
        R_camera_head=values[:, :9].reshape(-1, 3, 3),
        t_mm=values[:, 9:12],
        angles_deg=values[:, 12:15],
        box_xyxy=values[:, 15:19],
        intrinsics_px=values[:, 19:23],
        focal_from=np.array(collected.focal_from, np.uint8)[order],
    )
