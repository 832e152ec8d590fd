"""What the engine thread tells: frozen, arrays read-only, each safe to keep and to show in another thread.

The order for each job: ``JobStarted``, any number of ``JobProgressed`` and results, then exactly one ``JobEnded``
(``JobFinished``, ``JobFailed`` or ``JobCancelled``). A job that is cancelled before its turn has only the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from faceviewer.engines.registry import DEFAULT_ENGINE
from faceviewer.jobs.jobs import Job, PersonShot, Search
from faceviewer.types import Face, Photo, Progress, Reconstruction


@dataclass(frozen=True, eq=False)
class JobEvent:
    """What all events have."""

    generation: int
    """The job's."""


@dataclass(frozen=True, eq=False)
class JobStarted(JobEvent):
    """It is the job's turn."""

    job: Job


@dataclass(frozen=True, eq=False)
class JobProgressed(JobEvent):
    """How far the job is."""

    progress: Progress


@dataclass(frozen=True, eq=False)
class WarmedUp(JobEvent):
    """Networks and engine are loaded."""

    engine: str
    """Its id."""
    device: str
    """Where it computes: "cpu", "cuda" or "mps"."""


@dataclass(frozen=True, eq=False)
class PhotoLoaded(JobEvent):
    """The photo of a ``FindFaces`` was read."""

    document: int
    photo: Photo


@dataclass(frozen=True, eq=False)
class FacesFound(JobEvent):
    """All faces that a search found, perhaps none."""

    document: int
    photo: Photo
    faces: tuple[Face, ...]
    """Largest first; the one face, or none, of a box drawn by hand."""
    search: Search
    seconds: float
    engine: str = DEFAULT_ENGINE
    """Id of the engine whose search it was."""


@dataclass(frozen=True, eq=False)
class HeadsReady(JobEvent):
    """The heads of a ``ReconstructFaces``."""

    document: int
    photo: Photo
    numbers: tuple[int, ...]
    """As in the job."""
    reconstructions: tuple[Reconstruction, ...]
    """Beside ``numbers``."""
    seconds: float


@dataclass(frozen=True, eq=False)
class PersonReady(JobEvent):
    """The heads of a ``ReconstructPerson``."""

    shots: tuple[PersonShot, ...]
    """As in the job."""
    reconstructions: tuple[Reconstruction, ...]
    """Beside ``shots``."""
    seconds: float


@dataclass(frozen=True, eq=False)
class SourceOpened(JobEvent):
    """The camera or video of a ``FollowFrames`` delivers."""

    document: int
    size: tuple[int, int]
    """(width, height) of its frames in pixels."""
    duration_s: float | None
    """Estimated length of a video; None for a camera."""


@dataclass(frozen=True, eq=False)
class FrameFollowed(JobEvent):
    """One frame and the head in it."""

    document: int
    photo: Photo
    """The frame, never mirrored. It has no digest: there is no time for one."""
    index: int
    """Number of the frame in its source, from 0."""
    time_s: float
    """When it was filmed, from the source's beginning."""
    reconstruction: Reconstruction | None
    """Smoothed, without texture; None when the frame shows no face, or one that the engine can make nothing of."""
    seconds: float
    """What tracking, smoothing and fitting took."""
    frames_per_second: float
    """Measured pace of the last frames."""
    trouble: str = ""
    """Why the engine made no head of the face that the frame shows, in one sentence."""


@dataclass(frozen=True, eq=False)
class RecordingStarted(JobEvent):
    """Frames are being written."""

    document: int
    path: Path


@dataclass(frozen=True, eq=False)
class RecordingEnded(JobEvent):
    """The recording is complete, or could not go on. Comes before the job's end, even of a cancelled job."""

    document: int
    path: Path
    rows: int
    """How many frames it has."""
    problem: str = ""
    """Why it could not be written, in one sentence; empty when all is well."""


@dataclass(frozen=True, eq=False)
class JobEnded(JobEvent):
    """The job is over, one way or another: one of the three below."""


@dataclass(frozen=True, eq=False)
class JobFinished(JobEnded):
    """All of it was done."""


@dataclass(frozen=True, eq=False)
class JobFailed(JobEnded):
    """It could not be done; the thread waits for the next job."""

    sentence: str
    """For the user: what and why."""
    details: str
    """The traceback, for the log."""
    kind: Literal["user", "bug"]
    """"user": expected, the sentence says it all; "bug": a fault of the program."""


@dataclass(frozen=True, eq=False)
class JobCancelled(JobEnded):
    """It was stopped at the user's wish."""
