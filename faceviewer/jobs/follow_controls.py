"""What a person changes while frames are followed; set in the thread of the window, read by the threads that work."""

from __future__ import annotations

import threading
from pathlib import Path


class FollowControls:
    """Pause, place, smoothing and recording of one ``FollowFrames``. All methods may be called from any thread."""

    def __init__(self, *, smoothing: float = 0.5, start_s: float = 0.0) -> None:
        """``smoothing`` is the strength from 0 (none) to 1; a video begins at ``start_s`` seconds."""
        self._changed = threading.Condition()
        self._smoothing = smoothing
        self._paused = False
        self._seek_s: float | None = start_s if start_s > 0 else None
        self._recording: Path | None = None

    @property
    def smoothing(self) -> float:
        return self._smoothing

    def set_smoothing(self, strength: float) -> None:
        """0 shows every frame as it is, 1 is the calmest; applies from the next frame."""
        self._smoothing = min(max(strength, 0.0), 1.0)

    @property
    def paused(self) -> bool:
        return self._paused

    def pause(self, paused: bool) -> None:
        """Freeze (True) or go on. A frozen video stays where it is; a camera goes on with what it sees then."""
        with self._changed:
            self._paused = paused
            self._changed.notify_all()

    def seek(self, time_s: float) -> None:
        """Go to the frame shown at ``time_s``, which is followed even while frozen; cameras take no notice."""
        with self._changed:
            self._seek_s = max(time_s, 0.0)
            self._changed.notify_all()

    @property
    def seeking(self) -> bool:
        """Whether another place was asked for and not taken yet."""
        return self._seek_s is not None

    def take_seek(self) -> float | None:
        """The place that was asked for since the last call, or None."""
        with self._changed:
            wanted, self._seek_s = self._seek_s, None
            return wanted

    @property
    def recording(self) -> Path | None:
        """The file that frames should be written to now."""
        return self._recording

    def record(self, path: Path | None) -> None:
        """Write the frames from now on to ``path``; None ends the recording. ``RecordingEnded`` follows either way."""
        with self._changed:
            self._recording = path
            self._changed.notify_all()

    def wait_to_play(self, seconds: float) -> bool:
        """Wait, at most ``seconds``, while frozen with no other place asked for; whether a frame is wanted then."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._paused or self._seek_s is not None, seconds)
