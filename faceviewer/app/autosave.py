"""Saves the session every now and then into the application's own folder, and finds what a crash left there.

Every running window has a file of its own, and holds a lock beside it that the system frees when the process dies. A
file whose lock is free therefore belongs to a window that did not close properly.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

from faceviewer.app.session import SessionWriter
from faceviewer.app.state import AppState
from faceviewer.io.atomic import remove_stale
from faceviewer.io.file_lock import FileLock
from faceviewer.io.session_file import SESSION_SUFFIX
from faceviewer.types import Cancelled, CancelToken, FaceviewerError, Progress

logger = logging.getLogger(__name__)

_LOCK_SUFFIX = ".lock"
_CLOSE_TIMEOUT_S = 5.0


class Autosave:
    """A thread that looks at the state every ``interval_s`` seconds and writes it when it has changed.

    States are immutable, so looking at one needs no lock and never stops the window.
    """

    def __init__(self, folder: Path, state: Callable[[], AppState], interval_s: Callable[[], float]) -> None:
        self._folder = folder
        self._state = state
        self._interval_s = interval_s
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._cancel = CancelToken()
        self._thread: threading.Thread | None = None
        self._lock: FileLock | None = None
        self._path = folder / f"{os.getpid()}-{secrets.token_hex(4)}{SESSION_SUFFIX}"
        self._writer = SessionWriter()
        self._saved: AppState | None = None
        self._replaced: list[Path] = []

    @property
    def path(self) -> Path:
        """Where this window's session is saved."""
        return self._path

    def start(self) -> None:
        """Begin; without a folder that can be written there is no autosave, and the log says so."""
        lock = FileLock(self._path.with_suffix(_LOCK_SUFFIX))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if not lock.acquire():
                raise FaceviewerError("its lock is taken")
        except (OSError, FaceviewerError) as error:
            logger.warning("sessions are not saved automatically: %s: %s", self._folder, error)
            return
        self._lock = lock
        self._thread = threading.Thread(target=self._run, name="faceviewer-autosave", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """A clean exit: stop, and remove this window's file and those that it replaces."""
        self._stop.set()
        self._wake.set()
        self._cancel.cancel()
        if self._thread is not None:
            self._thread.join(_CLOSE_TIMEOUT_S)
        if self._lock is not None:
            self._path.unlink(missing_ok=True)
            self._lock.release()
        self._discard_replaced(len(self._replaced))

    def replaces(self, path: Path) -> None:
        """What ``path`` holds is in the state now: save soon, and remove that file then.

        Removed before, it was lost when the window crashed once more.
        """
        self._replaced.append(path)
        self._wake.set()

    def save(self) -> bool:
        """Write the state if it changed since the last time; False when there was nothing to write."""
        replaced = len(self._replaced)  # before looking at the state: those that come meanwhile wait for the next time
        state = self._state()
        if not worth_saving(state):
            return False
        changed = differs(state, self._saved)
        if changed:
            self._writer.write(state, self._path, _ignore, self._cancel)
            self._saved = state
        self._discard_replaced(replaced)
        return changed

    def _discard_replaced(self, count: int) -> None:
        for path in self._replaced[:count]:
            discard(path)
        del self._replaced[:count]

    def _run(self) -> None:
        while True:
            self._wake.wait(self._interval_s())
            self._wake.clear()
            if self._stop.is_set():
                return
            try:
                self.save()
            except Cancelled:
                return
            except FaceviewerError as error:
                logger.warning("the session was not saved automatically: %s", error)
            except Exception:  # a state that cannot be saved must not end the saving of later ones
                logger.exception("the session was not saved automatically")


def left_behind(folder: Path) -> list[Path]:
    """Sessions of windows that did not close properly, newest first."""
    remove_stale(folder)
    found = [path for path in folder.glob(f"*{SESSION_SUFFIX}") if not _is_owned(path)]
    return sorted(found, key=_modified, reverse=True)


def discard(path: Path) -> None:
    """Remove what a crashed window left behind."""
    for file in (path, path.with_suffix(_LOCK_SUFFIX)):
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            logger.warning("%s cannot be removed: %s", file, error)


def worth_saving(state: AppState) -> bool:
    """Whether there is anything that a crash could take."""
    return bool(state.documents)


def differs(state: AppState, saved: AppState | None) -> bool:
    """Whether a session file of ``saved`` would differ from one of ``state``."""
    return (
        saved is None
        or any(
            getattr(state, name) is not getattr(saved, name)
            for name in ("documents", "work", "view", "comparison", "session_path")
        )
        or state.current != saved.current
    )


def _is_owned(path: Path) -> bool:
    """Whether the window that writes ``path`` is still alive."""
    lock_file = path.with_suffix(_LOCK_SUFFIX)
    if not lock_file.exists():
        return False
    lock = FileLock(lock_file)
    try:
        free = lock.acquire()
    except OSError:
        return True
    if free:
        lock.release()
    return not free


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _ignore(_: Progress) -> None:
    """Nobody watches an autosave."""
