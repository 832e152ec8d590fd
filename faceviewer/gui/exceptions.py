"""Errors that nobody caught reach the log and one dialog; none is swallowed.

PySide prints what a slot raises through ``sys.excepthook`` and goes on. Threads have ``threading.excepthook``, and
what fails while objects are deleted has ``sys.unraisablehook``; the latter is logged, without a dialog.

Ctrl-C is not an error: it ends the application.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from faceviewer.gui.dialogs.error import ErrorDialog

QUIET_S = 10.0
"""After its dialog was closed, the same error opens no other one until it has been silent for so long."""
_INTERRUPTED = 130
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """One error that nobody caught."""

    summary: str
    """Type and message, in one line."""
    details: str
    """The traceback."""
    place: str
    """Type, file and line: errors of one place are one error."""


class ExceptionReporter(QObject):
    """Takes over Python's hooks between ``install`` and ``uninstall``. Lives in the thread of the window."""

    failed = Signal(object)
    """With one ``Failure``, from any thread."""

    def __init__(self, diagnose: Callable[[], str], parent: QObject | None = None) -> None:
        """``diagnose`` gives the text that the dialog's "Copy diagnostics" copies."""
        super().__init__(parent)
        self._diagnose = diagnose
        self._hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        self._dialog: ErrorDialog | None = None
        self._quiet_until: dict[str, float] = {}
        self.failed.connect(self._show, Qt.ConnectionType.QueuedConnection)  # never a dialog in the middle of a paint

    def install(self) -> None:
        """From now on every error that nobody catches is reported."""
        self._hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._uncaught
        threading.excepthook = self._uncaught_in_thread
        sys.unraisablehook = self._unraisable

    def uninstall(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._hooks

    def _uncaught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None, where: str = ""
    ) -> None:
        if not issubclass(kind, Exception):  # Ctrl-C, and what else is meant to end the program
            sys.__excepthook__(kind, error, trace)
            QCoreApplication.exit(_INTERRUPTED)
            return
        _log.error("unexpected error%s", where, exc_info=error.with_traceback(trace))
        sys.__excepthook__(kind, error, trace)
        self.failed.emit(_failure(kind, error, trace))

    def _uncaught_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            where = f" in thread {args.thread.name}" if args.thread is not None else ""
            self._uncaught(args.exc_type, args.exc_value, args.exc_traceback, where)

    def _unraisable(self, unraisable: sys.UnraisableHookArgs) -> None:
        error = unraisable.exc_value
        if error is not None:
            error = error.with_traceback(unraisable.exc_traceback)
            message = unraisable.err_msg or "error while an object was deleted"
            _log.error("%s: %r", message, unraisable.object, exc_info=error)

    def _show(self, failure: Failure) -> None:
        now = time.monotonic()
        if self._dialog is not None:
            self._dialog.add(failure.summary, failure.details)
        elif now >= self._quiet_until.get(failure.place, 0.0):
            self._dialog = ErrorDialog(failure.summary, failure.details, self._diagnose, QApplication.activeWindow())
            self._dialog.finished.connect(self._closed)
            self._dialog.show()
        self._quiet_until[failure.place] = now + QUIET_S

    def _closed(self, _result: int) -> None:
        self._dialog = None


def do_each(*steps: Callable[[], object]) -> None:
    """Call ``steps`` in their order; one that fails is reported and keeps none of the others from being done."""
    for step in steps:
        try:
            step()
        except Exception:  # noqa: BLE001 - reported as any other
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]


def _failure(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> Failure:
    frames = traceback.extract_tb(trace)
    last = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    message = " ".join(str(error).split())
    return Failure(
        summary=f"{kind.__name__}: {message}" if message else kind.__name__,
        details="".join(traceback.format_exception(kind, error, trace)),
        place=f"{kind.__name__} {last}",
    )
