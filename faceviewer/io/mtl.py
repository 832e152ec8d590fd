"""The picture that an OBJ's material names, looked for in the folder of the OBJ and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from pathlib import Path, PureWindowsPath

from faceviewer.types import FaceviewerError

MAX_MTL_BYTES = 1 << 20
_OPTIONS = {
    "-blendu": 1, "-blendv": 1, "-boost": 1, "-bm": 1, "-cc": 1, "-clamp": 1, "-colorspace": 1, "-imfchan": 1,
    "-texres": 1, "-mm": 2, "-o": 3, "-s": 3, "-t": 3,
}  # fmt: skip
"""Options of a map, each with the most values that follow it."""
_MAYBE_FEWER = ("-o", "-s", "-t")


def picture_names(folder: Path, libraries: Iterable[str]) -> Mapping[str, str]:
    """Material -> the name of the picture of its colours, of all materials in these files that have one.

    Libraries that are missing, too large or outside of the folder are passed over: a mesh can be shown without.
    """
    pictures: dict[str, str] = {}
    for name in _library_names(folder, libraries):
        try:
            pictures |= _pictures(_library_text(folder, name))
        except FaceviewerError:
            continue
    return pictures


def library_troubles(folder: Path, libraries: Iterable[str]) -> list[str]:
    """What is wrong with those that were passed over, a phrase each: "skin.mtl is not there"."""
    troubles = []
    for name in _library_names(folder, libraries):
        try:
            _library_text(folder, name)
        except FaceviewerError as error:
            troubles.append(f"{name} {error}")
    return troubles


def _library_names(folder: Path, libraries: Iterable[str]) -> Iterator[str]:
    """A line may name one file, with spaces in its name, or several."""
    for library in libraries:
        words = library.split()
        is_several = not _is_there(folder, library) and any(_is_there(folder, word) for word in words)
        yield from words if is_several else [library]


def _is_there(folder: Path, name: str) -> bool:
    try:
        return beside(folder, name).is_file()
    except FaceviewerError:
        return False


def _library_text(folder: Path, name: str) -> str:
    """Raises FaceviewerError with the reason alone."""
    try:
        with beside(folder, name).open("rb") as stream:
            data = stream.read(MAX_MTL_BYTES + 1)
    except OSError as error:
        raise FaceviewerError(f"cannot be read ({error.strerror or error})") from None
    if len(data) > MAX_MTL_BYTES:
        raise FaceviewerError(f"is larger than {MAX_MTL_BYTES >> 20} MB")
    return data.decode("utf-8-sig", "replace")


def beside(folder: Path, name: str) -> Path:
    """The plain file called ``name`` in the folder or below it, links followed.

    Raises FaceviewerError with the reason alone when the name is absolute or leads out of the folder, or when there is
    no such file.
    """
    name = name.replace("\\", "/")
    inside = Path(name)
    if not name or "\0" in name or inside.is_absolute() or PureWindowsPath(name).anchor or ".." in inside.parts:
        raise FaceviewerError("is outside of the mesh's folder")
    try:
        top = folder.resolve()
        path = (top / inside).resolve()
        found = path.is_file()
    except (OSError, RuntimeError, ValueError):  # names that are too long, links that go round in circles
        raise FaceviewerError("cannot be read") from None
    if not path.is_relative_to(top):
        raise FaceviewerError("is outside of the mesh's folder")
    if not found:
        raise FaceviewerError("is not there")
    return path


def _pictures(text: str) -> dict[str, str]:
    pictures: dict[str, str] = {}
    material = ""
    for line in text.splitlines():
        word, rest = [*line.split(None, 1), "", ""][:2]
        if word.lower() == "newmtl":
            material = rest.strip()
        elif word.lower() == "map_kd" and (name := _without_options(rest)):
            pictures[material] = name
    return pictures


def _without_options(rest: str) -> str:
    """The file's name, which may hold spaces, behind options such as ``-s 1 1 1``; empty when there is none."""
    words = rest.split()
    passed = 0
    while passed < len(words) and (option := words[passed].lower()) in _OPTIONS:
        values = words[passed + 1 : passed + 1 + _OPTIONS[option]]
        if option in _MAYBE_FEWER:
            values = values[:1] + list(takewhile(_is_number, values[1:]))
        passed += 1 + len(values)
    return rest.split(None, passed)[passed].strip() if passed < len(words) else ""


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
