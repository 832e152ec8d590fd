"""Where a folder, as users have it, holds maps, latent codes, meta-info and the project's files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from faceviewer.datasets.ffhq_uv.facts import DATASET, LATENTS, MAPS, META, PARTS, PROJECT, SOURCES
from faceviewer.types import FaceviewerError

_UP = 3
"""How many folders above the chosen one the project's folder may lie."""


@dataclass(frozen=True)
class Part:
    """One folder of maps and what lies beside it."""

    name: str
    maps: Path
    latents: Path | None = None
    meta: Path | None = None

    @property
    def has_own_numbers(self) -> bool:
        """Whether its maps are numbered as published: in another order than the project's files."""
        return self.name in PARTS or self.meta is not None


@dataclass(frozen=True)
class Layout:
    """What there is in and around a folder."""

    root: Path
    parts: tuple[Part, ...]
    project: Path | None


def find_layout(place: Path, project: Path | None = None) -> Layout:
    """Understand the whole download, its ``dataset``, one of the two sets, or any folder of maps.

    ``project`` is the project's folder; otherwise one in or beside ``place`` is taken. Only the names of folders are
    read. Raises FaceviewerError when either folder is not there.
    """
    root = Path(os.path.abspath(place))
    if not os.path.isdir(root):
        raise FaceviewerError(f"{place}: there is no such folder")
    if project is not None and not os.path.isdir(project):
        raise FaceviewerError(f"{project}: there is no such folder")
    try:
        parts = tuple(_parts(root))
    except OSError as error:
        raise FaceviewerError(f"{place}: the folder cannot be read ({error.strerror or error})") from error
    found = Path(os.path.abspath(project)) if project is not None else _project(root)
    return Layout(root, parts, found)


def _parts(root: Path) -> Iterator[Part]:
    if os.path.isdir(root / MAPS):
        yield _part(root, root / MAPS)
        return
    if root.name == MAPS:
        yield _part(root.parent, root)
        return
    found = {part.name: part for part in [*_sets_in(root / DATASET), *_sets_in(root)]}
    yield from found.values()
    if not found and root.name != PROJECT:
        yield _part(root, root)


def _sets_in(folder: Path) -> Iterator[Part]:
    if not os.path.isdir(folder):
        return
    for child in sorted(path for path in folder.iterdir() if not path.name.isdigit()):
        if os.path.isdir(child / MAPS):
            yield _part(child, child / MAPS)
        elif child.name in PARTS and os.path.isdir(child):
            yield _part(child, child)


def _part(around: Path, maps: Path) -> Part:
    latents, meta = around / LATENTS, around / META
    name = around.name.encode("utf-8", "backslashreplace").decode()
    return Part(name, maps, latents if os.path.isdir(latents) else None, meta if os.path.isfile(meta) else None)


def _project(root: Path) -> Path | None:
    """``dataset_project`` in or above the folder, or the folder itself when it holds the project's files."""
    for folder in (root, *root.parents[:_UP]):
        if os.path.isdir(folder / PROJECT):
            return folder / PROJECT
    is_one = any(os.path.isfile(root / f"{name}.zip") or os.path.isdir(root / name) for name in SOURCES)
    return root if is_one else None
