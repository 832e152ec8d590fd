"""Verbs of following a face live, in a camera or a video.

Every frame becomes the document's photo and head, so all panes show it as they show any photo. While a face is
followed the engine does nothing else: a job for it (a texture for the frozen frame, say) brings the following to rest.
``state.live`` then stays, frozen, and Play goes on from there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from faceviewer.app.answers import with_following_ended
from faceviewer.app.documents import next_id, with_changes, with_documents
from faceviewer.app.orders import Orders
from faceviewer.app.reconstructing import Reconstructing
from faceviewer.app.settings import Settings
from faceviewer.app.state import Document, DocumentStatus, LiveState, Notice
from faceviewer.app.store import Store
from faceviewer.app.threads import Worker
from faceviewer.jobs.background import Background, Outcome
from faceviewer.jobs.events import (
    FrameFollowed,
    JobCancelled,
    JobEvent,
    JobFailed,
    JobFinished,
    JobProgressed,
    RecordingEnded,
    RecordingStarted,
    SourceOpened,
)
from faceviewer.jobs.follow_controls import FollowControls
from faceviewer.jobs.frames import FrameSource
from faceviewer.types import CancelToken, ProgressCallback, Texture

if TYPE_CHECKING:
    from faceviewer.jobs.cameras import CameraInfo

logger = logging.getLogger(__name__)

SMOOTHING = 0.5
"""One-Euro strength at the start."""
NOT_FOLLOWING = -1
"""The generation while nothing is followed, or the following rests."""


class Live:
    """One camera or video at a time."""

    def __init__(
        self,
        store: Store,
        worker: Worker,
        reconstructing: Reconstructing,
        settings: Settings,
        background: Background,
    ) -> None:
        self._store = store
        self._worker = worker
        self._reconstructing = reconstructing
        self._orders = Orders(settings)
        self._background = background
        self._controls = FollowControls()
        self._cameras: dict[int, FrameSource] = {}
        self._left_at_s: dict[int, float] = {}
        self._textures: Mapping[str, Texture] = {}
        self.generation = NOT_FOLLOWING

    def find_cameras(self, done: Callable[[Outcome], None]) -> None:
        """Look which cameras there are, away from the window's thread; ``done`` gets a tuple of ``CameraInfo``.

        Only on demand: looking lights the lamps of some cameras.
        """

        def work(_: ProgressCallback, __: CancelToken) -> tuple[CameraInfo, ...]:
            from faceviewer.jobs.cameras import list_cameras  # brings OpenCV

            return list_cameras()

        self._background.submit("Looking for cameras", work, done)

    def open_camera(self, index: int, title: str = "") -> None:
        """Follow the face that camera ``index`` sees; ``title`` is what the list calls it."""
        from faceviewer.jobs.cameras import WebcamSource  # brings OpenCV

        self.follow_camera(WebcamSource(index), title or f"Camera {index}")

    def follow_camera(self, source: FrameSource, title: str) -> None:
        """Follow the face in a live source, under its title in the list; one that does not work leaves it again."""
        state = self._store.state
        document = next((d for d in state.documents if d.kind == "webcam" and d.title == title), None)
        if document is None:
            document = Document(id=next_id(state), title=title, kind="webcam")
            self._reconstructing.remember_opened((document.id,), alone=True)
            state = with_documents(state, [document])
        self._store.update(replace(state, current=document.id, comparison=None, selection=None, hover=None))
        self._cameras[document.id] = source
        self.follow_document(document.id)

    def follow_document(self, document_id: int) -> None:
        """Follow the face in a video of the list from where it was left, or in a camera that was opened before."""
        document = self._store.state.document(document_id)
        if document is None or not self.can_play(document):
            return
        self.stop()
        self._textures = {}
        live = document.kind == "webcam"
        start_s = 0.0 if live else self._left_at_s.get(document_id, 0.0)
        self._begin(LiveState(document_id, smoothing=SMOOTHING, mirror=live, time_s=start_s))

    def can_play(self, document: Document | None) -> bool:
        """Whether ``play`` can follow this document: a video's file, or a camera that was opened before."""
        if document is None:
            return False
        is_video = document.kind == "video" and document.path is not None
        return is_video or (document.kind == "webcam" and document.id in self._cameras)

    def play(self) -> None:
        """Go on after a freeze, or follow what is shown again; a video that has come to its end begins anew."""
        live, document = self._store.state.live, self._store.state.shown.document
        if live is None:
            if document is not None:
                self.follow_document(document.id)
        elif self.generation == NOT_FOLLOWING:
            self._begin(replace(live, playing=True, time_s=self._left_at_s.get(live.document, 0.0)))
        else:
            self._controls.pause(False)
            self._set(playing=True)

    def pause(self) -> None:
        """Freeze this frame."""
        self._controls.pause(True)
        self._set(playing=False)

    def seek(self, time_s: float) -> None:
        """Go to another place of a video; also while frozen."""
        live = self._store.state.live
        if live is None or live.duration_s is None:
            return
        if self.generation == NOT_FOLLOWING:
            self._begin(replace(live, time_s=time_s, playing=False))
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
        if self.generation != NOT_FOLLOWING:
            self._controls.record(path)
        elif path is not None:
            self._say(Notice("Nothing is being followed now. Press Play, then Record.", "warning"))

    def rest(self) -> None:
        """The engine is needed for something else, whose job cancels the following: stay at this frame."""
        if self.generation != NOT_FOLLOWING:
            self._rest_at(self._time_s())

    def stop(self) -> None:
        """Close the camera or video; its last frame stays on screen."""
        if self._store.state.live is None:
            return
        if self.generation != NOT_FOLLOWING:
            self._rest_at(self._time_s())
            self._reconstructing.next_generation()
        self._store.update(replace(self._store.state, live=None))

    def give_way_to(self, document_id: int) -> None:
        """Stop when another document is shown: a camera must not stay on that nobody sees."""
        live = self._store.state.live
        if live is not None and live.document != document_id:
            self.stop()

    def forget(self, document_id: int | None = None) -> None:
        """Stop following a document that leaves the list (None: all of them do); its number may come again."""
        live = self._store.state.live
        if live is not None and document_id in (None, live.document):
            self.stop()
        for memory in (self._cameras, self._left_at_s):
            if document_id is None:
                memory.clear()
            else:
                memory.pop(document_id, None)

    def handle(self, event: JobEvent) -> None:
        """Take one event of the engine thread into the state: of this following, or the end of any recording."""
        match event:
            case JobProgressed():
                self._set(stage=event.progress.stage)
            case SourceOpened():
                self._set(duration_s=event.duration_s, stage="Looking for a face")
            case FrameFollowed():
                self._show_frame(event)
            case RecordingStarted():
                self._set(recording=event.path)
            case RecordingEnded():
                self._recording_ended(event)
            case JobFinished():
                self._rest_at(0.0)
            case JobCancelled():
                self._rest_at(self._time_s())
            case JobFailed():
                self._fail(event)
            case _:
                pass

    def _begin(self, live: LiveState) -> None:
        """Follow as ``live`` says: at its time, playing or frozen there."""
        self._controls = FollowControls(smoothing=live.smoothing, start_s=live.time_s)
        self._controls.pause(not live.playing)
        self.generation = self._reconstructing.give_way()
        state = self._store.state
        document = state.document(live.document)
        if document is not None and not document.heads:
            state = with_changes(state, live.document, status="working", message="")
        live = replace(live, recording=None, stage="Waiting for the engine")
        self._store.update(replace(state, live=live, notice=None))
        document = state.document(live.document)
        source = self._source(document) if document is not None else None
        if document is not None and source is not None:
            self._worker.submit(self._orders.follow(self.generation, document, source, self._controls))

    def _source(self, document: Document) -> FrameSource | None:
        """Where frames come from. Each following of a video reads it with a decoder of its own.

        The thread of the one before may still be going to a far place: two on one decoder took each other's frames.
        """
        if document.kind == "webcam":
            return self._cameras.get(document.id)
        if document.path is None:
            return None
        from faceviewer.jobs.video_source import VideoFileSource  # brings OpenCV

        return VideoFileSource(document.path)

    def _show_frame(self, event: FrameFollowed) -> None:
        state = self._store.state
        document, live, result = state.document(event.document), state.live, event.reconstruction
        if document is None or live is None:
            return
        if 1 in document.heads and document.heads[1].textures:
            self._textures = document.heads[1].textures
        if result is None:
            status: DocumentStatus = "failed" if event.trouble else "no face"
            state = with_changes(state, document.id, photo=event.photo, faces=(), heads={}, status=status)
        else:
            head = replace(result, textures=self._textures)  # one made of a frozen frame stays on the head
            state = with_changes(
                state, document.id, photo=event.photo, faces=(head.face,), heads={1: head}, shown_face=1, status="done"
            )
            state = replace(state, device=head.device)
        state = with_changes(state, document.id, message=event.trouble)
        time_s = live.time_s if self._controls.seeking else event.time_s
        live = replace(live, time_s=time_s, frames_per_second=event.frames_per_second, stage="")
        self._store.update(replace(state, live=live, engine="ready"))

    def _recording_ended(self, event: RecordingEnded) -> None:
        live = self._store.state.live
        if live is not None and live.recording == event.path:
            self._set(recording=None)
        if event.problem:
            logger.error("%s", event.problem)
            self._say(Notice(event.problem, "error"))
        else:
            frames = "1 frame was" if event.rows == 1 else f"{event.rows} frames were"
            self._say(Notice(f"{event.path.name}: {frames} recorded.", "info"))

    def _fail(self, event: JobFailed) -> None:
        live = self._store.state.live
        if event.kind == "bug":
            logger.error("%s", event.details)
        self._rest_at(self._time_s())
        self._store.update(replace(self._store.state, live=None))
        if live is not None:
            self._reconstructing.refuse(live.document, event.sentence)
            if self._store.state.document(live.document) is None:
                self.forget(live.document)  # Play followed it in whatever had its number next

    def _rest_at(self, resume_s: float) -> None:
        """No job follows any more; Play goes on at ``resume_s``."""
        self.generation = NOT_FOLLOWING
        state = self._store.state
        if state.live is None:
            return
        self._left_at_s[state.live.document] = resume_s
        live = replace(state.live, playing=False, frames_per_second=0.0, stage="")
        self._store.update(replace(with_following_ended(state, live.document), live=live))

    def _time_s(self) -> float:
        live = self._store.state.live
        return live.time_s if live is not None else 0.0

    def _set(self, **changes: object) -> None:
        state = self._store.state
        if state.live is not None:
            self._store.update(replace(state, live=replace(state.live, **changes)))

    def _say(self, notice: Notice) -> None:
        self._store.update(replace(self._store.state, notice=notice))
