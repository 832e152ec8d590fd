"""Jobs for the engine thread, as the settings of the moment want them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from faceviewer.app.engine_choice import engine_choice, engine_or_usual, missing_files, option_choices
from faceviewer.app.settings import Settings
from faceviewer.app.state import Document
from faceviewer.engines.options import ReconstructOptions
from faceviewer.engines.registry import engine_spec
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
        usual = engine_or_usual(self._settings, "")
        return WarmUp(0, options=self._options(usual), engine=engine_choice(self._settings, usual))

    def usual_search(self) -> Search:
        """How photos are searched when nothing else is asked for."""
        return Search(small_faces=self._settings.text("reconstruct.search") == "small")

    def first_numbers(self, count: int) -> Sequence[int]:
        """Of ``count`` faces that were just found, those to make heads of."""
        return range(1, count + 1) if self._settings.text("reconstruct.faces") == "all" else (1,)

    def engine_of(self, document: Document) -> str:
        """Id of the engine that makes the heads of a document: the one chosen for it, or that of the settings."""
        return engine_or_usual(self._settings, document.engine)

    def missing_for(self, engine: str) -> str | None:
        """One sentence on the files that an engine lacks; None when it has all it needs."""
        return missing_files(self._settings, engine)

    def needs_search(self, document: Document) -> bool:
        """Whether the faces that are known of a document are not those that its engine would look for itself."""
        engine = self.engine_of(document)
        return engine_spec(engine).finds_faces and document.searched_by != engine

    def find_faces(self, generation: int, document: Document, photo: Photo, search: Search) -> FindFaces:
        """Search the photo of a document, which was read already."""
        engine = self.engine_of(document)
        return FindFaces(
            generation,
            document=document.id,
            load=partial(_given, photo),
            search=search,
            options=self._options(engine),
            engine=engine_choice(self._settings, engine),
        )

    def reconstruct(
        self,
        generation: int,
        document: Document,
        photo: Photo,
        faces: Sequence[Face],
        numbers: Sequence[int],
        seconds: float,
    ) -> ReconstructFaces:
        """Make the heads of those ``numbers`` among all ``faces`` of a photo; ``seconds`` took finding each."""
        engine = self.engine_of(document)
        return ReconstructFaces(
            generation,
            document=document.id,
            photo=photo,
            faces=tuple(faces[number - 1] for number in numbers),
            numbers=tuple(numbers),
            search_seconds=seconds,
            options=self._options(engine),
            engine=engine_choice(self._settings, engine),
        )

    def follow(
        self, generation: int, document: Document, source: FrameSource, controls: FollowControls
    ) -> FollowFrames:
        """Follow the face in the camera or video of a document."""
        engine = self.engine_of(document)
        return FollowFrames(
            generation,
            document=document.id,
            source=source,
            controls=controls,
            options=self._options(engine),
            engine=engine_choice(self._settings, engine),
        )

    def _options(self, engine: str) -> ReconstructOptions:
        return ReconstructOptions(
            texture_size=int(self._settings.number("reconstruct.texture_size")) or None,
            delight=self._settings.flag("reconstruct.delight"),
            choices=option_choices(self._settings, engine),
        )


def _given(photo: Photo) -> Photo:
    return photo
