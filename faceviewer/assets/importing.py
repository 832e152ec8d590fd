"""Bringing a pack's files from a folder or a zip into the application's folder: known names only, each one checked."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from faceviewer.assets.packs import AssetFile, AssetPack
from faceviewer.assets.places import PACKS, Place, find, own_folder
from faceviewer.assets.verify import examine
from faceviewer.io.atomic import remove_stale, write_atomically
from faceviewer.io.input_file import folder_refusal
from faceviewer.types import CancelToken, FaceviewerError, Progress, ProgressCallback

MAX_MEMBERS = 20_000
_CHUNK = 1 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class Source:
    """A file of a pack, found in a folder or a zip."""

    pack: AssetPack
    file: AssetFile
    nbytes: int
    """As the folder or zip says."""
    open: Callable[[], AbstractContextManager[IO[bytes]]]


@dataclass(frozen=True)
class Imported:
    """What became of a file that was found."""

    pack: AssetPack
    file: AssetFile
    state: Literal["imported", "refused"]
    reason: str
    """What goes behind the file's name in a sentence."""

    @property
    def sentence(self) -> str:
        return f"{self.file.name} {self.reason}"


def import_from(source: Path, place: Place, progress: ProgressCallback, cancel: CancelToken) -> tuple[Imported, ...]:
    """Copy the known files of all packs from a folder or a zip to ``place``, each under its pack's id.

    A file takes its place only when it was examined and is whole; one of that name that is there is then replaced. The
    others are told with the reason, and the rest goes on. Raises FaceviewerError when the source cannot be read, is a
    zip that tries to write elsewhere, or holds no known file, and Cancelled when ``cancel`` was set.
    """
    with ExitStack() as stack:
        sources = _in_folder(source) if os.path.isdir(source) else _in_zip(source, stack)
        if not sources and os.path.isdir(source) and (refusal := folder_refusal(source)) is not None:
            raise FaceviewerError(f"{source}: {refusal}")
        if not sources:
            names = ", ".join(name for pack in PACKS for name in list(pack.by_name)[:3])
            raise FaceviewerError(f"{source}: none of the known files is in it, such as {names}")
        for pack in PACKS:
            remove_stale(own_folder(pack, place))
        total, done, results = sum(one.nbytes for one in sources), 0, []
        for one in sources:
            progress(Progress(f"Importing {one.file.name}", done / max(total, 1)))
            results.append(_import(one, own_folder(one.pack, place), cancel))
            done += one.nbytes
        progress(Progress("Imported", 1.0))
        return tuple(results)


def _import(source: Source, folder: Path, cancel: CancelToken) -> Imported:
    file = source.file

    def write(target: Path) -> None:
        _copy(source, target, cancel)
        finding = examine(source.pack, file, target)
        if finding.state != "present":
            raise FaceviewerError(finding.reason)

    try:
        if source.nbytes > file.size_range[1]:
            raise FaceviewerError(f"has {source.nbytes} bytes, more than {file.size_range[1]}, the most it can have")
        write_atomically(folder / file.name, write)
    except FaceviewerError as error:
        return Imported(source.pack, file, "refused", str(error))
    except (*_BROKEN, OSError) as error:
        return Imported(source.pack, file, "refused", f"cannot be read from its source ({error})")
    return Imported(source.pack, file, "imported", f"is whole and now in {folder}")


def _copy(source: Source, target: Path, cancel: CancelToken) -> None:
    left = source.nbytes
    with source.open() as stream, target.open("wb") as copy:
        while chunk := stream.read(_CHUNK):
            cancel.check()
            left -= len(chunk)
            if left < 0:
                raise FaceviewerError(f"has more than the {source.nbytes} bytes that its source says")
            copy.write(chunk)


def _in_folder(folder: Path) -> list[Source]:
    def source(pack: AssetPack, file: AssetFile, path: Path) -> Source:
        return Source(pack, file, path.stat().st_size, lambda: path.open("rb"))

    return [
        source(located.pack, located.pack.by_name[name], path)
        for located in find(folder)
        for name, path in located.files.items()
    ]


def _in_zip(path: Path, stack: ExitStack) -> list[Source]:
    try:
        archive = stack.enter_context(zipfile.ZipFile(path))
        infos = archive.infolist()
    except FileNotFoundError:
        raise FaceviewerError(f"{path}: there is no such file or folder") from None
    except OSError as error:
        raise FaceviewerError(f"{path}: cannot be read ({error.strerror or error})") from None
    except _BROKEN:
        raise FaceviewerError(f"{path}: neither a folder nor a zip") from None
    if len(infos) > MAX_MEMBERS:
        raise FaceviewerError(f"{path}: has {len(infos)} members, more than {MAX_MEMBERS}")
    for info in infos:
        _require_harmless(path, info)

    def source(pack: AssetPack, file: AssetFile, info: zipfile.ZipInfo) -> Source:
        return Source(pack, file, info.file_size, lambda: archive.open(info))

    return [
        source(pack, file, info)
        for pack in PACKS
        for file in pack.files
        if (info := _member(path, infos, file.name)) is not None
    ]


def _require_harmless(path: Path, info: zipfile.ZipInfo) -> None:
    name = info.orig_filename
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or "\\" in name or ":" in name or "\0" in name:
        raise FaceviewerError(f"{path}: refused, its member {name[:80]!r} leads out of the folder")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise FaceviewerError(f"{path}: refused, its member {name[:80]!r} is a link")


def _member(path: Path, infos: list[zipfile.ZipInfo], name: str) -> zipfile.ZipInfo | None:
    """The member that is the file called ``name``, in whatever folder of the zip."""
    found = [info for info in infos if f"/{info.filename}".endswith(f"/{name}")]
    if len(found) > 1:
        raise FaceviewerError(f"{path}: refused, {name} is in it {len(found)} times")
    return found[0] if found else None
