"""Writing files so that nobody ever meets half of one, nor half of a set that belongs together.

Files are written into a hidden folder beside their targets and renamed into place at the end. The last file of a set
is its marker: while files of an old set are being exchanged for the new ones, no marker exists, so a marker always
stands among its own files. A run that is killed leaves at most its hidden folder; ``remove_stale`` clears it away and,
had the run been killed in the middle of the exchange, puts the old set back first.
"""

from __future__ import annotations

import errno
import json
import os
import platform
import re
import secrets
import shutil
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from faceviewer.types import FaceviewerError

PREFIX = ".faceviewer-tmp-"
STALE_AFTER_S = 24 * 3600.0

_REASONS = {
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EROFS: "the file system is read-only",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file grew larger than allowed",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOTDIR: "a part of the path is not a folder",
    errno.EEXIST: "a part of the path is not a folder",
    errno.EISDIR: "a folder of that name is in the way",
}


def write_atomically(target: str | os.PathLike[str], write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a temporary path, then move it to ``target``: the old file, or all of the new one.

    Missing folders are made. Raises FaceviewerError when the target cannot be written; other errors of ``write``
    pass through, and the old file stays.
    """
    target = Path(target)
    with AtomicFileSet(target.parent) as files:
        write(files.path(target.name))


class AtomicFileSet:
    """Several files that appear in ``directory`` together or not at all.

    Use as a context manager: write to ``path(name)`` for each file, the one that marks the set as complete last.
    Leaving the block publishes the files in the order in which they were asked for; leaving it by any exception
    (an error, a cancelled job, Ctrl-C) publishes nothing. Not for use by several threads at once.

    Raises FaceviewerError, naming path and reason, when the directory cannot be written.
    """

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self.directory = Path(directory)
        self._names: list[str] = []
        self._gone: list[str] = []
        self._folder: Path

    def __enter__(self) -> AtomicFileSet:
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._folder = _own_folder(self.directory)
            (self._folder / "new").mkdir(parents=True)
        except OSError as error:
            raise _explained(error, self.directory) from error
        except ValueError as error:  # a zero byte, pasted or from a damaged file of settings
            name = str(self.directory).replace("\0", "\N{REPLACEMENT CHARACTER}")
            raise FaceviewerError(f"{name}: cannot be written, it is not a usable folder name") from error
        return self

    def path(self, name: str) -> Path:
        """Where to write the file that will be called ``name`` (a plain file name) in the directory."""
        if name in ("", ".", "..") or Path(name).name != name:
            raise ValueError(f"not a plain file name: {name!r}")
        if os.path.isdir(self.directory / name):
            raise FaceviewerError(f"{self.directory / name}: cannot be written, {_REASONS[errno.EISDIR]}")
        if name not in self._names:
            self._names.append(name)
        return self._folder / "new" / name

    def leave_out(self, name: str) -> None:
        """The file called ``name`` (a plain file name) of the old set goes when this one, which lacks it, appears."""
        if name in ("", ".", "..") or Path(name).name != name:
            raise ValueError(f"not a plain file name: {name!r}")
        if not os.path.isdir(self.directory / name):
            self._gone.append(name)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        target = self.directory / (self._names[-1] if self._names else "")
        try:
            if kind is None and self._names:
                _publish(self._folder, self.directory, self._names, [n for n in self._gone if n not in self._names])
        except OSError as failure:
            raise _explained(failure, target) from failure
        finally:
            _clear_away(self._folder, self.directory)
        if isinstance(error, OSError) and _is_ours(error, self._folder):
            raise _explained(error, target) from error


def remove_stale(directory: str | os.PathLike[str]) -> int:
    """Clear away what killed runs left in ``directory``; returns how many folders went.

    A folder is stale when the process that made it on this machine is gone, or when it is a day old. A set whose
    exchange was cut short is first put back as it was. What cannot be removed is left for another time.
    """
    directory = Path(directory)
    try:
        with os.scandir(directory) as entries:
            stale = [Path(entry.path) for entry in entries if entry.name.startswith(PREFIX) and _is_stale(entry)]
    except (OSError, ValueError):  # ValueError: no folder can have that name
        return 0
    removed = 0
    for folder in stale:
        try:
            claimed = folder.rename(_own_folder(directory))  # of two runs that clear up, one wins
        except OSError:
            continue
        removed += _clear_away(claimed, directory)
    return removed


def _clear_away(folder: Path, directory: Path) -> bool:
    """Remove a temporary folder, or leave it for ``remove_stale`` while it holds what cannot be put back now."""
    try:
        _undo(folder, directory)
    except OSError:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    return True


def _publish(folder: Path, directory: Path, names: list[str], gone: list[str]) -> None:
    for name in names:
        _sync(folder / "new" / name)
    *others, marker = names
    if others or gone:
        old = folder / "old"
        old.mkdir()
        (folder / "names.json").write_text(json.dumps(names), "utf-8")
        for name in (marker, *gone):
            _set_aside(directory / name, old)
        for name in others:
            _set_aside(directory / name, old)
            os.replace(folder / "new" / name, directory / name)
    os.replace(folder / "new" / marker, directory / marker)
    if os.name == "posix":  # other systems cannot open a folder
        _sync_folder(directory)


def _undo(folder: Path, directory: Path) -> None:
    """Put back the set that an exchange cut short had begun to replace; nothing if it was not begun or is complete."""
    try:
        names = json.loads((folder / "names.json").read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return
    if not isinstance(names, list) or not all(isinstance(n, str) and Path(n).name == n != ".." for n in names):
        return
    *others, marker = names
    if not (folder / "new" / marker).exists() or (directory / marker).exists():
        return  # complete, or not begun, or replaced by a later run
    for name in others:
        if not (folder / "new" / name).exists():
            (directory / name).unlink(missing_ok=True)
    for name in sorted(os.listdir(folder / "old"), key=marker.__eq__):  # the marker last
        os.replace(folder / "old" / name, directory / name)


def _set_aside(target: Path, old: Path) -> None:
    try:
        os.replace(target, old / target.name)
    except FileNotFoundError:
        pass


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(path: Path) -> None:
    """As far as it can be done: shared folders of some systems refuse it, when all files are in place already."""
    try:
        _sync(path)
    except OSError:
        pass


def _own_folder(directory: Path) -> Path:
    return directory / f"{PREFIX}{_host()}-{os.getpid()}-{secrets.token_hex(4)}"


def _host() -> str:
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _is_stale(entry: os.DirEntry[str]) -> bool:
    try:
        if not entry.is_dir(follow_symlinks=False):
            return False
        if time.time() - entry.stat(follow_symlinks=False).st_mtime > STALE_AFTER_S:
            return True
    except OSError:
        return False
    made_by = re.match(r"([0-9a-f]{8})-(\d{1,9})-", entry.name.removeprefix(PREFIX))
    return made_by is not None and made_by[1] == _host() and not _is_running(int(made_by[2]))


def _is_running(pid: int) -> bool:
    if sys.platform == "win32":  # os.kill would end the process there; age decides alone
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _is_ours(error: OSError, folder: Path) -> bool:
    """Whether the error came from writing: it names no file, or one of this set."""
    return error.filename is None or str(error.filename).startswith(str(folder.parent))


def _explained(error: OSError, target: Path) -> FaceviewerError:
    reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
    return FaceviewerError(f"{target}: cannot be written, {reason}")
