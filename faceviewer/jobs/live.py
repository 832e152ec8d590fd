"""Following a face: newest frame -> track -> smooth -> fit -> event and recording.

1. What is smoothed is what the detector says, before the fit. Mesh, camera, pose, landmarks and expression are then all
   of one fit: they agree with each other and with the picture, however strong the smoothing.
2. A camera keeps its focal length: after the first heads it is held, so that distance and perspective do not breathe.
3. A cut, a leap in time or a face elsewhere begins anew; nothing is smoothed across it.
4. A frame on which the engine fails is a gap, as one without a face. An engine that never succeeds ends the following.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from faceviewer.engines.engine import Engine
from faceviewer.engines.options import ReconstructOptions
from faceviewer.jobs.events import (
    FrameFollowed,
    JobEvent,
    JobProgressed,
    RecordingEnded,
    RecordingStarted,
    SourceOpened,
)
from faceviewer.jobs.follow_controls import FollowControls
from faceviewer.jobs.frame_heads import FailedFrames, FrameEngine
from faceviewer.jobs.frames import Frame, FrameGrabber
from faceviewer.jobs.jobs import FollowFrames
from faceviewer.jobs.recording import FollowRecorder
from faceviewer.jobs.smoothing import FaceSmoother
from faceviewer.jobs.workshop import VideoTracker, Workshop
from faceviewer.types import CancelToken, FaceviewerError, Photo, Progress, Reconstruction

logger = logging.getLogger(__name__)

Tell = Callable[[JobEvent], None]

_WAIT_S = 0.1
_LEAP_S = 1.0
_FOCAL_HEADS = 10
_PACE_FRAMES = 30
_HOPELESS_FRAMES = 30
"""So many in which the engine fails, and none in which it does not: it is the engine or its options, not the frame."""


def follow_frames(job: FollowFrames, workshop: Workshop, tell: Tell) -> None:
    """Follow until the source ends. Raises what the source raises, Cancelled, and FaceviewerError for a vain engine."""
    tell(JobProgressed(job.generation, Progress("Loading the engine")))
    engine = workshop.engine(job.engine)
    follower = Follower(workshop.tracker(), engine, job.options, job.cancel)
    tell(JobProgressed(job.generation, Progress(f"Opening {job.source.name}")))
    recording, pace, attempts, opened = _Recording(job, tell), _Pace(), _Attempts(follower, job), False
    with FrameGrabber(job.source, job.controls, every_frame=job.pace == "every frame") as grabber:
        try:
            while not grabber.over:
                job.cancel.check()
                recording.obey(job.controls)
                frame = grabber.take(_WAIT_S)
                if frame is None:
                    continue
                began = time.perf_counter()
                photo = Photo(frame.rgb)
                if not opened:
                    tell(SourceOpened(job.generation, job.document, photo.size, job.source.duration_s))
                    opened = True
                head, trouble = attempts.head(photo, frame)
                seconds = time.perf_counter() - began
                recording.write(frame, head)
                tell(_followed(job, photo, frame, head, seconds, pace.per_second(), trouble))
            attempts.check_any_succeeded()
        finally:
            recording.end()
            attempts.log()


def _followed(
    job: FollowFrames,
    photo: Photo,
    frame: Frame,
    head: Reconstruction | None,
    seconds: float,
    per_second: float,
    trouble: str,
) -> FrameFollowed:
    return FrameFollowed(
        job.generation, job.document, photo, frame.index, frame.time_s, head, seconds, per_second, trouble
    )


class Follower:
    """One face through the frames of one source."""

    def __init__(self, tracker: VideoTracker, engine: Engine, options: ReconstructOptions, cancel: CancelToken) -> None:
        self._tracker = tracker
        self._engine = FrameEngine(engine, cancel)
        self._options = replace(options, texture_size=None)
        self._smoother = FaceSmoother()
        self._time_s = -np.inf
        self._size = (0, 0)
        self._guesses: list[float] = []
        """Focal lengths, px."""

    def follow(self, photo: Photo, time_s: float, smoothing: float) -> Reconstruction | None:
        """The head in the next frame, without texture, or None. Raises as ``FrameEngine.reconstruct``."""
        if not 0 < time_s - self._time_s <= _LEAP_S or photo.size != self._size:
            self._tracker.reset()
            self._smoother.reset()
        if photo.size != self._size:
            self._guesses.clear()
        self._time_s, self._size = time_s, photo.size
        faces = self._tracker.update(photo.rgb)
        if not faces:
            self._smoother.reset()
            return None
        face = self._smoother.smooth(faces[0], time_s, smoothing)
        options = self._with_held_focal()
        (head,) = self._engine.reconstruct(photo, (face,), options)
        if head.focal_from == "guess":
            self._guesses.append(float(head.camera.K[0, 0]))
        return head

    def _with_held_focal(self) -> ReconstructOptions:
        if len(self._guesses) < _FOCAL_HEADS:
            return self._options
        del self._guesses[_FOCAL_HEADS:]
        return replace(self._options, focal_px=float(np.median(self._guesses)), focal_from="guess")


class _Attempts:
    """Takes frames on which the engine fails as gaps, as long as it succeeds on others.

    One frame in which the face "would lie behind the camera" once ended the whole following.
    """

    def __init__(self, follower: Follower, job: FollowFrames) -> None:
        self._follower = follower
        self._job = job
        self._failed = FailedFrames()
        self._any_succeeded = False

    def head(self, photo: Photo, frame: Frame) -> tuple[Reconstruction | None, str]:
        """The head in the next frame, or None, and why it is none although there is a face, in a sentence.

        Raises Cancelled, and FaceviewerError when the engine seems hopeless.
        """
        try:
            head = self._follower.follow(photo, frame.time_s, self._job.controls.smoothing)
        except FaceviewerError as error:
            self._failed.add(frame.index, str(error))
            if self._failed.count == 1:
                self.log()
            if self._failed.count >= _HOPELESS_FRAMES:
                self.check_any_succeeded()
            return None, f"{str(error).removesuffix('.')}."
        self._any_succeeded = self._any_succeeded or head is not None
        return head, ""

    def log(self) -> None:
        """Tell the log how often the engine has failed so far: of the first time at once, of all at the end."""
        if self._failed.count:
            logger.warning("%s: %s", self._job.source.name, self._failed.sentence)

    def check_any_succeeded(self) -> None:
        """Raises FaceviewerError when the engine has failed on every face so far."""
        if self._failed.count and not self._any_succeeded:
            raise FaceviewerError(self._failed.sentence)


class _Recording:
    """Keeps the recorder as the controls want it; problems are told and never end the following."""

    def __init__(self, job: FollowFrames, tell: Tell) -> None:
        self._job = job
        self._tell = tell
        self._recorder: FollowRecorder | None = None

    def obey(self, controls: FollowControls) -> None:
        """Begin or end what the user wants begun or ended."""
        wanted = controls.recording
        if self._recorder is not None and self._recorder.path != wanted:
            self.end()
        if self._recorder is None and wanted is not None:
            try:
                self._recorder = FollowRecorder(wanted)
            except FaceviewerError as error:
                self._give_up(wanted, 0, error)
                return
            self._tell(RecordingStarted(self._job.generation, self._job.document, wanted))

    def write(self, frame: Frame, head: Reconstruction | None) -> None:
        if self._recorder is None:
            return
        try:
            self._recorder.write(frame.index, frame.time_s, head)
        except FaceviewerError as error:
            self._give_up(self._recorder.path, self._recorder.rows, error)

    def end(self) -> None:
        """Complete the file, if there is one."""
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return
        try:
            recorder.close()
        except FaceviewerError as error:
            self._give_up(recorder.path, recorder.rows, error)
            return
        self._tell(RecordingEnded(self._job.generation, self._job.document, recorder.path, recorder.rows))

    def _give_up(self, path: Path, rows: int, error: FaceviewerError) -> None:
        self._recorder = None
        self._job.controls.record(None)
        self._tell(RecordingEnded(self._job.generation, self._job.document, path, rows, str(error)))


class _Pace:
    """Frames per second over the last frames."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=_PACE_FRAMES)

    def per_second(self) -> float:
        """Count one frame; 0 for the first."""
        self._times.append(time.monotonic())
        passed = self._times[-1] - self._times[0]
        return (len(self._times) - 1) / passed if passed > 0 else 0.0
