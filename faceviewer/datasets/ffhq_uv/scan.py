"""Which maps and latent codes there are, by their names alone."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from faceviewer.datasets.ffhq_uv.facts import SUFFIXES
from faceviewer.types import CancelToken

BATCH = 2000
_NUMBERED = re.compile(r"[0-9]{3,}")
_MAX_DEPTH = 3
_LATENT = re.compile(r"(.+?)(?:_(front|left|right))?(?:_latent)?\.pt", re.DOTALL)

Told = Callable[[str, str], object]
"""Gets the path of a folder and why it cannot be read."""


def scan_maps(folder: Path, told: Told, cancel: CancelToken) -> Iterator[list[tuple[str, str]]]:
    """Batches of (numbered folder below ``folder`` or "", file name), in the order of the file system.

    Raises Cancelled when ``cancel`` was set.
    """
    batch: list[tuple[str, str]] = []
    for one in _files(folder, "", told):
        if one[1].lower().endswith(SUFFIXES) and not one[1].startswith("."):
            batch.append(one)
            if len(batch) >= BATCH:
                cancel.check()
                yield batch
                batch = []
    cancel.check()
    yield batch


def scan_latents(folder: Path, told: Told, cancel: CancelToken) -> dict[str, str]:
    """Id -> its place below ``folder``: a folder of its name, or where its files lie ("" for ``folder`` itself)."""
    found: dict[str, str] = {}
    for below, names in _latent_folders(folder, told):
        cancel.check()
        for name, is_folder in names:
            if is_folder:
                found.setdefault(name, f"{below}/{name}".lstrip("/"))
            elif match := _LATENT.fullmatch(name):
                found.setdefault(match[1], below)
    return found


def latent_files(folder: Path, place: str, id_: str) -> dict[str, Path]:
    """View ("front", "left", "right", "" for a code of no view) -> file, of the latent codes that an id has."""
    found = {}
    try:
        for path in sorted((folder / place).iterdir()):
            if (match := _LATENT.fullmatch(path.name)) and match[1] == id_:
                found[match[2] or ""] = path
    except OSError:
        return {}
    return found


def stamp_of(folder: Path) -> list[int]:
    """What changes when files or folders come or go in a folder or in those directly in it."""
    try:
        times = [folder.stat().st_mtime_ns]
        with os.scandir(folder) as entries:
            times += [entry.stat().st_mtime_ns for entry in entries if _NUMBERED.fullmatch(entry.name)]
    except OSError:
        return []
    return [len(times), max(times), sum(times) % (1 << 53)]


def _files(folder: Path, below: str, told: Told) -> Iterator[tuple[str, str]]:
    folders = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file():
                    yield below, entry.name
                elif _NUMBERED.fullmatch(entry.name) and entry.is_dir() and below.count("/") < _MAX_DEPTH - 1:
                    folders.append(entry.name)
    except OSError as error:
        told(str(folder), f"cannot be read ({error.strerror or error})")
    for name in sorted(folders):
        yield from _files(folder / name, f"{below}/{name}".lstrip("/"), told)


def _latent_folders(folder: Path, told: Told) -> Iterator[tuple[str, list[tuple[str, bool]]]]:
    """The folder itself and the three-digit folders in it, each with (name, whether it is a folder)."""
    top = _listed(folder, told)
    numbered = [name for name, is_folder in top if is_folder and len(name) == 3 and name.isdigit()]
    yield "", [one for one in top if one[0] not in set(numbered)]
    for name in sorted(numbered):
        yield name, _listed(folder / name, told)


def _listed(folder: Path, told: Told) -> list[tuple[str, bool]]:
    try:
        with os.scandir(folder) as entries:
            return [(entry.name, entry.is_dir()) for entry in entries]
    except OSError as error:
        told(str(folder), f"cannot be read ({error.strerror or error})")
        return []
