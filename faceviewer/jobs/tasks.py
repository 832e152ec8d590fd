"""What a batch is asked for, its pictures, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from faceviewer.engines.options import DEFAULT_OPTIONS, ReconstructOptions, UsageError
from faceviewer.engines.registry import EngineSpec
from faceviewer.io.asked import Asked
from faceviewer.io.head_files import PUBLISHED_ENDING
from faceviewer.io.names import unique_slugs
from faceviewer.jobs.photo_job import ALL_FACES, FaceChoice
from faceviewer.jobs.sources import SourceItem
from faceviewer.raster.photo_picture_table import PHOTO_PICTURES, PICTURES, pictures_of
from faceviewer.types import Progress, Reconstruction

Status = Literal["done", "skipped", "failed"]
BatchProgress = Callable[[str, Progress], None]
"""Called with the label of a picture and how far its reconstruction is."""
_PUBLISHED_OPTION = "published"
"""The option of an engine by which it fills ``Reconstruction.published``."""


@dataclass(frozen=True)
class BatchRequest:
    """What to do with every picture."""

    directory: Path
    """Where the results go; made when missing."""
    engine: EngineSpec
    device: str = "auto"
    assets: Path | None = None
    """The folder of the engine's files; None for the usual one."""
    faces: FaceChoice = ALL_FACES
    options: ReconstructOptions = DEFAULT_OPTIONS
    formats: tuple[str, ...] = ("obj",)
    """Of "obj", "glb" and "ply"."""
    pictures: tuple[str, ...] = ()
    """Of ``PICTURES``: also write these pictures of the head on its photo."""
    origins: bool = False
    """Also write a picture of where the texture's texels came from."""
    morph_targets: bool = False
    """Write the 52 expressions into the GLB."""
    resume: bool = False
    """Leave pictures alone whose results are there already."""
    together: int = 1
    """Pictures whose faces the engine gets in one go; more than one pays on graphics cards."""

    def __post_init__(self) -> None:
        if self.morph_targets and "glb" not in self.formats:
            raise UsageError("morph targets are written into GLB files: add glb to --formats")
        if self.morph_targets and "expressions" not in self.engine.outputs:
            raise UsageError(f"the heads of the engine {self.engine.id} have no expressions for --morph-targets")
        check_focal(self.engine, self.options)
        if unknown := [name for name in self.pictures if name not in PICTURES]:
            raise UsageError(f"there is no picture {unknown[0]!r}: choose of {', '.join(PICTURES)}")

    def endings(self, textures: Collection[str]) -> tuple[str, ...]:
        """How the names of the wanted files of a head with these textures end, beside those that are always written."""
        others = {
            "_origin.png": self.origins and len(textures) > 0,
            PUBLISHED_ENDING: self.options.choices.get(_PUBLISHED_OPTION) == "yes",
        }
        return (
            *(f".{name}" for name in self.formats),
            *(picture.ending for picture in pictures_of(self.pictures, textures)),
            *(ending for ending, wanted in others.items() if wanted),
        )

    def asked(self, person: Iterable[str] = ()) -> Asked:
        """What is told in the JSON of every head; ``person``: the SHA-256 of all photos of a person made together."""
        chosen = {option.name: self.options.choices.get(option.name, option.default) for option in self.engine.options}
        chosen.pop(_PUBLISHED_OPTION, None)  # a file more, which can be seen
        return Asked(
            texture_size=self.options.texture_size,
            delight=self.options.delight,
            focal_px=self.options.focal_px,
            fov_deg=self.options.fov_deg,
            options=chosen,
            morph_targets=self.morph_targets,
            person=tuple(sorted(person)),
        )

    def usual(self) -> Asked:
        """The same where nobody chose anything."""
        return replace(self, options=DEFAULT_OPTIONS, morph_targets=False).asked()

    def absent(self, result: Reconstruction) -> tuple[str, ...]:
        """Sentences on wanted pictures that this head cannot have."""
        there = {picture.name for picture in pictures_of(self.pictures, result.textures)}
        return tuple(
            f"The picture {picture.name!r} was left out: the head has no texture {picture.texture!r}."
            for picture in pictures_of(self.pictures, (picture.texture for picture in PHOTO_PICTURES))
            if picture.name not in there
        )


@dataclass(frozen=True)
class Task:
    """One picture and the unique name of its results."""

    item: SourceItem
    name: str

    @property
    def label(self) -> str:
        """How the user knows the picture."""
        return str(self.item.path) if self.item.frame_index is None else f"{self.item.path}#{self.item.frame_index}"


@dataclass(frozen=True)
class Outcome:
    """What became of one picture."""

    label: str
    status: Status
    faces: int = 0
    """How many heads were written, or are there; also of a picture that failed because of another face."""
    files: tuple[Path, ...] = ()
    reason: str = ""
    """Why it failed: one sentence that names the picture."""
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    trace: str = ""
    """For developers: where it failed."""


def check_focal(engine: EngineSpec, options: ReconstructOptions) -> None:
    """Raises UsageError when a focal length is given that the engine would pass over."""
    given = options.focal_px is not None or options.fov_deg is not None
    if given and not engine.follows_focal:
        raise UsageError(f"the engine {engine.id} has a camera of its own: it takes no --fov or --focal")


def make_tasks(items: Iterable[SourceItem]) -> list[Task]:
    """Give every picture a name of its own: the same pictures in the same order get the same names."""
    items = list(items)
    return [Task(item, name) for item, name in zip(items, unique_slugs(item.stem for item in items), strict=True)]
