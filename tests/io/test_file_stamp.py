from __future__ import annotations

import os
from pathlib import Path

from faceviewer.io.file_stamp import NO_FILE, file_stamp


def test_a_stamp_changes_with_size_and_time_alone(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"123")
    os.utime(path, ns=(5, 7))
    assert file_stamp(path) == (3, 7)
    path.write_bytes(b"456")
    os.utime(path, ns=(6, 7))
    assert file_stamp(path) == (3, 7), "it is not read"
    path.write_bytes(b"4567")
    os.utime(path, ns=(6, 8))
    assert file_stamp(path) == (4, 8)


def test_what_is_not_there_has_a_stamp_of_its_own(tmp_path: Path) -> None:
    assert file_stamp(tmp_path / "none.jpg") == file_stamp(tmp_path / "none" / "photo.jpg") == NO_FILE
