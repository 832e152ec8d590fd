"""Engines are found by name and loaded when chosen; the impossible is refused in one sentence."""

from __future__ import annotations

import sys

import pytest
from fake_engine import FakeEngine

from faceviewer.engines import devices
from faceviewer.engines.options import ReconstructOptions, UsageError
from faceviewer.engines.registry import build_engine, engine_ids, engine_spec


def test_builtin_engine_is_declared_and_needs_nothing():
    spec = engine_spec("builtin")
    assert spec.needs == ()
    assert {"mesh", "texture", "landmarks"} <= spec.outputs


def test_registered_engine_is_built_on_its_device(fake):
    assert "fake" in engine_ids()
    assert isinstance(build_engine("fake", "cpu"), FakeEngine)
    assert isinstance(build_engine(fake, "cpu"), FakeEngine)


def test_unknown_engine_names_those_there_are():
    with pytest.raises(UsageError, match=r"'ffhq'.*builtin"):
        build_engine("ffhq", "cpu")


def test_cpu_is_chosen_without_asking_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it would raise
    assert devices.choose_device("cpu") == "cpu"


@pytest.mark.parametrize(("there", "expected"), [(("cpu",), "cpu"), (("cuda", "cpu"), "cuda"), (("mps", "cpu"), "mps")])
def test_auto_takes_the_best_device(monkeypatch, there, expected):
    monkeypatch.setattr(devices, "available_devices", lambda: there)
    assert devices.choose_device("auto") == expected


def test_missing_and_unknown_devices_are_wrong_usage(monkeypatch):
    monkeypatch.setattr(devices, "available_devices", lambda: ("mps", "cpu"))
    with pytest.raises(UsageError, match=r"no cuda device.*mps or cpu"):
        devices.choose_device("cuda")
    with pytest.raises(UsageError, match="unknown device 'gpu'"):
        devices.choose_device("gpu")


def test_this_machine_can_compute_on_its_cpu():
    assert devices.available_devices()[-1] == "cpu"


@pytest.mark.parametrize(
    "options",
    [
        {"focal_px": 800.0, "fov_deg": 40.0},
        {"focal_px": 0.0},
        {"focal_px": float("nan")},
        {"focal_px": float("inf")},
        {"fov_deg": 0.0},
        {"fov_deg": 180.0},
        {"fov_deg": float("nan")},
        {"texture_size": 1},
        {"texture_size": 100_000},
        {"texture_size": -4},
    ],
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(UsageError):
        ReconstructOptions(**options)


def test_focal_length_asked_for():
    assert ReconstructOptions().focal_for((640, 480)) is None
    assert ReconstructOptions(focal_px=700).focal_for((640, 480)) == 700
    assert ReconstructOptions(fov_deg=90).focal_for((640, 480)) == pytest.approx(320)
    assert ReconstructOptions(fov_deg=90).focal_for((480, 640)) == pytest.approx(320)  # the longer side counts
