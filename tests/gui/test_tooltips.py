"""Tooltips are shown in lines that a person can read."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from faceviewer.gui.tooltips import wrap_tooltips, wrapped

LONG = "Laying one head on the other takes turning, shifting and scaling, as a photo alone does not tell the scale."


@pytest.mark.parametrize("text", ["", "Short.", "Two\nlines.", f"<b>{LONG}</b>"])
def test_short_and_rich_texts_stay(text):
    assert wrapped(text) == text


def test_long_texts_break_between_words():
    assert max(map(len, wrapped(LONG).split("\n"))) <= 60
    assert wrapped(LONG).replace("\n", " ") == LONG
    assert wrapped(wrapped(LONG)) == wrapped(LONG)


def test_widgets_wrap_what_they_are_given(qtbot):
    wrap_tooltips(QApplication.instance())
    button = QPushButton()
    qtbot.addWidget(button)
    button.setToolTip(LONG)
    assert button.toolTip() == wrapped(LONG)


def test_no_tooltip_of_the_window_is_wide(app):
    app.add_sample()
    wide = [
        (type(widget).__name__, line)
        for widget in app.window.findChildren(QWidget)
        if not widget.toolTip().startswith("<")
        for line in widget.toolTip().split("\n")
        if len(line) > 60
    ]
    wide += [
        (command.id, line)
        for command in app.window.actions_by_id.commands
        for line in app.window.actions_by_id[command.id].toolTip().split("\n")
        if len(line) > 60
    ]
    assert not wide
