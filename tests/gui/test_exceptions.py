from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

import faceviewer.gui.exceptions as exceptions
from faceviewer.app.logbook import Logbook, start_logging, stop_logging
from faceviewer.gui.dialogs.error import ErrorDialog
from faceviewer.gui.exceptions import ExceptionReporter, do_each


@pytest.fixture
def logbook(tmp_path: Path) -> Iterator[Logbook]:
    logbook = start_logging(tmp_path / "log")
    yield logbook
    stop_logging(logbook)


@pytest.fixture
def reporter(logbook: Logbook, qtbot) -> Iterator[ExceptionReporter]:
    with qtbot.captureExceptions():  # puts the hook of the test's own back afterwards
        reporter = ExceptionReporter(lambda: "versions and log")
        reporter.install()
        yield reporter
        reporter.uninstall()
    for dialog in dialogs():
        dialog.close()
    QApplication.processEvents()


def dialogs() -> list[ErrorDialog]:
    return [
        widget for widget in QApplication.topLevelWidgets() if isinstance(widget, ErrorDialog) and widget.isVisible()
    ]


def errors(logbook: Logbook) -> list[str]:
    return [line.text for line in logbook.lines() if line.level >= logging.ERROR]


def fail() -> None:
    raise ValueError("the mesh\nhas no vertices")


def texts(dialog: QWidget) -> str:
    """All that its visible labels and buttons say."""
    parts = [part for part in dialog.findChildren(QWidget) if part.isVisible()]
    return " ".join(str(part.property("text") or "") for part in parts)


def test_a_slot_that_raises_reaches_log_and_dialog(reporter: ExceptionReporter, logbook: Logbook, qtbot) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    button.clicked.connect(fail)
    button.click()
    qtbot.waitUntil(lambda: len(dialogs()) == 1)
    (text,) = errors(logbook)
    assert "the mesh\nhas no vertices" in text and "in fail" in text
    assert "ValueError: the mesh has no vertices" in texts(dialogs()[0])
    assert not dialogs()[0].isModal()


def test_a_burst_is_one_dialog_and_every_error_is_logged(reporter: ExceptionReporter, logbook: Logbook, qtbot) -> None:
    for _ in range(30):
        QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: len(errors(logbook)) == 30)
    qtbot.waitUntil(lambda: "29 more" in " ".join(map(texts, dialogs())))
    assert len(dialogs()) == 1


def test_an_error_that_never_stops_does_not_come_back_at_once(
    reporter: ExceptionReporter, logbook: Logbook, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(exceptions.time, "monotonic", lambda: now[0])
    QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: len(dialogs()) == 1)
    dialogs()[0].close()
    QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: len(errors(logbook)) == 2)
    QApplication.processEvents()
    assert dialogs() == []
    QTimer.singleShot(0, lambda: [][1])
    qtbot.waitUntil(lambda: len(dialogs()) == 1)
    assert "IndexError" in texts(dialogs()[0]), "another error is news"
    dialogs()[0].close()
    now[0] += exceptions.QUIET_S + 1
    QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: len(dialogs()) == 1)


def test_threads_are_heard(reporter: ExceptionReporter, logbook: Logbook, qtbot) -> None:
    thread = threading.Thread(target=fail, name="engine")
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(dialogs()) == 1)
    assert "in thread engine" in errors(logbook)[0]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_fails_during_deletion_is_logged_only(reporter: ExceptionReporter, logbook: Logbook) -> None:
    class Broken:
        def __del__(self) -> None:
            raise ValueError("too late")

    Broken()
    assert "too late" in errors(logbook)[0]
    QApplication.processEvents()
    assert dialogs() == []


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_program_is_no_error(
    kind: type[BaseException], reporter: ExceptionReporter, logbook: Logbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []
    monkeypatch.setattr(exceptions.QCoreApplication, "exit", ended.append)
    sys.excepthook(kind, kind(), None)
    QApplication.processEvents()
    assert ended == [130] and errors(logbook) == [] and dialogs() == []


def test_uninstalling_gives_the_hooks_back(qapp: QApplication) -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    reporter = ExceptionReporter(str)
    reporter.install()
    assert sys.excepthook is not before[0]
    reporter.uninstall()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def test_details_fold_and_everything_can_be_copied(reporter: ExceptionReporter, qtbot) -> None:
    QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: len(dialogs()) == 1)
    (dialog,) = dialogs()
    details = dialog.findChild(QWidget, "details")
    assert details is not None and not details.isVisible()
    buttons = {button.text(): button for button in dialog.findChildren(QPushButton)}
    buttons["Show details"].click()
    assert details.isVisible()
    buttons["Copy diagnostics"].click()
    copied = QGuiApplication.clipboard().text()
    assert "in fail" in copied and "versions and log" in copied


def test_a_step_that_fails_is_reported_and_keeps_none_of_the_others_from_being_done(
    reporter: ExceptionReporter, logbook: Logbook
) -> None:
    done: list[str] = []
    do_each(lambda: done.append("first"), fail, lambda: done.append("last"))
    assert done == ["first", "last"]
    assert "the mesh\nhas no vertices" in errors(logbook)[0]
