"""Jobs for the engine thread, as the settings of the moment want them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from faceviewer.app.settings import Settings
from faceviewer.engines.options import ReconstructOptions
from faceviewer.engines.registry import EngineChoice
from faceviewer.jobs.follow_controls import FollowControls
from faceviewer.jobs.frames import FrameSource
from faceviewer.jobs.jobs import FindFaces, FollowFrames, ReconstructFaces, Search, WarmUp
from faceviewer.types import Face, Photo


class Orders:
    """Writes out jobs; each gets the generation number of whoever asks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def warm_up(self) -> WarmUp:
        """Everything that the first photo will need."""
        return WarmUp(0, options=self._options(), engine=self._engine())

    def usual_search(self) -> Search:
        """How photos are searched when nothing else is asked for."""
        return Search(small_faces=self._settings.text("reconstruct.search") == "small")

    def first_numbers(self, count: int) -> Sequence[int]:
        """Of ``count`` faces that were just found, those to make heads of."""
        return range(1, count + 1) if self._settings.text("reconstruct.faces") == "all" else (1,)

    def find_faces(self, generation: int, document: int, photo: Photo, search: Search) -> FindFaces:
        """Search a photo that was read already."""
        return FindFaces(
            generation,
            document=document,
            load=partial(_given, photo),
            search=search,
            options=self._options(),
            engine=self._engine(),
        )

    def reconstruct(
        self,
        generation: int,
        document: int,
        photo: Photo,
        faces: Sequence[Face],
        numbers: Sequence[int],
        seconds: float,
    ) -> ReconstructFaces:
        """Make the heads of those ``numbers`` among all ``faces`` of a photo; ``seconds`` took finding each."""
        return ReconstructFaces(
            generation,
            document=document,
            photo=photo,
            faces=tuple(faces[number - 1] for number in numbers),
            numbers=tuple(numbers),
            search_seconds=seconds,
            options=self._options(),
            engine=self._engine(),
        )

    def follow(self, generation: int, document: int, source: FrameSource, controls: FollowControls) -> FollowFrames:
        """Follow the face in a camera or video."""
        return FollowFrames(
            generation,
            document=document,
            source=source,
            controls=controls,
            engine=self._engine(),
        )

    def _options(self) -> ReconstructOptions:
        return ReconstructOptions(
            texture_size=int(self._settings.number("reconstruct.texture_size")) or None,
            delight=self._settings.flag("reconstruct.delight"),
        )

    def _engine(self) -> EngineChoice:
        return EngineChoice(self._settings.text("reconstruct.engine"), self._settings.text("reconstruct.device"))


def _given(photo: Photo) -> Photo:
    return photo
