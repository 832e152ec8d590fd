"""Head poses over time: what was found in the frames of one video or folder of frames, person by person.

Frames as everywhere: ``x_camera = R_camera_head @ x_head + t``, head in millimetres (x to the subject's left, y up, z
out of the face), camera as OpenCV's (x right, y down, z forward), angles as in ``geometry.rotations``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from faceviewer.types import FOCAL_SOURCES, Camera, FocalSource

SCALE_SENTENCE = "Pictures have no scale: millimetres take every head to be as large as the engine's own."
QUANTITIES = ("yaw", "pitch", "roll", "x", "y", "z")
"""Columns of ``PersonPoses.values``: three angles in degrees, then the head's place in the camera frame in mm."""
UNITS = ("°", "°", "°", "mm", "mm", "mm")


@dataclass(frozen=True, eq=False)
class PersonPoses:
    """One person wherever it was seen; n places, read-only arrays."""

    number: int
    """From 1, in the order in which people came."""
    rows: np.ndarray
    """(n,) int32, growing: which of the series' frames. Frames in between that are missing are gaps."""
    R_camera_head: np.ndarray
    """(n, 3, 3) float64."""
    t_mm: np.ndarray
    """(n, 3) float64, the head's origin in the camera frame."""
    angles_deg: np.ndarray
    """(n, 3) float64: yaw, pitch, roll."""
    box_xyxy: np.ndarray
    """(n, 4) float64: the found face, pixels of the frame."""
    intrinsics_px: np.ndarray
    """(n, 4) float64: fx, fy, cx, cy of the camera, pixels."""
    focal_from: np.ndarray
    """(n,) uint8 into ``FOCAL_SOURCES``: where each focal length came from; a guess is held for all frames."""
    name: str = ""
    """As the user calls it; empty for "Person" and the number."""

    def __post_init__(self) -> None:
        for one in fields(self):
            array = getattr(self, one.name)
            if isinstance(array, np.ndarray):
                object.__setattr__(self, one.name, _read_only(array))

    @property
    def title(self) -> str:
        return self.name or f"Person {self.number}"

    @cached_property
    def values(self) -> np.ndarray:
        """(n, 6) float64 in the order of ``QUANTITIES``."""
        return np.concatenate([self.angles_deg, self.t_mm], axis=1)

    @property
    def begins(self) -> np.ndarray:
        """(n,) bool: where a stretch without a gap begins."""
        return np.diff(self.rows, prepend=-2) > 1

    def runs(self) -> list[slice]:
        """The stretches without a gap."""
        ends = [*np.flatnonzero(self.begins).tolist(), len(self.rows)]
        return [slice(start, stop) for start, stop in pairwise(ends)]

    def place_of(self, row: int) -> int | None:
        """Which of the n is that of frame ``row``; None where the person is not seen."""
        at = int(np.searchsorted(self.rows, row))
        return at if at < len(self.rows) and self.rows[at] == row else None

    def camera(self, place: int, size: tuple[int, int]) -> Camera:
        """The camera that sees the head at ``place``, in a picture of ``size``."""
        fx, fy, cx, cy = self.intrinsics_px[place]
        K = np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]])
        return Camera(K, self.R_camera_head[place], self.t_mm[place], size)


@dataclass(frozen=True, eq=False)
class PoseSeries:
    """Everybody in all frames that were looked at."""

    source: str
    """The video's file or the folder of frames, as the user named it."""
    frames: np.ndarray
    """(F,) int32, growing: numbers of the frames in the source, from 0."""
    time_s: np.ndarray
    """(F,) float64: when each is shown, seconds from the start."""
    people: tuple[PersonPoses, ...]
    engine: str
    """Id of the engine."""
    device: str = ""
    frame_rate: float | None = None
    """Frames of the source per second, on average; None for a single frame."""
    every: int = 1
    """Every how many frames were looked at."""
    size: tuple[int, int] = (0, 0)
    """(width, height) of the first frame."""
    files: tuple[str, ...] = ()
    """Of a folder: the F names of the frames' files. Empty for a video."""
    unseen_s: float = 1.0
    """For how long somebody could be out of sight and keep the number."""
    smoothing_s: float = 0.0
    """Standard deviation in time of the Gaussian that smoothed the poses; 0 for what the engine gave."""
    notes: tuple[str, ...] = ()
    """Sentences on what went wrong on the way."""

    def __post_init__(self) -> None:
        for name in ("frames", "time_s"):
            object.__setattr__(self, name, _read_only(getattr(self, name)))

    def named(self, names: Mapping[int, str]) -> PoseSeries:
        """The same with the persons of these numbers called so; all that does not change is the very same objects."""
        people = (p if names.get(p.number, p.name) == p.name else replace(p, name=names[p.number]) for p in self.people)
        return replace(self, people=tuple(people))

    def focal_sentences(self) -> tuple[str, ...]:
        """What was taken for the focal length, in a sentence for each way that occurs."""
        if not any(len(person.rows) for person in self.people):
            return ()
        sources = np.concatenate([person.focal_from for person in self.people])
        focal_px = np.concatenate([person.intrinsics_px[:, 0] for person in self.people])
        return tuple(
            _FOCAL_SENTENCES[source].format(_span(focal_px[sources == code]))
            for code, source in enumerate(FOCAL_SOURCES)
            if (sources == code).any()
        )


_FOCAL_SENTENCES: dict[FocalSource, str] = {
    "setting": "Focal length {}, as it was set.",
    "exif": "Focal length {}, from the EXIF data of the photos.",
    "guess": "Focal length {}, guessed by the engine from the first heads and held for all frames of a size.",
    "fixed": "Focal length {}, which the engine takes where none is known: these are no real distances.",
    "engine": "Focal length {}, of the engine's own cameras, whatever took the pictures: these are no real distances.",
    "unknown": "Focal length {}; the engine does not say where it is from.",
}


def _read_only(array: np.ndarray) -> np.ndarray:
    """``array`` itself where it is so already: the window knows by its frames whether a series is another film's."""
    if array.flags.c_contiguous and not array.flags.writeable:
        return array
    view = np.ascontiguousarray(array).view()
    view.setflags(write=False)
    return view


def _span(focal_px: np.ndarray) -> str:
    low, high = float(focal_px.min()), float(focal_px.max())
    return f"{low:.0f} px" if high - low < 1 else f"{low:.0f} to {high:.0f} px"
