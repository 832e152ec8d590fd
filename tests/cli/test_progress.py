"""The bar that shows how far a job is."""

from __future__ import annotations

import sys

from faceviewer.cli.tables import progress_shown
from faceviewer.types import Progress


def test_names_of_files_are_no_commands_for_the_terminal(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    with progress_shown() as progress:
        progress(Progress("Measuring a\x1b]0;OWNED\x07.png", 0.5))
    shown = capsys.readouterr().err
    assert "Measuring a" in shown and "OWNED" in shown and "\x1b]0;" not in shown and "\x07" not in shown


def test_nothing_is_shown_where_there_is_no_terminal(capsys):
    with progress_shown() as progress:
        progress(Progress("Measuring", 0.5))
    assert capsys.readouterr() == ("", "")
