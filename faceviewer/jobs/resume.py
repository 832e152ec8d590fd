"""Telling whether the results of a photo are there already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from faceviewer.io.asked import Asked
from faceviewer.io.result_reader import SavedResult, is_complete, read_result
from faceviewer.types import FaceviewerError, Photo


def faces_present(
    directory: Path,
    name: str,
    photo: Photo,
    *,
    number: int | None,
    engine: str,
    asked: Asked,
    usual: Asked,
    endings: Callable[[Collection[str]], Sequence[str]],
) -> int:
    """How many heads of ``photo`` stand in ``directory`` under ``name``, if all that are wanted do; otherwise 0.

    ``number`` is the one face that is wanted, None for all. A head counts when its JSON is valid, was made from these
    very pixels by this engine as it is ``asked`` now, and all its files, those of the wanted ``endings`` (".glb",
    "_overlay.png") among them, stand beside it unchanged. Which are wanted depends on the names of the head's
    textures. A head whose JSON does not tell what was asked for, as of earlier versions, counts as the ``usual`` one.
    """
    first = _saved(directory, name, 1 if number is None else number)
    count = 0 if first is None else first.face_count if number is None else 1
    numbers = range(1, count + 1) if number is None else range(number, number + count)
    for each in numbers:
        saved = _saved(directory, name, each)
        if saved is None or saved.photo_sha256 != photo.sha256 or saved.engine != engine:
            return 0
        if (saved.asked or usual) not in (asked, replace(asked, morph_targets=True)):  # more than is asked for is fine
            return 0
        stem = f"{name}_face{each}"
        wanted = {stem + ending for ending in endings(saved.textures)}
        if not wanted <= set(saved.files) or not is_complete(directory / f"{stem}.json"):
            return 0
    return count


def _saved(directory: Path, name: str, number: int) -> SavedResult | None:
    try:
        return read_result(directory / f"{name}_face{number}.json")
    except FaceviewerError:
        return None
