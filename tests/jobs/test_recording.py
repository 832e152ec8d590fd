"""Recordings, read back."""

from __future__ import annotations

import csv
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from factories import make_reconstruction

from faceviewer.jobs.recording import HEADER, FollowRecorder
from faceviewer.types import BLENDSHAPE_NAMES, FaceviewerError


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_rows_come_back(tmp_path: Path) -> None:
    head, path = make_reconstruction(), tmp_path / "new" / "take.csv"
    recorder = FollowRecorder(path)
    recorder.write(4, 0.1333333, head)
    recorder.write(5, 0.1666667, None)
    recorder.write(8, 0.2666667, replace(head, face=replace(head.face, blendshapes=None)))
    assert not path.exists()  # nobody meets half a table
    recorder.close()
    first, gap, bare = rows_of(path)
    assert list(first) == list(HEADER) and len(HEADER) == 8 + 52 + 2 * 68
    assert [row["frame"] for row in (first, gap, bare)] == ["4", "5", "8"]
    assert float(first["time_s"]) == pytest.approx(0.1333, abs=1e-4)
    pose = head.pose
    assert [float(first[f"{name}_deg"]) for name in ("yaw", "pitch", "roll")] == pytest.approx(
        [pose.yaw_deg, pose.pitch_deg, pose.roll_deg], abs=1e-3
    )
    np.testing.assert_allclose([float(first[f"t{axis}_mm"]) for axis in "xyz"], pose.t_mm, atol=0.01)
    np.testing.assert_allclose([float(first[name]) for name in BLENDSHAPE_NAMES], head.face.blendshapes, atol=1e-4)  # type: ignore[arg-type]
    xy_px = [[float(first[f"x{k}"]), float(first[f"y{k}"])] for k in range(68)]
    np.testing.assert_allclose(xy_px, head.landmarks["68"].xy_px, atol=0.01)
    assert set(gap.values()) == {"5", "0.1667", ""}
    assert bare["jawOpen"] == "" and bare["x0"] == first["x0"]
    assert [file.name for file in path.parent.iterdir()] == ["take.csv"]


_CRASH = """
import os, sys
from pathlib import Path
from faceviewer.jobs.recording import FollowRecorder
recorder = FollowRecorder(Path(sys.argv[1]))
recorder.write(0, 0.0, None)
recorder.write(1, 0.1, None)
os._exit(0)  # nothing is closed, nothing is flushed
"""


def test_a_crash_loses_no_complete_row(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    path.write_text("an earlier take")
    subprocess.run([sys.executable, "-c", _CRASH, str(path)], check=True)
    (left,) = tmp_path.glob("*.partial")
    assert [row["frame"] for row in rows_of(left)] == ["0", "1"]
    assert path.read_text() == "an earlier take"
    later = FollowRecorder(path)
    later.write(7, 0.7, None)
    later.close()
    assert [row["frame"] for row in rows_of(path)] == ["7"]
    assert [row["frame"] for row in rows_of(left)] == ["0", "1"]  # still there for whoever wants it


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FaceviewerError, match=r"take\.csv: the recording cannot be written"):
        FollowRecorder(tmp_path / "file" / "take.csv")


def test_a_target_that_became_a_folder_keeps_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    recorder = FollowRecorder(path)
    recorder.write(0, 0.0, None)
    path.mkdir()
    with pytest.raises(FaceviewerError, match=r"take\.csv"):
        recorder.close()
    assert len(rows_of(next(tmp_path.glob("*.partial")))) == 1
