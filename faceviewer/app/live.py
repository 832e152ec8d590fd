"""Verbs of following a face live, in a camera or a video.

Every frame becomes the document's photo and head, so all panes show it as they show any photo.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from faceviewer.app.documents import next_id, with_changes, with_documents
from faceviewer.app.reconstructing import Worker
from faceviewer.app.settings import Settings
from faceviewer.app.state import Document, LiveState, Notice
from faceviewer.app.store import Store
from faceviewer.jobs.background import Background, Outcome
from faceviewer.jobs.events import (
    FrameFollowed,
    JobEnded,
    JobEvent,
    JobFailed,
    JobFinished,
    RecordingEnded,
    RecordingStarted,
    SourceOpened,
)
from faceviewer.jobs.follow_controls import FollowControls
from faceviewer.jobs.frames import FrameSource
from faceviewer.jobs.jobs import FollowFrames
from faceviewer.types import CancelToken, ProgressCallback

if TYPE_CHECKING:
    from faceviewer.jobs.cameras import CameraInfo

SMOOTHING = 0.5
"""One-Euro strength at the start."""
NOT_FOLLOWING = -1
"""The generation while nothing is followed."""


class Live:
    """One camera or video at a time."""

    def __init__(
        self,
        store: Store,
        worker: Worker,
        next_generation: Callable[[], int],
        settings: Settings,
        background: Background,
    ) -> None:
        self._store = store
        self._worker = worker
        self._next_generation = next_generation
        self._settings = settings
        self._background = background
        self._controls = FollowControls()
        self._left_at_s: dict[int, float] = {}
        self.generation = NOT_FOLLOWING

    def find_cameras(self, done: Callable[[Outcome], None]) -> None:
        """Look which cameras there are, away from the window's thread; ``done`` gets a tuple of ``CameraInfo``.

        Only on demand: looking lights the lamps of some cameras.
        """

        def work(_: ProgressCallback, __: CancelToken) -> tuple[CameraInfo, ...]:
            from faceviewer.jobs.cameras import list_cameras  # brings OpenCV

            return list_cameras()

        self._background.submit("Looking for cameras", work, done)

    def open_camera(self, index: int) -> None:
        """Follow the face that camera ``index`` sees."""
        from faceviewer.jobs.cameras import WebcamSource  # brings OpenCV

        state = self._store.state
        title = f"Camera {index}"
        document = next((d for d in state.documents if d.kind == "webcam" and d.title == title), None)
        if document is None:
            document = Document(id=next_id(state), title=title, kind="webcam")
            state = with_documents(state, [document])
        self._store.update(replace(state, current=document.id, comparison=None))
        self.follow(document.id, WebcamSource(index))

    def follow_document(self, document_id: int) -> None:
        """Follow the face in a video of the list."""
        from faceviewer.jobs.video_source import VideoFileSource  # brings OpenCV

        document = self._store.state.document(document_id)
        if document is not None and document.path is not None:
            self.follow(document_id, VideoFileSource(document.path))

    def follow(self, document_id: int, source: FrameSource) -> None:
        """Follow the face in the frames of ``source`` as document ``document_id``."""
        self.stop()
        start_s = self._left_at_s.get(document_id, 0.0)
        self._controls = FollowControls(smoothing=SMOOTHING, start_s=start_s)
        self.generation = self._next_generation()
        state = with_changes(self._store.state, document_id, status="working", message="")
        live = LiveState(document=document_id, smoothing=SMOOTHING, mirror=source.live, time_s=start_s)
        self._store.update(replace(state, live=live, job=None, notice=None))
        self._worker.submit(
            FollowFrames(
                self.generation,
                CancelToken(),
                document=document_id,
                source=source,
                controls=self._controls,
                engine=self._settings.text("reconstruct.engine"),
                device=self._settings.text("reconstruct.device"),
            )
        )

    def play(self) -> None:
        """Go on after a freeze; a video that has come to its end begins anew."""
        live = self._store.state.live
        if live is None:
            document = self._store.state.shown.document
            if document is not None and document.kind == "video":
                self.follow_document(document.id)
            return
        self._controls.pause(False)
        self._set(playing=True)

    def pause(self) -> None:
        """Freeze this frame."""
        self._controls.pause(True)
        self._set(playing=False)

    def seek(self, time_s: float) -> None:
        """Go to another place of a video; also while frozen."""
        self._controls.seek(time_s)
        self._set(time_s=time_s)

    def set_smoothing(self, strength: float) -> None:
        """How calm the head is, 0 to 1."""
        self._controls.set_smoothing(strength)
        self._set(smoothing=strength)

    def set_mirror(self, mirror: bool) -> None:
        """Show the picture as a mirror would; data stay as they are."""
        self._set(mirror=mirror)

    def record(self, path: Path | None) -> None:
        """Write landmarks, pose and blendshapes of every frame to a CSV file; None ends the recording."""
        if self._store.state.live is not None:
            self._controls.record(path)

    def stop(self) -> None:
        """Close the camera or video; its last frame stays on screen."""
        if self.generation == NOT_FOLLOWING:
            return
        self.generation = NOT_FOLLOWING
        self._next_generation()
        self._leave()

    def handle(self, event: JobEvent) -> None:
        """Take one event of the engine thread into the state."""
        match event:
            case SourceOpened():
                self._set(duration_s=event.duration_s)
            case FrameFollowed():
                self._show_frame(event)
            case RecordingStarted():
                self._set(recording=event.path)
            case RecordingEnded():
                self._set(recording=None)
                text = event.problem or f"{event.path.name}: {event.rows} frames were recorded."
                self._say(Notice(text, "error" if event.problem else "info"))
            case JobFailed():
                self.generation = NOT_FOLLOWING
                self._leave(event.sentence)
            case JobFinished():
                self.generation = NOT_FOLLOWING
                self._leave(at_end=True)
            case JobEnded():
                self.generation = NOT_FOLLOWING
                self._leave()
            case _:
                pass

    def _show_frame(self, event: FrameFollowed) -> None:
        state = self._store.state
        document = state.document(event.document)
        if document is None or state.live is None:
            return
        result = event.reconstruction
        if result is None:
            state = with_changes(state, document.id, photo=event.photo, faces=(), heads={}, status="no face")
        else:
            last = document.heads.get(1)
            if last is not None and last.textures and not result.textures:
                result = replace(result, textures=last.textures)  # one made of a frozen frame stays on the head
            state = with_changes(
                state,
                document.id,
                photo=event.photo,
                faces=(result.face,),
                heads={1: result},
                shown_face=1,
                status="done",
            )
        live = replace(state.live or LiveState(document.id), time_s=event.time_s)
        live = replace(live, frames_per_second=event.frames_per_second)
        self._store.update(replace(state, live=live, engine="ready"))

    def _leave(self, problem: str = "", *, at_end: bool = False) -> None:
        state = self._store.state
        if state.live is None:
            return
        self._left_at_s[state.live.document] = 0.0 if at_end else state.live.time_s
        document = state.document(state.live.document)
        state = replace(state, live=None)
        if problem:
            state = replace(state, notice=Notice(problem, "error"))
        if document is not None and document.status == "working":
            state = with_changes(state, document.id, status="failed" if problem else "new", message=problem)
        self._store.update(state)

    def _set(self, **changes: object) -> None:
        state = self._store.state
        if state.live is not None:
            self._store.update(replace(state, live=replace(state.live, **changes)))

    def _say(self, notice: Notice) -> None:
        self._store.update(replace(self._store.state, notice=notice))
