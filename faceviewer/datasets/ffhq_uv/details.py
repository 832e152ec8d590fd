"""All that is known of one face: read from its files when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from faceviewer.datasets.ffhq_uv.entry import UvMapEntry
from faceviewer.datasets.ffhq_uv.index import UvMapIndex
from faceviewer.datasets.ffhq_uv.project import Project, latent_in
from faceviewer.datasets.ffhq_uv.scan import latent_files
from faceviewer.io.safe_load import load_checkpoint
from faceviewer.types import FaceviewerError

_Value = TypeVar("_Value")
MAX_LATENT_BYTES = 8 << 20


@dataclass(frozen=True)
class Latent:
    """One latent code."""

    view: str
    """"front", "left", "right", or "" for the code of the inverted face."""
    source: str
    """The file that has it."""
    code: np.ndarray
    """(1, 18, 512) float32."""
    attribute: np.ndarray | None = None
    """(17,) float32: light 0 to 8, gender, glasses, yaw, pitch, baldness, beard, age, expression; None if not told."""


@dataclass(frozen=True)
class Details:
    """What files say of a face beyond its entry."""

    others: Mapping[str, str] = field(default_factory=dict)
    """What else meta-info and attributes say, as text."""
    light: np.ndarray | None = None
    """(9,) float32, spherical harmonics of the inverted face's light."""
    face_api: Mapping[str, Any] | None = None
    """The Face API's answer as nested dicts."""
    problems: tuple[str, ...] = ()
    """Why something could not be read."""


def details(index: UvMapIndex, entry: UvMapEntry) -> Details:
    """Everything but the latent codes, which need torch. Never raises: what cannot be read is told."""
    problems: list[str] = []
    project = project_of(index, entry)
    if project is None:
        return Details(index.others(entry))
    light = _tried(lambda: project.light(entry.id), problems)
    answer = _tried(lambda: project.face_api(entry.id), problems)
    return Details(index.others(entry), light, answer, tuple(problems))


def latents(index: UvMapIndex, entry: UvMapEntry) -> tuple[list[Latent], list[str]]:
    """(latent codes of a face, why some could not be read)."""
    found: list[Latent] = []
    problems: list[str] = []
    part = next(part for part in index.layout.parts if part.name == entry.part)
    if part.latents is not None:
        found += _edited(part.latents, index.latent_place(entry) or entry.id, entry.id, problems)
    if (project := project_of(index, entry)) is not None:
        found += _edited(project.folder / "edit", entry.id, entry.id, problems)
        code = _tried(lambda: project.latent(entry.id), problems)
        found += [Latent("", project.name("latents"), code)] if code is not None else []
    return found, problems


def latent_views(index: UvMapIndex, entry: UvMapEntry) -> dict[str, list[str]]:
    """Folder or zip -> the views of which it has latent codes, "" for the inverted face; nothing is read for it."""
    part = next(part for part in index.layout.parts if part.name == entry.part)
    found = {}
    if part.latents is not None:
        place = index.latent_place(entry) or entry.id
        found[f"{part.latents.name}/{place}"] = list(latent_files(part.latents, place, entry.id))
    if (project := project_of(index, entry)) is not None:
        found[f"edit/{entry.id}"] = list(latent_files(project.folder / "edit", entry.id, entry.id))
        if entry.latent_source and entry.latent_source == project.name("latents"):
            found[entry.latent_source] = [""]
    return {place: views for place, views in found.items() if views}


def light_of(index: UvMapIndex, id_: str) -> np.ndarray | None:
    """(9,) float32: the light of the maps of this id, or of the project's face where no map has numbers of its own.

    None when it is not known. Raises FaceviewerError when its file is damaged.
    """
    places = [(project_of(index, entry), entry.id) for entry in index.named(id_)]
    if not places and not index.left_out:
        places = [(index.project, id_)]
    lights = (project.light(number) for project, number in places if project is not None)
    return next((light for light in lights if light is not None), None)


def project_of(index: UvMapIndex, entry: UvMapEntry) -> Project | None:
    """The project whose numbers are those of the map, None when there is none."""
    has_own_numbers = any(part.name == entry.part and part.has_own_numbers for part in index.layout.parts)
    return index.project if index.same_ids or not has_own_numbers else None


def _edited(folder: Path, place: str, id_: str, problems: list[str]) -> list[Latent]:
    found = []
    for view, path in latent_files(folder, place, id_).items():
        read = _tried(
            lambda path=path: latent_in(load_checkpoint(path, max_bytes=MAX_LATENT_BYTES), str(path)), problems
        )
        found += [Latent(view, str(path), *read)] if read is not None else []
    return found


def _tried(read: Callable[[], _Value], problems: list[str]) -> _Value | None:
    try:
        return read()
    except FaceviewerError as error:
        problems.append(str(error))
        return None
