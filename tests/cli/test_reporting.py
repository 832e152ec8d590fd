"""What a person sees: a bar with rate and time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from faceviewer.cli.reporting import MAX_ROWS, LiveReporter, PlainReporter
from faceviewer.jobs.tasks import Outcome
from faceviewer.types import Progress

ROOT = Path(__file__).resolve().parents[2]
DONE = Outcome("a.jpg", "done", 2, seconds=1.25, warnings=("One ear is hidden.",))
THERE = Outcome("b.jpg", "skipped", 1)
FAILED = Outcome("c.jpg", "failed", reason="c.jpg: no face was found", trace="Traceback\n")


@pytest.mark.parametrize("kind", [PlainReporter, LiveReporter])
def test_totals_and_failures(kind, capsys):
    with kind(5, Path("out")) as reporter:
        for outcome in (DONE, THERE, FAILED):
            reporter.progress(outcome.label, Progress("Fitting", 0.5))
            reporter.done(outcome)
    reporter.summarise()
    out, err = capsys.readouterr()
    assert "c.jpg: no face was found\n" in err
    assert "Traceback" not in err
    assert "note" in out
    assert "One ear is hidden." in out
    assert "1 photo done (2 heads), 1 already there, 1 failed, 2 not tried in " in out
    assert out.endswith("results in out\n")


def test_plain_lines_count(capsys):
    with PlainReporter(2, Path("out")) as reporter:
        reporter.done(DONE)
        reporter.done(THERE)
    assert capsys.readouterr().out.splitlines() == [
        "[1/2] a.jpg: 2 heads in 1.2 s",
        "[2/2] b.jpg: 1 head already there",
    ]


def test_each_warning_is_told_once(capsys):
    with PlainReporter(30, Path("out")) as reporter:
        for number in range(30):
            own = f"The face is {number} pixels wide."
            reporter.done(Outcome(f"{number}.jpg", "done", 1, warnings=("No scale.", own)))
    reporter.summarise()
    notes = [line for line in capsys.readouterr().out.splitlines() if line.startswith("note")]
    assert notes[:2] == ["note: 30 photos: No scale.", "note: 0.jpg: The face is 0 pixels wide."]
    assert notes[10:] == ["note: 21 more, under warnings in the JSON of each result"]


@pytest.mark.parametrize(("count", "shown"), [(1, False), (2, True), (MAX_ROWS, True), (MAX_ROWS + 1, False)])
def test_table_is_shown_when_it_helps(capsys, count, shown):
    with LiveReporter(count, Path("out")) as reporter:
        for number in range(count):
            reporter.done(Outcome(f"photo[{number}].jpg", "done", 1))
    reporter.summarise()
    assert ("photo[0].jpg" in capsys.readouterr().out) == shown


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_terminal_sees_stage_rate_and_time_left(album, tmp_path):
    import pty

    ours, theirs = pty.openpty()
    arguments = ["reconstruct", *album("a.jpg", "b.jpg", "bug.jpg"), "-o", tmp_path / "out", "--engine", "fake"]
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "fake_cli.py", *arguments, "--device", "cpu"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        timeout=60,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "160"},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            shown += os.read(ours, 65536)
        except OSError:
            break
    os.close(ours)
    terminal = shown.decode()
    assert done.returncode == 1
    for text in ("Fitting", "2/3", "/s", ":", "bug.jpg: an unexpected error (ZeroDivisionError"):
        assert text in terminal
    assert "2 photos done (2 heads), 1 failed" in done.stdout
