from __future__ import annotations

import hashlib
import logging
from datetime import datetime
from pathlib import Path

import pytest

from faceviewer.app.diagnostics import Graphics, diagnostics, without_folders
from faceviewer.app.logbook import LogLine
from faceviewer.app.settings import Settings


def line(text: str) -> LogLine:
    return LogLine(datetime(2026, 1, 2, 3, 4, 5), logging.WARNING, "faceviewer.x", text)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("/home/jane/photos/x.jpg: cannot be read", "…/x.jpg: cannot be read"),
        ("C:\\Users\\Jane Doe\\My pictures\\x.jpg is damaged", "…/x.jpg is damaged"),
        ("\\\\server\\jane\\x.jpg", "…/x.jpg"),
        ("Path('/home/jane/my photos/x.jpg')", "Path('…/x.jpg')"),
        ("file:///home/jane/x.jpg", "file://…/x.jpg"),
        ('  File "/usr/lib/site-packages/PySide6/x.py", line 3', '  File "PySide6/x.py", line 3'),
        ('  File "/home/jane/faceviewer/gui/x.py", line 3', '  File "faceviewer/gui/x.py", line 3'),
        ("12 / 3 ms, image/jpeg and/or https://example.org/a", "12 / 3 ms, image/jpeg and/or https://example.org/a"),
    ],
)
def test_folders_are_left_out_names_stay(text: str, short: str) -> None:
    assert without_folders(text) == short


def test_the_home_folder_never_shows() -> None:
    home = Path.home()
    assert str(home) not in without_folders(f"in {home} and {home / 'a' / 'b.jpg'}")


def test_it_names_versions_files_settings_and_the_last_lines(tmp_path: Path, sample_photo: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    settings.set("appearance.theme", "dark")
    settings.set("export.folder", str(tmp_path / "secret project"))
    lines = [line(f"number {number}") for number in range(300)] + [
        line(f"{tmp_path / 'secret project'}/x.obj: written")
    ]
    text = diagnostics(settings, lines, device="cpu", graphics=Graphics("llvmpipe 4.5", "xcb"))
    for fact in ("faceviewer ", "Python 3.", "numpy 2", "torch 2", "llvmpipe 4.5", "xcb", "Device: cpu"):
        assert fact in text
    assert hashlib.sha256(sample_photo.read_bytes()).hexdigest() in text
    assert "appearance.theme = dark" in text and "export.folder = (a folder)" in text
    assert "number 299" in text and "number 101" in text and "number 100" not in text
    assert "…/x.obj: written" in text and "secret project" not in text
