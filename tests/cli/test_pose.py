"""``faceviewer pose``: tables and JSON, exit statuses, and one sentence for what cannot be done."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from engine_events import FACE
from fake_frames import numbered, video_of
from typer.testing import CliRunner

from faceviewer.cli.main import app
from faceviewer.jobs import pose_video
from faceviewer.jobs.pose_files import read_pose_json

pytestmark = pytest.mark.usefixtures("fake")


class OneFace:
    """Sees a face in every frame that is not black."""

    def __init__(self, people: int) -> None: ...

    def reset(self) -> None: ...

    def update(self, rgb: np.ndarray, *, look: bool = False) -> list:
        return [FACE] if rgb.any() else []


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(pose_video.analyse_poses, "__kwdefaults__", {"build_tracker": OneFace})


@pytest.fixture
def film(tmp_path):
    return video_of(tmp_path / "film.avi", numbered, count=10, rate=10)


def run(*arguments) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["pose", *map(str, arguments)])
    return done.exit_code, done.stdout, done.stderr


def test_a_table(film, tmp_path):
    status, text, errors = run(film, "-o", tmp_path / "out" / "poses.csv", "--engine", "fake")
    assert (status, errors) == (0, "")
    with open(tmp_path / "out" / "poses.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["frame"] for row in rows] == [str(k) for k in range(10)]
    assert [row["person"] for row in rows] == ["", *["1"] * 9], "the first frame is black"
    assert "Person 1: 9 frames, 0.10 s to 0.90 s\n" in text and "Pictures have no scale" in text
    assert "of the engine's own cameras" in text and text.endswith(f"written to {tmp_path / 'out' / 'poses.csv'}\n")


def test_json_of_every_third_frame_smoothed(film, tmp_path):
    arguments = (film, "-o", tmp_path / "poses.json", "--engine", "fake", "--every", 3, "--smooth", 0.2, "--people", 2)
    assert run(*arguments)[0] == 0
    series = read_pose_json(tmp_path / "poses.json")
    assert series.frames.tolist() == [0, 3, 6, 9] and series.every == 3 and series.smoothing_s == 0.2


def test_nobody_there(tmp_path):
    film = video_of(tmp_path / "dark.avi", lambda k: numbered(0), count=4)
    status, _, errors = run(film, "-o", tmp_path / "poses.csv", "--engine", "fake")
    assert (status, errors) == (1, "note: No head was found in any frame.\n")
    assert (tmp_path / "poses.csv").read_text("utf-8").count("\n") == 5, "the frames are there all the same"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("film.avi",), "name the file to write with -o"),
        (("film.avi", "-o", "poses.txt"), "it ends in .csv or .json"),
        (("-o", "poses.csv"), "name a video, or a folder"),
        (("film.avi", "-o", "poses.csv", "--every", 0), "--every takes numbers from 1"),
        (("film.avi", "-o", "poses.csv", "--people", 0), "--people from 1 to"),
        (("film.avi", "-o", "poses.csv", "--rate", 0), "--rate takes frames per second from 0.001 to 10000"),
        ((".", "-o", "poses.csv", "--rate", 1e-320), "--rate takes frames per second from 0.001 to 10000"),
        (("film.avi", "-o", "poses.csv", "--smooth", -1), "--smooth takes seconds"),
        (("film.avi", "-o", "poses.csv", "--fov", 60, "--focal", 900), "not both"),
        (("film.avi", "-o", "poses.csv", "--engine", "3ddfa-v3", "--fov", 60), "it takes no --fov or --focal"),
        (("film.avi", "-o", "poses.csv", "--engine", "fake", "--focal", 900), "fake has a camera of its own"),
        (("film.avi", "-o", "poses.csv", "--engine", "none"), "there is no engine 'none'"),
        (("film.avi", "-o", "poses.csv", "--option", "a=b"), "no option 'a'"),
        (("film.avi", "-o", "poses.csv", "--assets", "nowhere"), "there is no such folder"),
        (("film.avi", "-o", "poses.csv", "--engine", "3ddfa-v3"), "3ddfa-v3 lacks"),
    ],
)
def test_wrong_usage(film, tmp_path, monkeypatch, arguments, said):
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    status, text, errors = run(*arguments)
    assert status == 2 and said in errors and errors.count("\n") == 1 and text == ""
    assert not (tmp_path / "poses.csv").exists()


def test_garbage_and_interruption_leave_no_file(film, tmp_path, monkeypatch):
    (tmp_path / "bad.mp4").write_bytes(b"nothing" * 50)
    status, text, errors = run(tmp_path / "bad.mp4", "-o", tmp_path / "poses.csv", "--engine", "fake")
    assert status == 1 and "bad.mp4" in errors and errors.count("\n") == 1 and text == ""

    def interrupted(self, frame):
        raise KeyboardInterrupt

    monkeypatch.setattr(pose_video._Run, "take", interrupted)
    assert run(film, "-o", tmp_path / "poses.csv", "--engine", "fake")[0] == 130
    assert not (tmp_path / "poses.csv").exists()


def test_options_are_listed():
    status, text, _ = run("--option", "help", "--engine", "3ddfa-v3")
    assert status == 0 and "=" in text


def test_one_frame_is_no_stretch_of_time(tmp_path):
    film = video_of(tmp_path / "one.avi", lambda k: numbered(5), count=1)
    status, text, _ = run(film, "-o", tmp_path / "poses.csv", "--engine", "fake")
    assert status == 0 and "Person 1: 1 frame, at 0.00 s\n" in text and "1 frame looked at; written to" in text


def test_what_cannot_be_written_is_found_out_before_the_work(film, tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(pose_video, "build_engine", lambda *_: pytest.fail("the analysis has begun"))
        check_targets(film, tmp_path)
    assert run(tmp_path / "nothing.avi", "-o", tmp_path / "new" / "x.csv", "--engine", "fake")[0] == 1
    assert not (tmp_path / "new").exists(), "nothing is left behind"


def check_targets(film, tmp_path):
    (tmp_path / "folder.csv").mkdir()
    status, _, errors = run(film, "-o", tmp_path / "folder.csv", "--engine", "fake")
    assert status == 1 and errors == f"error: {tmp_path / 'folder.csv'}: a folder of that name is in the way\n"
    (tmp_path / "file").write_text("")
    status, _, errors = run(film, "-o", tmp_path / "file" / "x.csv", "--engine", "fake")
    assert status == 1 and "not a folder" in errors
