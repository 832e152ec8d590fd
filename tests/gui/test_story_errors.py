"""Something goes wrong inside: the person is told, can go on, and can send what helps to find it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton

from faceviewer.gui.diagnose import window_diagnostics
from faceviewer.gui.dialogs.error import ErrorDialog
from faceviewer.gui.exceptions import ExceptionReporter
from faceviewer.jobs.jobs import WarmUp


def error_dialogs() -> list[ErrorDialog]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, ErrorDialog) and one.isVisible()]


def test_a_command_that_fails_is_reported_and_the_window_goes_on(app, qtbot, monkeypatch) -> None:
    app.add_sample()
    with qtbot.captureExceptions():
        reporter = ExceptionReporter(lambda: window_diagnostics(app.verbs, app.application.logbook))
        reporter.install()
        try:
            monkeypatch.setattr(type(app.verbs.viewing), "reset", lambda viewing: 1 / 0)
            app.run("view.reset")
            qtbot.waitUntil(lambda: len(error_dialogs()) == 1)
        finally:
            reporter.uninstall()
    log = app.window.log_panel.findChild(QPlainTextEdit)
    qtbot.waitUntil(lambda: "ZeroDivisionError" in log.toPlainText())
    (dialog,) = error_dialogs()
    next(button for button in dialog.findChildren(QPushButton) if button.text() == "Copy diagnostics").click()
    copied = QGuiApplication.clipboard().text()
    assert "ZeroDivisionError" in copied and "Packages" in copied and "OpenGL: " in copied
    dialog.close()
    app.run("view.frame")


def fail_in_a_view(app, monkeypatch) -> None:
    monkeypatch.setattr(app.window.photo_view, "show_state", lambda state, before: 1 / 0)
    app.verbs.viewing.set(display="shaded")


def fail_at_an_event_of_the_engine(app, monkeypatch) -> None:
    monkeypatch.setattr(app.verbs.reconstructing, "handle", lambda event: 1 / 0)
    app.application.engine_thread.submit(WarmUp(0))


def fail_in_a_timer(app, monkeypatch) -> None:
    QTimer.singleShot(0, app.window, lambda: 1 / 0)


def fail_where_background_work_is_received(app, monkeypatch) -> None:
    app.application.background.submit("A test", lambda progress, cancel: 1, lambda outcome: outcome.value / 0)


def fail_in_a_thread(app, monkeypatch) -> None:
    threading.Thread(target=lambda: 1 / 0).start()


@pytest.mark.parametrize(
    "fail",
    [
        fail_in_a_view,
        fail_at_an_event_of_the_engine,
        fail_in_a_timer,
        fail_where_background_work_is_received,
        fail_in_a_thread,
    ],
)
def test_wherever_it_fails_the_log_and_a_dialog_tell(app, qtbot, monkeypatch, fail) -> None:
    app.add_sample()
    with qtbot.captureExceptions():
        reporter = ExceptionReporter(lambda: window_diagnostics(app.verbs, app.application.logbook))
        reporter.install()
        try:
            with monkeypatch.context() as patch:  # not `undo`: the home of this test would go with it
                fail(app, patch)
                qtbot.waitUntil(lambda: len(error_dialogs()) == 1, timeout=30_000)
        finally:
            reporter.uninstall()
    log = app.window.log_panel.findChild(QPlainTextEdit)
    qtbot.waitUntil(lambda: "ZeroDivisionError" in log.toPlainText())
    (dialog,) = error_dialogs()
    dialog.close()


def test_the_other_views_go_on_when_one_fails(app, qtbot, monkeypatch) -> None:
    app.add_sample()
    with qtbot.captureExceptions() as errors, monkeypatch.context() as patch:
        patch.setattr(app.window.photo_view, "show_state", lambda state, before: 1 / 0)
        app.run("view.display.normals")
    assert [kind for kind, *_ in errors] == [ZeroDivisionError]
    assert app.window.actions_by_id["view.display.normals"].isChecked()


def test_failing_background_work_is_told_to_who_asked_and_to_the_log(app, qtbot) -> None:
    told = []
    app.application.background.submit("A test", lambda progress, cancel: 1 / 0, told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].error == "A test failed unexpectedly; the log has the details."
    log = app.window.log_panel.findChild(QPlainTextEdit)
    qtbot.waitUntil(lambda: "ZeroDivisionError" in log.toPlainText())


def test_diagnostics_tell_the_machine_but_not_the_person(app, home: Path) -> None:
    app.verbs.settings.set("export.folder", str(home / "secret project"))
    app.verbs.opening.open_paths([home / "secret project" / "missing.jpg"])
    text = window_diagnostics(app.verbs, app.application.logbook)
    assert "xcb" in text or "wayland" in text or "windows" in text or "cocoa" in text
    assert "OpenGL: unknown" not in text and "head.npz sha256" in text
    assert "secret project" not in text and str(home) not in text
