"""What the engine thread can be asked to do.

A job is plain data with a generation number and a token to cancel it. Its events carry the same generation, so that
whoever asked can drop what arrives for a question that is no longer of interest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from faceviewer.engines.options import DEFAULT_OPTIONS, ReconstructOptions
from faceviewer.engines.registry import DEFAULT_CHOICE, EngineChoice
from faceviewer.jobs.follow_controls import FollowControls
from faceviewer.jobs.frames import FrameSource
from faceviewer.types import CancelToken, Face, Photo

Pace = Literal["real time", "every frame"]
"""Of a video file: as it was filmed, leaving frames out when the engine is slower; or each frame, however long."""


@dataclass(frozen=True, eq=False)
class Job:
    """What all jobs have."""

    generation: int
    """Numbered by whoever asks; 0 is for jobs that belong to no question of the user."""
    cancel: CancelToken = field(default_factory=CancelToken)


@dataclass(frozen=True, eq=False, kw_only=True)
class WarmUp(Job):
    """Import torch, load the networks and the engine, and use them once. Gives ``WarmedUp``."""

    options: ReconstructOptions = DEFAULT_OPTIONS
    """Those of the photos to come: textures of one size share tables."""
    engine: EngineChoice = DEFAULT_CHOICE


@dataclass(frozen=True)
class Search:
    """How to look for faces in a photo; without a wish, thoroughly."""

    small_faces: bool = False
    """Look closer, for faces that the thorough search leaves out; takes seconds."""
    box_xyxy: tuple[float, float, float, float] | None = None
    """Left, top, right, bottom in photo pixels: take what is there for a face, whatever the face detector says."""


@dataclass(frozen=True, eq=False, kw_only=True)
class FindFaces(Job):
    """Read a photo and look for faces. Gives ``PhotoLoaded``, then ``FacesFound``."""

    document: int
    load: Callable[[], Photo]
    """Called in the engine thread. Raises FaceviewerError for a photo that cannot be read."""
    search: Search = Search()
    options: ReconstructOptions = DEFAULT_OPTIONS
    engine: EngineChoice = DEFAULT_CHOICE
    """Whose search to use, when it has one of its own."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ReconstructFaces(Job):
    """Make heads of faces of one photo. Gives ``HeadsReady``."""

    document: int
    photo: Photo
    faces: tuple[Face, ...]
    numbers: tuple[int, ...]
    """Their numbers, from 1 for the largest of the photo, beside ``faces``."""
    search_seconds: float = 0.0
    """How long finding them took, each; kept among the heads' timings."""
    options: ReconstructOptions = DEFAULT_OPTIONS
    engine: EngineChoice = DEFAULT_CHOICE


@dataclass(frozen=True, eq=False)
class PersonShot:
    """One photo of the person, and which face in it is theirs."""

    document: int
    photo: Photo
    face: Face
    number: int = 1


@dataclass(frozen=True, eq=False, kw_only=True)
class ReconstructPerson(Job):
    """Make one identity of several photos of one person. Gives ``PersonReady``."""

    shots: tuple[PersonShot, ...]
    options: ReconstructOptions = DEFAULT_OPTIONS
    engine: EngineChoice = DEFAULT_CHOICE


@dataclass(frozen=True, eq=False, kw_only=True)
class FollowFrames(Job):
    """Follow the face in a camera's or a video's frames until cancelled or until the frames end.

    Gives a ``FrameFollowed`` for every frame that was looked at. The thread does nothing else meanwhile: cancel it
    before asking for something else.
    """

    document: int
    source: FrameSource
    """Opened, read and closed in a thread of its own."""
    controls: FollowControls = field(default_factory=FollowControls)
    """What the user changes while it runs: pause, place, smoothing, recording."""
    pace: Pace = "real time"
    options: ReconstructOptions = DEFAULT_OPTIONS
    """Of the head; there is no texture."""
    engine: EngineChoice = DEFAULT_CHOICE
