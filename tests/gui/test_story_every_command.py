"""Every command of the table is triggered in a real window with a head in it, and none fails."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox

from faceviewer.app.commands import commands

LEAVES = {"file.quit"}
"""Ends the window; closing has stories of its own."""


@pytest.fixture(autouse=True)
def nobody_answers(monkeypatch):
    """File choosers are cancelled at once, questions too."""
    for name, answer in (("getOpenFileName", ""), ("getOpenFileNames", []), ("getSaveFileName", "")):
        monkeypatch.setattr(QFileDialog, name, partial(_answer, answer))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: "")
    monkeypatch.setattr(QMessageBox, "exec", lambda *_: 0)


def _answer(answer: str | list[str], *_: object, **__: object) -> tuple[str | list[str], str]:
    return answer, ""


def close_dialogs() -> None:
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog):
            widget.close()
    QApplication.processEvents()


def trigger_what_is_enabled(app, triggered: set[str]) -> None:
    for command in commands():
        if command.id in LEAVES | triggered or not command.enabled(app.state):
            continue
        app.run(command.id)
        QApplication.processEvents()
        close_dialogs()
        triggered.add(command.id)
        app.verbs.reconstructing.cancel()
        if app.state.shown.result is None:
            app.add_sample(f"after {command.id}.jpg")


def test_every_command_triggers_without_error(app):
    app.add_sample("first.jpg")
    app.add_sample("second.jpg")
    triggered: set[str] = set()
    trigger_what_is_enabled(app, triggered)
    app.verbs.editing.set_exaggeration(1.5)
    app.verbs.selecting.go_to("landmark", 30, "68")
    trigger_what_is_enabled(app, triggered)  # what the first round, or the lines above, made possible
    missed = {command.id for command in commands() if command.enabled(app.state)} - triggered - LEAVES
    assert not missed
    assert len(triggered) > 75


def test_switches_follow_the_state_and_back(app):
    app.add_sample()
    switches = [command for command in commands() if command.checked is not None and command.id.startswith("view.")]
    for command in switches:
        action = app.window.actions_by_id[command.id]
        assert action.isChecked() == command.checked(app.state)
        app.run(command.id)
        assert action.isChecked() == command.checked(app.state), command.id


def test_single_keys_reach_their_commands_but_not_while_typing(app, qtbot):
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QLineEdit

    app.add_sample()
    app.window.activateWindow()
    qtbot.waitUntil(app.window.isActiveWindow)
    app.window.viewport.setFocus()
    qtbot.keyClick(app.window, Qt.Key.Key_W)
    assert app.state.view.display == "wireframe"
    field = QLineEdit(app.window)
    field.show()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    qtbot.keyClick(field, Qt.Key.Key_T)
    assert field.text() == "t" and app.state.view.display == "wireframe"
