"""The frames whose poses are wanted: every N-th of a video, or the photos of a folder as if they were a film."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from faceviewer.io.photo import PHOTO_SUFFIXES, PhotoError, load_photo
from faceviewer.jobs.files import Unreadable, files_below
from faceviewer.types import Photo

DEFAULT_RATE = 25.0
"""Frames per second that a folder of photos is taken to have."""


@dataclass(frozen=True, eq=False)
class PoseFrame:
    """One frame that is in use."""

    index: int
    """Number in the source, from 0."""
    time_s: float
    photo: Photo | None
    """None for one that cannot be read."""
    problem: str = ""
    """Why it cannot, in a sentence."""
    file: str = ""
    """Of a folder: the name of the frame's file, from the folder on."""
    fraction: float | None = None
    """How much of the source is behind it, 0 to 1; None when nobody knows."""


@dataclass(frozen=True)
class PoseSource:
    """A video file or a folder of photos. Frames are read when they are asked for, and kept by nobody."""

    path: Path
    every: int = 1
    rate: float = DEFAULT_RATE
    """Frames per second of a folder; videos know their own."""

    def frames(self, note: Callable[[str], None]) -> Iterator[PoseFrame]:
        """Each frame in use, in order. Raises PhotoError when there is none at all.

        ``note`` is told, in a sentence, what else is to be said about the source.
        """
        return self._of_folder(note) if os.path.isdir(self.path) else self._of_video(note)

    def _of_folder(self, note: Callable[[str], None]) -> Iterator[PoseFrame]:
        photos = []
        for found in files_below(self.path):
            if isinstance(found, Unreadable):
                note(f"{found.folder}: {found.reason}.")
            elif found.suffix.lower() in PHOTO_SUFFIXES:
                photos.append(found)
        if not photos:
            raise PhotoError(f"{self.path}: the folder holds no photo")
        for index in range(0, len(photos), self.every):
            photo, problem = None, ""
            try:
                photo = load_photo(photos[index])
            except PhotoError as error:
                problem = str(error)
            name = str(photos[index].relative_to(self.path))
            yield PoseFrame(index, index / self.rate, photo, problem, name, index / len(photos))

    def _of_video(self, note: Callable[[str], None]) -> Iterator[PoseFrame]:
        from faceviewer.jobs.video import VideoCursor  # brings OpenCV

        cursor = VideoCursor(self.path)
        try:
            duration_s, any_picture = cursor.duration_s(), False
            while cursor.advance():
                if cursor.index % self.every:
                    continue
                photo, problem, time_s = None, "", cursor.seconds()
                try:
                    rgb = cursor.rgb()
                    rgb.setflags(write=False)
                    photo, any_picture = Photo(rgb, self.path), True
                except PhotoError as error:
                    problem = str(error)
                fraction = min(time_s / duration_s, 1.0) if duration_s else None
                yield PoseFrame(cursor.index, time_s, photo, problem, "", fraction)
            if not any_picture:
                raise PhotoError(f"{self.path}: the video holds no frame that can be read")
            if cursor.breaks_off():
                note(f"The video seems to break off after frame {cursor.index}.")
        finally:
            cursor.close()
