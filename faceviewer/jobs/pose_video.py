"""Head poses of everybody in a video: frame -> faces -> who is who -> the engine, all faces of a frame in one call.

1. One focal length for the whole source. Where neither the user nor EXIF knows it, the engine guesses it for the first
   heads; their median is then held, also for those first heads, which are made again. Their frames, ``_FOCAL_HEADS`` at
   most, are the only ones that are kept.
2. Nothing is smoothed, and nothing is filled in: where a face is not found or the engine fails, there is a gap.
3. What goes wrong on one frame is counted, and the run goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from faceviewer.engines.devices import choose_device
from faceviewer.engines.engine import Engine
from faceviewer.engines.focal import Focal, told_focal
from faceviewer.engines.options import DEFAULT_OPTIONS, ReconstructOptions
from faceviewer.engines.registry import DEFAULT_CHOICE, EngineChoice, build_engine, engine_spec
from faceviewer.jobs.cuts import CutFinder
from faceviewer.jobs.frame_heads import FrameEngine
from faceviewer.jobs.people import UNSEEN_S, PeopleFollower
from faceviewer.jobs.pose_builder import SeriesBuilder
from faceviewer.jobs.pose_frames import PoseFrame, PoseSource
from faceviewer.jobs.pose_series import PoseSeries
from faceviewer.types import (
    CancelToken,
    Face,
    FaceviewerError,
    Photo,
    Progress,
    ProgressCallback,
    Reconstruction,
)

_FOCAL_HEADS = 10
_DETECT_EVERY = 3
"""Frames after which new faces are looked for; nobody waits for each frame here, as when a face is followed live."""
_SCENE_LOOKS = 6
"""So often the first frame of a scene is looked at: each look takes in a part of it closely, for small faces."""
_STEPS_UNSEEN = 2.5
"""With few frames a second, somebody may miss two of them and keep the number."""


@dataclass(frozen=True)
class PoseRequest:
    """What is to be found out."""

    source: PoseSource
    engine: EngineChoice = DEFAULT_CHOICE
    options: ReconstructOptions = DEFAULT_OPTIONS
    """Of them, focal length, field of view and the engine's own choices count."""
    people: int = 4
    """How many faces are followed at the same time, at most."""


@dataclass(frozen=True, eq=False)
class _Seen:
    """Faces of one frame that the engine has still to be asked about."""

    row: int
    photo: Photo
    faces: tuple[Face, ...]
    numbers: tuple[int, ...]


class PeopleTracker(Protocol):
    """What the run asks of ``detection.FaceTracker``."""

    def reset(self) -> None: ...

    def update(self, rgb: np.ndarray, *, look: bool = False) -> list[Face]:
        """The faces of the next frame; ``look``: look for new ones now."""
        ...


def _build_tracker(people: int) -> PeopleTracker:
    from faceviewer.detection import FaceTracker

    return FaceTracker(max_faces=people, detect_every=_DETECT_EVERY)


def analyse_poses(
    request: PoseRequest,
    *,
    progress: ProgressCallback,
    cancel: CancelToken,
    build_tracker: Callable[[int], PeopleTracker] = _build_tracker,
) -> PoseSeries:
    """The poses in all frames of the source. For a thread of its own: engine and detector are built here.

    Raises FaceviewerError when there is no frame or no engine, and Cancelled.
    """
    progress(Progress("Loading the engine"))
    choice = replace(request.engine, device=choose_device(request.engine.device))
    engine = build_engine(choice.id, choice.device, choice.assets)
    cancel.check()
    run = _Run(request, engine, build_tracker(request.people), SeriesBuilder(request.source, choice), cancel)
    try:
        for frame in request.source.frames(run.built.note):
            cancel.check()
            run.take(frame)
            progress(Progress(run.stage(frame), frame.fraction))
        run.settle_focal()
    except MemoryError:
        raise FaceviewerError(f"there is not enough memory for the engine {choice.id} on {choice.device}") from None
    return run.built.series()


class _Run:
    """One pass through the frames."""

    def __init__(
        self, request: PoseRequest, engine: Engine, tracker: PeopleTracker, built: SeriesBuilder, cancel: CancelToken
    ) -> None:
        self.built = built
        self._options = replace(request.options, texture_size=None)
        self._follows_focal = engine_spec(request.engine.id).follows_focal
        self._engine = FrameEngine(engine, cancel)
        self._tracker = tracker
        self._cancel = cancel
        self._people = PeopleFollower()
        self._cuts = CutFinder()
        self._size = (0, 0)
        self._held: Focal | None = None
        self._waiting: list[_Seen] = []

    def take(self, frame: PoseFrame) -> None:
        """Find out about one frame."""
        row = self.built.add_frame(frame)
        self._people.unseen_s = max(UNSEEN_S, _STEPS_UNSEEN * self.built.step_s())
        self.built.unseen_s = self._people.unseen_s
        if frame.photo is None:
            return
        cut = self._cuts.is_cut(frame.photo.rgb)
        if frame.photo.size != self._size:
            self.settle_focal()  # another camera
            self._held, cut, self._size = None, True, frame.photo.size
        faces = self._faces(frame.photo, new_scene=cut)
        boxes = np.array([face.box_xyxy for face in faces], np.float64).reshape(-1, 4)
        numbers = self._people.update(boxes, frame.time_s, cut=cut)
        if faces:
            self._ask(_Seen(row, frame.photo, faces, numbers))

    def stage(self, frame: PoseFrame) -> str:
        """What is being done, for people."""
        count = len(self._people.present)
        return f"Frame {frame.index}: {count} {'person' if count == 1 else 'people'}"

    def settle_focal(self) -> None:
        """Hold the median of what the engine takes for the heads that wait, and make them with it."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        heads = [head for seen in waiting for head in self._heads(seen, self._options) if head is not None]
        if heads:
            self._held = Focal(float(np.median([head.camera.K[0, 0] for head in heads])), heads[0].focal_from)
        for seen in waiting:
            self._ask_now(seen)

    def _faces(self, photo: Photo, *, new_scene: bool) -> tuple[Face, ...]:
        if new_scene:
            self._tracker.reset()
        faces = self._tracker.update(photo.rgb, look=self._people.somebody_is_missing)
        for _ in range(_SCENE_LOOKS - 1 if new_scene else 0):
            self._cancel.check()
            faces = self._tracker.update(photo.rgb, look=True)
        return tuple(faces)

    def _ask(self, seen: _Seen) -> None:
        if self._held is None and not self._is_told(seen.photo):
            self._waiting.append(seen)
            if sum(len(one.faces) for one in self._waiting) >= _FOCAL_HEADS:
                self.settle_focal()
        else:
            self._ask_now(seen)

    def _ask_now(self, seen: _Seen) -> None:
        options = self._options
        if self._held is not None and not self._is_told(seen.photo):
            options = replace(options, focal_px=self._held.px, focal_from=self._held.source)
        for number, head in zip(seen.numbers, self._heads(seen, options, count=True), strict=True):
            if head is not None:
                self.built.add_head(seen.row, number, head)

    def _is_told(self, photo: Photo) -> bool:
        """Whether the engine need not take a focal length of its own, or is not to be told any."""
        return not self._follows_focal or told_focal(photo, self._options) is not None

    def _heads(
        self, seen: _Seen, options: ReconstructOptions, *, count: bool = False
    ) -> Sequence[Reconstruction | None]:
        """A head for each face, or None where the engine fails, which is told when ``count``."""
        try:
            return self._engine.reconstruct(seen.photo, seen.faces, options)
        except FaceviewerError as error:
            if len(seen.faces) > 1:  # the others' heads are not lost with one
                one_by_one = [replace(seen, faces=(face,)) for face in seen.faces]
                return [head for one in one_by_one for head in self._heads(one, options, count=count)]
            if count:
                self.built.count_failure(seen.row, str(error))
            return [None]
