"""Closing the window while something is not saved."""

from __future__ import annotations

from faceviewer.gui.user_interface import QtUserInterface


def test_closing_asks_before_changes_are_lost_and_stays_when_told_to(app, monkeypatch):
    asked = []

    def refuse(_, question: str, verb: str) -> bool:
        asked.append((question, verb))
        return False

    app.add_sample()
    app.verbs.editing.set_exaggeration(1.4)
    monkeypatch.setattr(QtUserInterface, "confirm", refuse)
    app.window.close()
    assert len(asked) == 1 and "not saved" in asked[0][0]
    assert app.window.isVisible()
    app.verbs.viewing.set(display="shaded")  # and everything still works
    assert app.state.view.display == "shaded"
    monkeypatch.setattr(QtUserInterface, "confirm", lambda *_: True)


def test_closing_without_changes_asks_nothing(app, monkeypatch):
    app.add_sample()
    monkeypatch.setattr(QtUserInterface, "confirm", lambda *_: pytest_fail())
    app.window.close()
    assert not app.window.isVisible()


def pytest_fail() -> bool:
    raise AssertionError("nothing was to be asked")
