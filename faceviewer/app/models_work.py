"""Looking for, checking and bringing the files of published systems: what runs away from the window's thread."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from faceviewer.app.models_state import ModelFile, ModelPack, Said
from faceviewer.assets import importing, places
from faceviewer.assets.importing import Imported
from faceviewer.assets.packs import AssetFile
from faceviewer.assets.places import Located, Place, own_folder
from faceviewer.assets.verify import examine
from faceviewer.io.atomic import AtomicFileSet
from faceviewer.io.folders import data_folder
from faceviewer.io.input_file import NO_FOLDER, folder_refusal
from faceviewer.types import CancelToken, FaceviewerError, Progress, ProgressCallback


@dataclass(frozen=True)
class Looked:
    """What is in a folder."""

    place: Place
    is_there: bool
    packs: tuple[ModelPack, ...]
    said: tuple[Said, ...] = ()


@dataclass(frozen=True)
class PacksChecked(Progress):
    """How far a check is, with what it has found out so far."""

    packs: tuple[ModelPack, ...] = ()


def look(place: Place, known: Iterable[ModelPack] = ()) -> Looked:
    """Which files are there. Opens none: what was found out about those in ``known`` holds while they are unchanged.

    A folder that is missing or cannot be read has none, and a sentence says so.
    """
    opened = {one.path: one for pack in known for one in pack.files if one.was_opened}
    refusal = folder_refusal(place.folder)
    try:
        packs = tuple(_pack(places.locate(pack, place), opened) for pack in places.PACKS)
    except OSError as error:
        said = Said(f"{_unreadable(place.folder, error)}.", "error")
        return Looked(place, False, tuple(_pack(Located(p, place.folder), {}) for p in places.PACKS), (said,))
    is_own_to_be = place.folder == data_folder() / "assets" and refusal == NO_FOLDER
    said = () if refusal is None or is_own_to_be else (Said(f"{place.folder}: {refusal}.", "error"),)
    return Looked(place, refusal is None, packs, said)


def look_for_choice(folder: Path, known: Iterable[ModelPack]) -> Looked:
    """What is in a folder that the user wants to use. Raises FaceviewerError when that is nothing."""
    looked = look(Place(folder, "chosen"), known)
    if looked.said:
        raise FaceviewerError(looked.said[0].text.removesuffix("."))
    if not any(one.path for pack in looked.packs for one in pack.files):
        names = ", ".join(name for pack in places.PACKS for name in list(pack.by_name)[:3])
        raise FaceviewerError(f"{folder}: none of the known files is in it, such as {names}")
    return replace(looked, said=(Said(f"The files in {folder} are used in place; nothing was copied.", "ok"),))


def check(place: Place, progress: ProgressCallback, cancel: CancelToken) -> Looked:
    """Open every file that is there; ``progress`` gets a ``PacksChecked`` after each."""
    looked = look(place)
    packs = looked.packs
    progress(PacksChecked("Looking for files", 0.0, packs))
    there = [(number, one) for number, pack in enumerate(packs) for one in pack.files if one.path is not None]
    done, total = 0, max(sum(one.nbytes for _, one in there), 1)
    for number, one in there:
        cancel.check()
        progress(PacksChecked(f"Checking {one.file.name}", done / total, packs))
        finding = examine(packs[number].pack, one.file, one.path)
        state = "whole" if finding.state == "present" else finding.state
        packs = _with_file(packs, number, replace(one, state=state, reason=finding.reason))
        done += one.nbytes
    progress(PacksChecked("Checked", 1.0, packs))
    return replace(looked, packs=packs, said=looked.said or tuple(_told_check(packs)))


def bring(
    source: Path,
    target: Place,
    place: Place,
    known: Iterable[ModelPack],
    progress: ProgressCallback,
    cancel: CancelToken,
) -> Looked:
    """Copy the known files of a folder or zip into ``target``; what is then in ``place``, the folder in use.

    Raises FaceviewerError naming file and reason when nothing can be read or written, and Cancelled.
    """
    try:
        results = importing.import_from(source, target, progress, cancel)
    except OSError as error:
        raise FaceviewerError(_unreadable(source, error)) from None
    brought = {own_folder(one.pack, target) / one.file.name for one in results if one.state == "imported"}
    if not brought:
        with AtomicFileSet(target.folder):  # raises one sentence for all files when the folder cannot be written
            pass
    looked = look(place, known)
    packs = tuple(replace(pack, files=tuple(_as_brought(one, brought) for one in pack.files)) for pack in looked.packs)
    return replace(looked, packs=packs, said=tuple(_told_import(results, target, place)))


def kind_of_drop(path: Path) -> str:
    """Whether something that was dropped is a "folder" or a "zip". Raises FaceviewerError when it is neither."""
    with _told(path):
        if path.is_dir():
            return "folder"
        if not path.exists():
            raise FaceviewerError(f"{path}: there is no such file or folder")
    # checkpoints are zips inside, and would be searched for the files of a pack
    if any(path.name == name.rpartition("/")[2] for pack in places.PACKS for name in pack.by_name):
        raise FaceviewerError(f"{path}: drop the folder that it lies in, not the file alone")
    return "zip"


def _pack(located: Located, opened: dict[Path | None, ModelFile]) -> ModelPack:
    files = tuple(_file(file, located.files.get(file.name), opened) for file in located.pack.files)
    return ModelPack(located.pack, located.folder, files)


def _file(file: AssetFile, path: Path | None, opened: dict[Path | None, ModelFile]) -> ModelFile:
    if path is None:
        return ModelFile(file, "missing", "is not there")
    status = path.stat()
    stamp = (status.st_size, status.st_mtime_ns)
    known = opened.get(path)
    if known is not None and known.file is file and known.stamp == stamp:
        return known
    low, high = file.size_range
    if stamp[0] < low:
        return ModelFile(file, "damaged", f"has {stamp[0]} of at least {low} bytes: probably cut short", path, stamp)
    if stamp[0] > high:
        return ModelFile(file, "damaged", f"has {stamp[0]} bytes, more than {high}, the most it can have", path, stamp)
    return ModelFile(file, "unchecked", "is there and was not opened yet", path, stamp)


def _with_file(packs: tuple[ModelPack, ...], number: int, file: ModelFile) -> tuple[ModelPack, ...]:
    files = tuple(file if one.path == file.path else one for one in packs[number].files)
    return (*packs[:number], replace(packs[number], files=files), *packs[number + 1 :])


def _as_brought(one: ModelFile, brought: Collection[Path]) -> ModelFile:
    return replace(one, state="whole", reason="is whole") if one.path in brought else one


def _told_check(packs: tuple[ModelPack, ...]) -> Iterator[Said]:
    there = [one for pack in packs for one in pack.files if one.path is not None]
    bad = [one for one in there if one.state != "whole"]
    if not there:
        yield Said("There is no file to check.", "warning")
    elif not bad:
        yield Said(f"{_files(len(there))} checked: whole.", "ok")
    else:
        yield Said(f"{_files(len(there))} checked: {len(there) - len(bad)} whole, {len(bad)} not.", "warning")
    for one in bad:
        yield Said(f"{one.file.name} {one.reason}.", "error" if one.state == "damaged" else "warning")


def _told_import(results: tuple[Imported, ...], target: Place, place: Place) -> Iterator[Said]:
    refused = sum(one.state == "refused" for one in results)
    count = len(results) - refused
    if count:
        yield Said(f"{_files(count)} imported into {target.folder}.", "ok")
    if count and target.folder != place.folder:
        text = f"Not in use yet: faceviewer looks in {place.folder}. Use its own folder to use what was imported."
        yield Said(text, "warning")
    if refused:
        yield Said(f"{_files(refused)} refused; what was there before is as it was.", "warning")
    for one in sorted(results, key=lambda one: one.state == "imported"):
        yield Said(f"{one.sentence.removesuffix('.')}.", "ok" if one.state == "imported" else "error")


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FaceviewerError(_unreadable(path, error)) from None


def _unreadable(path: Path, error: OSError) -> str:
    return f"{path}: cannot be read ({(error.strerror or str(error)).lower()})"
