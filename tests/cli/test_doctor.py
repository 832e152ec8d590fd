"""The doctor: what works is said to work, what is broken is named with a remedy, and no crash takes it down."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from faceviewer.assets.tddfa_v3 import TDDFA_V3
from faceviewer.cli import checks
from faceviewer.cli.main import app


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("print('one'); print('two')", (True, "one, two")),
        ("raise ValueError('no card')", (False, "ValueError: no card")),
        ("import os; os.kill(os.getpid(), 11)", (False, "it crashed (signal 11)")),
        ("raise SystemExit(3)", (False, "it ended with status 3")),
        ("import faceviewer.types; print('found')", (True, "found")),
    ],
)
def test_probes_survive_what_they_examine(code, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert checks.probe(code) == expected


def test_probes_do_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr(checks, "_PROBE_SECONDS", 0.5)
    assert checks.probe("import time; time.sleep(60)") == (False, "no answer within 0.5 s")


def test_this_machine_can_reconstruct():
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 0, done.stdout
    for text in (
        "faceviewer 0.",
        "numpy 2.",
        "head.npz",
        "torch computes on",
        "cpu",
        "1 face in the sample photo",
        "OpenGL",
    ):
        assert text in done.stdout
    assert "BROKEN" not in done.stdout
    assert done.stdout.endswith("faceviewer can reconstruct photos on this machine\n")


@pytest.fixture
def quick(monkeypatch):
    """Skip what takes long."""
    monkeypatch.setattr(checks, "probe", lambda code: (True, "fine"))


def test_a_changed_file_is_broken(quick, monkeypatch, tmp_path):
    real = checks.resource_path
    (tmp_path / "head.npz").write_bytes(b"changed")
    monkeypatch.setattr(checks, "resource_path", lambda name: tmp_path / name if name == "head.npz" else real(name))
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 1
    assert "BROKEN  head.npz: not the file that was shipped" in done.stdout
    assert "install faceviewer again" in done.stdout
    assert done.stdout.count("BROKEN") == 1


def test_a_missing_package_is_broken_or_optional(quick, monkeypatch):
    def version(name):
        if name in ("scipy", "vtk"):
            raise checks.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(checks, "version", version)
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 1
    assert "BROKEN  scipy\n          python -m pip install scipy" in done.stdout
    assert "missing vtk\n" in done.stdout


def test_files_of_engines_are_there_or_named(quick, monkeypatch, tmp_path):
    monkeypatch.setenv("FACEVIEWER_ASSETS", str(tmp_path))
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 0
    assert "missing the engine 3ddfa-v3 lacks face_model.npy and net_recon.pth or net_recon_mbnet.pth" in done.stdout
    assert "\n          faceviewer assets list 3ddfa-v3\n" in done.stdout
    for name in ("face_model.npy", "net_recon_mbnet.pth"):
        with (tmp_path / name).open("wb") as stream:
            stream.truncate(TDDFA_V3.by_name[name].size_range[0])
    done = CliRunner().invoke(app, ["doctor"])
    assert f"ok      3DDFA-V3: 2 files in {tmp_path}: Reconstruct crops with MobileNet-V3, faster" in done.stdout


def test_two_opencv_packages_are_broken(quick, monkeypatch):
    monkeypatch.setattr(checks, "packages_distributions", lambda: {"cv2": ["opencv-python", "opencv-contrib-python"]})
    done = CliRunner().invoke(app, ["doctor"])
    assert done.exit_code == 1
    assert "overwrite each other" in done.stdout
