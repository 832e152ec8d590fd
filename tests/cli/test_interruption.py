"""Whatever ends a run (Ctrl-C, a kill, a full disk), what stands in the folder is whole, and the next run goes on."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from faceviewer.io.atomic import PREFIX
from faceviewer.io.result_reader import is_complete

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and limits")


FAKE_CLI = ROOT / "tests" / "fake_cli.py", "fake"
"""A program, and the engine that it is asked for."""


def start(
    photos, out: Path, *options: str, limit_bytes: int | None = None, program: tuple[Path, str] = FAKE_CLI
) -> subprocess.Popen[str]:
    """``faceviewer reconstruct``, with the fake engine if nothing else is said, in a process group of its own."""

    def limit() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # test runs in the background inherit a SIGINT that is ignored
        if limit_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))

    cli, engine = program
    asked = ("--engine", engine, "--device", "cpu", *options)
    return subprocess.Popen(
        [sys.executable, cli, "reconstruct", *photos, "-o", out, *asked],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=limit,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def wait_for(condition, seconds: float = 40.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def hidden(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith(".")]


def assert_only_whole_sets(folder: Path) -> set[str]:
    """Every visible file belongs to a complete set; returns the sets' stems."""
    stems = {path.stem for path in folder.glob("*.json")}
    assert all(is_complete(path) for path in folder.glob("*.json"))
    assert {path.stem for path in folder.iterdir() if not path.name.startswith(".")} == stems
    return stems


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_leaves_whole_results_and_says_so(album, tmp_path, workers):
    photos, out = album("a.jpg", "slow1.jpg", "slow2.jpg", "z.jpg"), tmp_path / "out"
    process = start(photos, out, "--workers", str(workers))
    wait_for(lambda: (out / "a_face1.json").exists())
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)
    status, text, errors = finish(process)
    assert status == 130
    assert errors == "interrupted: what was written is complete; --resume goes on from there\n"
    assert "1 photo done (1 head), 3 not tried" in text
    assert assert_only_whole_sets(out) == {"a_face1"}
    assert hidden(out) == []


def test_ctrl_c_during_start_is_one_line(album, tmp_path):
    status = 0
    for attempt in range(5):
        process = start(album("slow.jpg"), tmp_path / f"out{attempt}", program=(ROOT / "main.py", "builtin"))
        time.sleep(0.4 + 0.1 * attempt)
        os.killpg(process.pid, signal.SIGINT)
        status, _, errors = finish(process)
        if status != 0:  # else it came while numpy was being imported, which swallows it
            break
    assert status in (130, -signal.SIGINT)  # the latter while Python itself still starts
    assert status != 130 or "Traceback" not in errors


def test_killed_runs_leave_whole_sets_and_the_next_one_goes_on(album, tmp_path):
    photos, out = album(*(f"p{number:02}.jpg" for number in range(12))), tmp_path / "out"
    done: set[str] = set()
    for attempt in range(3):
        process = start(photos, out, "--resume")
        before = len(done)
        wait_for(lambda before=before: out.is_dir() and len(list(out.glob("*.json"))) > before)
        time.sleep(0.037 * (attempt + 1))
        os.killpg(process.pid, signal.SIGKILL)
        finish(process)
        now = assert_only_whole_sets(out)
        assert done <= now
        done = now
    assert finish(start(photos, out, "--resume"))[0] == 0
    assert len(assert_only_whole_sets(out)) == len(photos)
    assert hidden(out) == []


def test_workers_end_when_their_parent_is_killed(album, tmp_path):
    photos, out = album("a.jpg", *(f"p{number}.jpg" for number in range(30))), tmp_path / "out"
    process = start(photos, out, "--workers", "2")
    wait_for(lambda: (out / "a_face1.json").exists())
    os.kill(process.pid, signal.SIGKILL)
    finish(process)  # its pipes close when the last worker has gone
    assert len(assert_only_whole_sets(out)) < len(photos)


def test_a_full_disk_is_told_once_per_photo_and_leaves_nothing(sample_photo, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (1600, 1600, 3), np.uint8)  # its overlay is 7 MB
    noise[:512, :512] = Image.open(sample_photo)
    photos, out = [tmp_path / "a.png", tmp_path / "b.png"], tmp_path / "out"
    for photo in photos:
        Image.fromarray(noise).save(photo, compress_level=1)
    status, text, errors = finish(start(photos, out, "--overlay", limit_bytes=5_000_000))
    assert status == 1
    reason = "cannot be written, the file grew larger than allowed"
    assert errors == "".join(f"{photo}: {out / photo.stem}_face1_overlay.png: {reason}\n" for photo in photos)
    assert list(out.iterdir()) == []
    assert "2 failed" in text


def test_hidden_folder_of_a_killed_run_is_removed_by_the_next(album, tmp_path):
    photos, out = album("a.jpg"), tmp_path / "out"
    out.mkdir()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    from faceviewer.io import atomic

    (out / f"{PREFIX}{atomic._host()}-{ended.pid}-x").mkdir()
    assert finish(start(photos, out))[0] == 0
    assert hidden(out) == []
