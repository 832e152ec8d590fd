"""``faceviewer evaluate engine`` and ``compare``: files, what is said, exit statuses, and what a kill leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import oracle_engine
import pytest
from head_pose_factory import portrait, write_aflw2000, write_biwi, write_heads
from typer.testing import CliRunner

from faceviewer.cli.evaluate import evaluate
from faceviewer.datasets.head_pose.opening import open_dataset
from faceviewer.evaluation.run import JOURNAL

TESTS = Path(__file__).resolve().parents[1]
FILES = {"table.csv", "table.json", "summary.json", "report.html"}


def run(*arguments) -> tuple[int, str, str]:
    done = CliRunner().invoke(evaluate, list(map(str, arguments)))
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def aflw(tmp_path):
    oracle_engine.register_oracle()
    oracle_engine.found((0, 0, 2000, 2000))
    made = write_aflw2000(tmp_path / "aflw")
    oracle_engine.learn(open_dataset(made.root))
    return made


def test_files_and_figures(aflw, tmp_path):
    status, text, errors = run("engine", aflw.root, "-o", tmp_path / "out", "--engine", "oracle")
    assert (status, errors) == (0, "")
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    assert "oracle on AFLW2000-3D: 3 of 3 photos (3 ok)" in text and "geodesic error" in text and "n=3" in text
    assert json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))["figures"]["mae_r"]["value"] < 1e-3
    assert "data:image/jpeg;base64" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_troubles_are_named_once_and_the_status_says_so(aflw, tmp_path):
    aflw.photos[aflw.keys[0]].unlink()
    aflw.annotations[aflw.keys[1]].write_bytes(b"nothing")
    status, text, errors = run("engine", aflw.root, "-o", tmp_path / "out", "--engine", "oracle", "--worst", 0)
    assert status == 1 and "1 ok, 1 bad annotation, 1 bad photo" in text
    lines = errors.splitlines()
    assert sorted(line.split(":")[0] for line in lines) == ["bad annotation", "bad photo"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    status, _, _ = run("engine", aflw.root, "-o", tmp_path / "out", "--engine", "oracle", "--resume")
    assert status == 1


def test_many_troubles_are_told_in_short(tmp_path):
    oracle_engine.register_oracle()
    made = write_aflw2000(tmp_path / "many", count=23)
    for path in made.photos.values():
        path.write_bytes(b"")
    status, text, errors = run("engine", made.root, "-o", tmp_path / "out", "--engine", "oracle")
    assert status == 1 and len(errors.splitlines()) == 21 and "3 more photos without figures" in errors
    assert "23 bad photo" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--engine", "none"), "there is no engine 'none'"),
        (("--engine", "oracle", "--faces", "all"), "--faces is found or given"),
        (("--engine", "oracle", "--focal", "5"), "--focal is engine or true"),
        (("--engine", "oracle", "--limit", "0"), "take numbers from 1"),
        (("--engine", "oracle", "--workers", "0"), "--workers take numbers from 1"),
        (("--engine", "oracle", "--worst", "-1"), "--worst takes numbers from 0"),
        (("--engine", "oracle", "--dataset", "none"), "--dataset none: choose one of auto"),
        (("--engine", "oracle", "--option", "x=1"), "no option 'x'"),
        (("--engine", "oracle", "--published-protocol"), "fewer than 64 photos"),
        (("--assets", "nowhere"), "--assets nowhere: there is no such folder"),
        (("--engine", "trg", "--assets", "."), "the engine trg lacks"),
    ],
)
def test_wrong_usage(aflw, tmp_path, arguments, said):
    status, text, errors = run("engine", aflw.root, "-o", tmp_path / "out", *arguments)
    assert status == 2 and said in errors and text == ""
    assert not (tmp_path / "out").exists()


def test_an_engines_options_are_listed(aflw, tmp_path):
    status, text, _ = run("engine", aflw.root, "-o", tmp_path / "out", "--engine", "oracle", "--option", "help")
    assert status == 0 and "no options of its own" in text


def test_folders_that_are_none(tmp_path):
    oracle_engine.register_oracle()
    status, _, errors = run("engine", tmp_path / "gone", "-o", tmp_path / "out", "--engine", "oracle")
    assert status == 2 and "there is no such folder" in errors
    status, _, errors = run("engine", tmp_path, "-o", tmp_path / "out", "--engine", "oracle")
    assert status == 1 and "no head-pose data set was found" in errors


def test_a_foreign_pickle_is_refused(tmp_path):
    class Foreign:
        def __reduce__(self):
            return (print, ("was run",))

    from head_pose_factory import write_annotation

    oracle_engine.register_oracle()
    made = write_biwi(tmp_path)
    write_annotation(made.root / "annot_mtcnn_fan.pkl", Foreign(), old_numpy=False)
    status, text, errors = run("engine", made.root, "-o", tmp_path / "out", "--engine", "oracle")
    assert status == 1 and "annot_mtcnn_fan.pkl: refused" in errors and "was run" not in text


def test_a_target_that_cannot_be_written(aflw, tmp_path):
    (tmp_path / "out").write_text("a file")
    status, _, errors = run("engine", aflw.root, "-o", tmp_path / "out", "--engine", "oracle")
    assert status == 1 and str(tmp_path / "out") in errors and (tmp_path / "out").read_text() == "a file"


def test_an_interruption_keeps_what_was_done(aflw, tmp_path, monkeypatch):
    answer = oracle_engine._answer

    def interrupted(photo, face, options):
        if len(oracle_engine.ASKED) == 1:
            raise KeyboardInterrupt
        return answer(photo, face, options)

    monkeypatch.setattr(oracle_engine, "_answer", interrupted)
    arguments = ("engine", aflw.root, "-o", tmp_path / "out", "--engine", "oracle", "--worst", 0)
    status, _, errors = run(*arguments)
    assert status == 130 and "--resume goes on from there" in errors
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["journal.jsonl"]
    monkeypatch.setattr(oracle_engine, "_answer", answer)
    oracle_engine.ASKED.clear()
    assert run(*arguments, "--resume")[0] == 0
    assert [stem for stem, _ in oracle_engine.ASKED] == aflw.keys[1:]


@pytest.fixture
def lay_slow(tmp_path, fake):
    """A function that lays out photos of which some take long, with how to start measuring them in a process."""

    def lay(count: int, slow: int):
        made = write_heads(tmp_path / "heads", count=count, photo=portrait)
        truth = json.loads((made.root / "truth.json").read_text("utf-8"))
        for number, key in enumerate(made.keys[count - slow :]):
            truth[f"slow{number}"] = truth.pop(key)
            made.photos[key].rename(made.root / f"slow{number}.jpg")
        _write_truth(made.root, truth)
        return made.root, truth

    return lay


def _write_truth(root: Path, truth: dict) -> None:
    (root / "truth.json").write_text(json.dumps(truth), "utf-8")


def _start(arguments: list[str]) -> subprocess.Popen[str]:
    """The command with the fake engine, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, str(TESTS / "fake_cli.py"), "evaluate", *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored where tests run in the background
    )


def _wait_for(condition, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def _has_gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_killed_run_goes_on(lay_slow, tmp_path):
    """A real process, killed at its third photo, leaves nothing but its journal; two photos are not done again."""
    root, truth = lay_slow(3, 1)
    out = tmp_path / "out"
    arguments = ["engine", str(root), "-o", str(out), "--engine", "fake", "--worst", "0", "--device", "cpu"]
    process = _start(arguments)
    try:
        _wait_for(lambda: len(_lines(out / "journal.jsonl")) >= 2 or process.poll() is not None)
        assert process.poll() is None
    finally:
        process.kill()
        process.communicate()
    left = _lines(out / "journal.jsonl")
    assert [path.name for path in out.iterdir()] == ["journal.jsonl"] and len(left) >= 2
    del truth["slow0"]
    _write_truth(root, truth)
    status, text, _ = run(*arguments, "--resume")
    assert status == 0 and "2 of 2 photos (2 ok)" in text
    rows = json.loads((out / "table.json").read_text("utf-8"))["rows"]
    kept = {row["key"]: row["seconds"] for row in map(json.loads, left[1:])}
    assert kept and all(row["seconds"] == kept[row["key"]] for row in rows if row["key"] in kept)
    assert {path.name for path in out.iterdir()} == FILES


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_ends_all_workers_and_the_run_goes_on(lay_slow, tmp_path):
    root, truth = lay_slow(4, 2)
    out = tmp_path / "out"
    arguments = ["engine", str(root), "-o", str(out), "--engine", "fake", "--worst", "0", "--device", "cpu"]
    process = _start([*arguments, "--workers", "2"])
    try:
        _wait_for(lambda: len(_lines(out / "journal.jsonl")) >= 2 or process.poll() is not None)
        time.sleep(1)  # both are at the photos that take long, mostly
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    finally:
        process.kill()
        process.communicate()
    assert (process.returncode, errors) == (130, "interrupted: --resume goes on from there\n")
    _wait_for(lambda: _has_gone(process.pid), 10)
    kept = {row["key"]: row["seconds"] for row in map(json.loads, _lines(out / "journal.jsonl")[1:])}
    assert [path.name for path in out.iterdir()] == ["journal.jsonl"] and kept and "slow0" not in kept
    for name in ("slow0", "slow1"):
        (root / f"{name}.jpg").rename(root / f"quick{name[-1]}.jpg")
    _write_truth(root, {name.replace("slow", "quick"): one for name, one in truth.items()})
    status, text, _ = run(*arguments, "--resume")
    assert status == 0 and "4 of 4 photos (4 ok)" in text
    rows = {row["key"]: row["seconds"] for row in json.loads((out / "table.json").read_text("utf-8"))["rows"]}
    assert {key: rows[key] for key in kept} == kept
    assert {path.name for path in out.iterdir()} == FILES


def test_resuming_with_fewer_photos_is_refused(aflw, tmp_path):
    arguments = ("engine", aflw.root, "-o", tmp_path / "out", "--engine", "oracle", "--worst", 0)
    assert run(*arguments)[0] == 0
    before = (tmp_path / "out" / "table.json").read_bytes()
    status, _, errors = run(*arguments, "--resume", "--limit", 1)
    assert status == 2 and "--resume with fewer photos would lose 2 of the 3 rows" in errors
    assert (tmp_path / "out" / "table.json").read_bytes() == before


@pytest.mark.parametrize("left", ["a run", "a stopped run", "a run of a later version"])
def test_a_run_of_another_data_set_is_not_replaced(aflw, tmp_path, left):
    """One wrong letter behind -o cost a run of hours."""
    out = tmp_path / "out"
    assert run("engine", aflw.root, "-o", out, "--engine", "oracle", "--worst", 0)[0] == 0
    table = json.loads((out / "table.json").read_text("utf-8"))
    if left == "a stopped run":
        for path in out.iterdir():
            path.unlink()
        (out / JOURNAL).write_text(json.dumps(table["about"]) + "\n{}\n", "utf-8")
    elif left == "a run of a later version":
        later = {**table, "schema": "faceviewer.evaluation/9", "rows": ["?"]}
        (out / "table.json").write_text(json.dumps(later), "utf-8")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    other = write_heads(tmp_path / "heads")
    status, _, errors = run("engine", other.root, "-o", out, "--engine", "oracle")
    holder = out / (JOURNAL if left == "a stopped run" else "table.json")
    said = f"error: {holder}: holds a run of oracle on AFLW2000-3D; choose another folder, or remove it\n"
    assert (status, errors) == (2, said)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert run("engine", aflw.root, "-o", out, "--engine", "oracle", "--limit", 1)[0] == 0, "the same begins anew"


def test_a_run_of_another_folder_of_ones_own_is_not_replaced(aflw, tmp_path):
    first, second = (write_heads(tmp_path / name / "heads") for name in "ab")
    about = {"dataset": "heads", "title": "known heads, heads", "engine": "oracle", "folder": str(first.root)}
    (tmp_path / JOURNAL).write_text(json.dumps(about) + "\n", "utf-8")
    status, _, errors = run("engine", second.root, "-o", tmp_path, "--engine", "oracle")
    assert status == 2 and "holds a run of oracle on known heads, heads" in errors
    (tmp_path / JOURNAL).write_text('{"level": "info"}\n', "utf-8")
    status, _, errors = run("engine", second.root, "-o", tmp_path, "--engine", "oracle")
    assert status == 2 and f"{JOURNAL}: holds something else; choose another folder" in errors


def test_a_run_that_was_begun_over_another_one_goes_on(aflw, tmp_path):
    arguments = ("engine", aflw.root, "-o", tmp_path, "--engine", "oracle", "--worst", 0)
    assert run(*arguments)[0] == 0
    table = json.loads((tmp_path / "table.json").read_text("utf-8"))
    (tmp_path / JOURNAL).write_text(json.dumps(table["about"], sort_keys=True) + "\n", "utf-8")
    table["about"]["engine"] = "another"
    (tmp_path / "table.json").write_text(json.dumps(table), "utf-8")
    assert run(*arguments)[0] == 2
    assert run(*arguments, "--resume")[0] == 0


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []


def test_comparing(aflw, tmp_path):
    for name, shift in (("a", 0.0), ("b", 3.0)):
        oracle_engine.ERRORS[0] = oracle_engine.Errors(shift_px=shift)
        assert run("engine", aflw.root, "-o", tmp_path / name, "--engine", "oracle", "--worst", 0)[0] == 0
    page = tmp_path / "beside.html"
    status, text, errors = run("compare", tmp_path / "a", tmp_path / "b", "-o", page)
    assert (status, errors) == (0, "") and "3 photos measured by all 2 runs" in text
    assert "a beside b" in page.read_text("utf-8")
    assert run("compare", tmp_path / "a", tmp_path / "a", "-o", page)[0] == 0
    assert "a beside a (2)" in page.read_text("utf-8").replace(f"{tmp_path}/", "")


def test_comparing_what_is_none(aflw, tmp_path):
    page = tmp_path / "beside.html"
    for arguments, status, said in (
        ((tmp_path / "gone", tmp_path / "gone"), 2, "there is no such folder"),
        ((aflw.root, aflw.root), 1, "no run of evaluate engine"),
    ):
        got, _, errors = run("compare", *arguments, "-o", page)
        assert got == status and said in errors
    got, _, errors = run("compare", aflw.root, "-o", tmp_path / "beside.txt")
    assert got == 2 and "written as .html" in errors and not page.exists()


def test_the_built_in_engine_on_real_photos(shared, tmp_path):
    """The six sample photos: all are found, none is far off."""
    out = tmp_path / "out"
    status, _, errors = run("engine", shared / "data" / "aflw2000", "-o", out, "--worst", 1, "--device", "cpu")
    assert (status, errors) == (0, "")
    figures = json.loads((out / "summary.json").read_text("utf-8"))["figures"]
    assert figures["nme"]["photos"] == 6 and figures["nme"]["value"] < 0.045
    assert figures["mae_r"]["value"] < 4 and np.isfinite(figures["seconds"]["value"])
