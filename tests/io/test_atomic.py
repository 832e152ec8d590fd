"""All of a set or none of it: after errors, full disks, Ctrl-C, and after being killed at any moment."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import random
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from faceviewer.io import atomic
from faceviewer.io.atomic import PREFIX, AtomicFileSet, remove_stale, write_atomically
from faceviewer.types import Cancelled, FaceviewerError

NAMES = ("a.obj", "a.png", "a.json")


def write_set(directory: Path, text: str, names: tuple[str, ...] = NAMES) -> None:
    with AtomicFileSet(directory) as files:
        for name in names:
            files.path(name).write_text(text)


def contents(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in directory.iterdir()}


def complete(text: str) -> dict[str, str]:
    return dict.fromkeys(NAMES, text)


def test_publishes_and_replaces_whole_sets(tmp_path):
    target = tmp_path / "new" / "folder"
    write_set(target, "old")
    assert contents(target) == complete("old")
    write_set(target, "new")
    assert contents(target) == complete("new")


def test_nothing_shows_before_the_end(tmp_path):
    write_set(tmp_path, "old")
    with AtomicFileSet(tmp_path) as files:
        for name in NAMES:
            files.path(name).write_text("new")
        assert {name: (tmp_path / name).read_text() for name in NAMES} == complete("old")
    assert contents(tmp_path) == complete("new")


@pytest.mark.parametrize("failure", [ValueError("bad"), KeyboardInterrupt(), Cancelled(), OSError(errno.ENOSPC, "x")])
def test_failure_while_writing_leaves_the_old_set_and_no_traces(tmp_path, failure):
    write_set(tmp_path, "old")
    expected = FaceviewerError if isinstance(failure, OSError) else type(failure)
    with pytest.raises(expected), AtomicFileSet(tmp_path) as files:
        files.path("a.obj").write_text("half")
        raise failure
    assert contents(tmp_path) == complete("old")


@pytest.mark.parametrize("step", range(6))
@pytest.mark.parametrize("failure", [KeyboardInterrupt(), PermissionError(errno.EACCES, "held by another program")])
def test_failure_in_the_middle_of_the_exchange_restores_the_old_set(tmp_path, monkeypatch, step, failure):
    write_set(tmp_path, "old")
    replace, calls = os.replace, iter(range(100))

    def failing_replace(source, target):
        if next(calls) == step:
            raise failure
        replace(source, target)

    expected = FaceviewerError if isinstance(failure, OSError) else type(failure)
    monkeypatch.setattr(os, "replace", failing_replace)
    with pytest.raises(expected):
        write_set(tmp_path, "new", (*NAMES[:2], "a.json"))
    assert contents(tmp_path) == complete("old")


def write_smaller_set(directory: Path) -> None:
    """Of three files: one of the old set's less, which is to go."""
    with AtomicFileSet(directory) as files:
        files.leave_out("a.png")
        files.leave_out("a.obj")  # it has one of that name itself
        files.leave_out("never.was")
        for name in ("a.obj", "a.json"):
            files.path(name).write_text("new")


def test_what_the_new_set_has_no_like_of_goes(tmp_path):
    write_set(tmp_path, "old")
    write_smaller_set(tmp_path)
    assert contents(tmp_path) == {"a.obj": "new", "a.json": "new"}


@pytest.mark.parametrize("step", range(5))
def test_what_was_to_go_comes_back_when_the_exchange_fails(tmp_path, monkeypatch, step):
    write_set(tmp_path, "old")
    replace, calls = os.replace, iter(range(100))

    def failing_replace(source, target):
        if next(calls) == step:
            raise PermissionError(errno.EACCES, "held by another program")
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing_replace)
    with pytest.raises(FaceviewerError):
        write_smaller_set(tmp_path)
    assert contents(tmp_path) == complete("old")


def test_folders_never_go(tmp_path):
    (tmp_path / "a.d").mkdir()
    with AtomicFileSet(tmp_path) as files:
        files.leave_out("a.d")
        files.path("a.json").write_text("new")
    assert (tmp_path / "a.d").is_dir()


@pytest.mark.skipif(os.name != "posix", reason="windows opens no folders")
def test_folders_that_cannot_be_synced_are_written_to(tmp_path, monkeypatch):
    """Shared folders of some systems answer fsync with an error; the files are in place by then."""
    fsync = os.fsync

    def refusing_fsync(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", refusing_fsync)
    write_set(tmp_path, "new")
    assert contents(tmp_path) == complete("new")


def test_failure_in_the_middle_removes_files_that_the_old_set_had_not(tmp_path, monkeypatch):
    write_set(tmp_path, "old")
    replace = os.replace

    def failing_replace(source, target):
        if str(target).endswith("a.glb") and "new" in str(source):
            replace(source, target)
            raise PermissionError(errno.EACCES, "late")
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing_replace)
    with pytest.raises(FaceviewerError, match="permission denied"):
        write_set(tmp_path, "new", ("a.obj", "a.glb", "a.png", "a.json"))
    assert contents(tmp_path) == complete("old")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/etc/passwd", "../x"])
def test_only_plain_names(tmp_path, name):
    with pytest.raises(ValueError, match="plain file name"), AtomicFileSet(tmp_path) as files:
        files.path(name)


def test_an_empty_set_writes_nothing(tmp_path):
    with AtomicFileSet(tmp_path):
        pass
    assert contents(tmp_path) == {}


def test_write_atomically_keeps_the_old_file_until_the_new_one_is_whole(tmp_path):
    target = tmp_path / "notes.txt"
    write_atomically(target, lambda path: path.write_text("old"))

    def interrupted(path: Path) -> None:
        path.write_text("ne")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(target, interrupted)
    assert contents(tmp_path) == {"notes.txt": "old"}
    write_atomically(target, lambda path: path.write_text("new"))
    assert contents(tmp_path) == {"notes.txt": "new"}


def test_errors_of_other_files_are_not_blamed_on_the_target(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "x", lambda path: path.write_bytes(Path("/nowhere/input").read_bytes()))


# --- targets that cannot be written -----------------------------------------------------------------------------


def test_target_is_a_folder(tmp_path):
    (tmp_path / "a.json").mkdir()
    with pytest.raises(FaceviewerError, match=r"a\.json: cannot be written, a folder of that name is in the way"):
        write_set(tmp_path, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_directory_is_a_file(tmp_path):
    (tmp_path / "out").write_text("a file")
    for directory in (tmp_path / "out", tmp_path / "out" / "deeper"):
        with pytest.raises(FaceviewerError, match="a part of the path is not a folder"):
            write_set(directory, "new")


def test_directory_that_no_folder_can_be_called(tmp_path):
    folder = Path(f"{tmp_path}/out\0side")
    assert remove_stale(folder) == 0
    with pytest.raises(FaceviewerError, match=r"out\N{REPLACEMENT CHARACTER}side: .*not a usable folder name"):
        write_atomically(folder / "notes.txt", lambda path: path.write_text("new"))


def test_name_too_long(tmp_path):
    with pytest.raises(FaceviewerError, match="the name is too long"):
        write_atomically(tmp_path / ("n" * 300), lambda path: path.write_text("x"))
    with pytest.raises(FaceviewerError, match="the name is too long"):
        write_set(tmp_path / ("n" * 300), "new")
    assert contents(tmp_path) == {}


@contextlib.contextmanager
def as_ordinary_user():
    """Permissions do not bind root: become nobody for the while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions; windows has others")
def test_unwritable_directory():
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write_set(directory, "old")
        directory.chmod(0o555)
        with as_ordinary_user(), pytest.raises(FaceviewerError, match=r"cannot be written, permission denied"):
            write_set(directory, "new")
        directory.chmod(0o755)
        assert contents(directory) == complete("old")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on windows and darwin")
def test_full_disk_reported_by_the_system(tmp_path):
    def write(path: Path) -> None:
        path.symlink_to("/dev/full")
        path.write_text("x")

    with pytest.raises(FaceviewerError, match="the disk is full"):
        write_atomically(tmp_path / "x.obj", write)
    assert contents(tmp_path) == {}


@pytest.fixture
def tiny_disk(tmp_path):
    """A file system of 64 KiB, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("mounting a tiny disk needs root on linux, not windows or darwin; /dev/full stands in for it")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_full_disk(tiny_disk):
    write_set(tiny_disk, "old")
    with pytest.raises(FaceviewerError, match="the disk is full"):
        write_set(tiny_disk, "n" * 40_000)
    assert contents(tiny_disk) == complete("old")


# --- killed runs ------------------------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from faceviewer.io.atomic import AtomicFileSet, remove_stale
directory = Path(sys.argv[1])
remove_stale(directory)
print("ready", flush=True)
for text in range(1_000_000):
    with AtomicFileSet(directory) as files:
        for name in ("a.obj", "a.png", "a.json"):
            files.path(name).write_text(f"{text:06d}" * 500)
"""


def start_writer(directory: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": str(Path(atomic.__file__).parents[2])}
    writer = subprocess.Popen([sys.executable, "-c", WRITER, directory], stdout=subprocess.PIPE, env=environment)
    assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"
    return writer


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on windows")
def test_killed_at_any_moment_leaves_one_whole_set(tmp_path):
    write_set(tmp_path, "old")
    rng = random.Random(4)
    for _ in range(25):
        writer = start_writer(tmp_path)
        time.sleep(rng.uniform(0.0, 0.03))
        kill(writer)
        if (tmp_path / "a.json").exists():  # the marker never stands among files of another set
            assert len({(tmp_path / name).read_text() for name in NAMES}) == 1
        remove_stale(tmp_path)
        left = contents(tmp_path)
        assert set(left) == set(NAMES) and len(set(left.values())) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no fork on windows")
@pytest.mark.parametrize("step", range(8))
def test_killed_at_each_step_of_the_exchange(tmp_path, step):
    write_set(tmp_path, "old")
    child = os.fork()
    if child == 0:
        replace, calls = os.replace, iter(range(100))

        def dying_replace(source, target):
            if next(calls) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            replace(source, target)

        os.replace = dying_replace
        write_set(tmp_path, "new", ("a.obj", "a.png", "a.glb", "a.json"))
        os._exit(0)
    os.waitpid(child, 0)
    assert any(path.name.startswith(PREFIX) for path in tmp_path.iterdir()), "the writer was to die at this step"
    assert remove_stale(tmp_path) == 1
    assert contents(tmp_path) == complete("old")


def test_a_later_run_wins_over_what_a_killed_one_set_aside(tmp_path):
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{atomic._host()}-999999999-", dir=tmp_path))
    for part, text in (("old", "oldest"), ("new", "never published")):
        (folder / part).mkdir()
        (folder / part / "a.json").write_text(text)
    (folder / "names.json").write_text(json.dumps(NAMES))
    write_set(tmp_path, "latest")
    assert remove_stale(tmp_path) == 1
    assert contents(tmp_path) == complete("latest")


def test_stale_folders_go_and_live_ones_stay(tmp_path):
    (tmp_path / "mine.txt").write_text("stays")
    dead = tmp_path / f"{PREFIX}{atomic._host()}-999999999-x"
    elsewhere = tmp_path / f"{PREFIX}00000000-999999999-x"
    old = tmp_path / f"{PREFIX}00000000-1-old"
    for folder in (dead, elsewhere, old):
        folder.mkdir()
    yesterday = time.time() - atomic.STALE_AFTER_S - 60
    os.utime(old, (yesterday, yesterday))
    with AtomicFileSet(tmp_path) as files:
        files.path("a.txt").write_text("live")
        assert remove_stale(tmp_path) == 2
    elsewhere.rmdir()
    assert contents(tmp_path) == {"mine.txt": "stays", "a.txt": "live"}


def test_names_in_a_stale_folder_cannot_reach_outside(tmp_path):
    out = tmp_path / "out"
    folder = out / f"{PREFIX}{atomic._host()}-999999999-x"
    (folder / "new").mkdir(parents=True)
    (folder / "new" / "a.json").write_text("")
    (folder / "names.json").write_text(json.dumps(["../victim.txt", "a.json"]))
    (tmp_path / "victim.txt").write_text("precious")
    remove_stale(out)
    assert (tmp_path / "victim.txt").read_text() == "precious"


def test_remove_stale_of_a_missing_directory(tmp_path):
    assert remove_stale(tmp_path / "nowhere") == 0
