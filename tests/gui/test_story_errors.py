"""Something goes wrong inside: the person is told, can go on, and can send what helps to find it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton

from faceviewer.gui.diagnose import window_diagnostics
from faceviewer.gui.dialogs.error import ErrorDialog
from faceviewer.gui.exceptions import ExceptionReporter


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


def test_diagnostics_tell_the_machine_but_not_the_person(app, home: Path) -> None:
    app.verbs.settings.set("export.folder", str(home / "secret project"))
    app.verbs.opening.open_paths([home / "secret project" / "missing.jpg"])
    text = window_diagnostics(app.verbs, app.application.logbook)
    assert "xcb" in text or "wayland" in text or "windows" in text or "cocoa" in text
    assert "OpenGL: unknown" not in text and "head.npz sha256" in text
    assert "secret project" not in text and str(home) not in text
