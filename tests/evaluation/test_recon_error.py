"""Distances of a true face to a predicted mesh: equal to the benchmark script's, blind to frame and scale."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pytest
from factories import make_mesh
from scipy.spatial.transform import Rotation

from faceviewer.evaluation.recon_error import face_region, hidden_from_front, recon_error
from faceviewer.io.safe_load import load_npz
from faceviewer.types import FaceviewerError


@pytest.fixture(scope="module")
def script(shared):
    pytest.importorskip("rtree", reason="the script needs rtree")
    pytest.importorskip("embreex", reason="the script needs embreex")
    spec = importlib.util.spec_from_file_location("score_heads", shared / "bench" / "score_heads.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def head(shared, name):
    arrays = load_npz(shared / "data" / "heads" / f"head{name}.npz")
    return arrays["v"].astype(np.float64), arrays["f"], arrays["lm68"].astype(np.float64)


@pytest.mark.parametrize("name", ["1", "ict02_1"])
def test_the_region_is_the_scripts(shared, script, name):
    vertices, triangles, _ = head(shared, name)
    _, ids = script.face_region(vertices, triangles)
    np.testing.assert_array_equal(face_region(vertices, triangles), vertices[ids])


def test_equal_to_the_script(shared, script, record_property):
    """One head predicted as another's: far apart enough for every step to matter."""
    pred, true = head(shared, "ict01_0"), head(shared, "ict00_0")
    want = script.score(*pred, *true)
    got = recon_error(*pred, *true)
    difference = np.abs(np.subtract((got.mean_mm, got.median_mm, got.p95_mm), want)).max()
    record_property("largest difference, mm", difference)
    assert want[0] > 1 and difference < 0.01


def test_frame_and_scale_do_not_matter(shared):
    (vertices, triangles, points), true = head(shared, "ict01_0"), head(shared, "ict00_0")
    before = recon_error(vertices, triangles, points, *true)
    R = Rotation.from_euler("xyz", [100, -30, 70], degrees=True).as_matrix()

    def moved(xyz):
        return 0.01 * xyz @ R.T + [3, 1, 2]

    after = recon_error(moved(vertices), triangles, moved(points), *true)
    assert after.mean_mm == pytest.approx(before.mean_mm, abs=1e-6)
    assert after.scale == pytest.approx(100 * before.scale)


def test_a_head_predicted_as_itself(shared):
    true = head(shared, "ict00_0")
    error = recon_error(*true, *true)
    assert error.p95_mm < 1e-6 and error.scale == pytest.approx(1)


def test_the_front_of_a_face_is_enough(shared):
    """A mesh that ends before the ears: what it covers is measured as before, the rest to its rim."""
    vertices, triangles, points = head(shared, "ict00_0")
    nose = vertices[np.abs(vertices[:, 0]) < 15][:, 2].max()
    front = triangles[(vertices[triangles, 2] > nose - 60).all(1)]
    assert len(front) < 0.6 * len(triangles)
    error = recon_error(vertices, front, points, vertices, triangles, points)
    assert error.median_mm < 1e-6 and error.mean_mm < 1.5 and error.scale == pytest.approx(1, abs=0.02)


def test_what_the_front_hides():
    """A square before some points: those behind it within its outline are hidden, whichever way it is wound."""
    square = np.array([[0, 0, 5], [2, 0, 5], [2, 2, 5], [0, 2, 5]], float)
    points = np.array([[1, 0.5, 0], [0.5, 1.5, 4.9], [1, 1, 5.1], [3, 1, 0], [-1, -1, 0]], float)
    for corners in (square[[[0, 1, 2], [0, 2, 3]]], square[[[2, 1, 0], [3, 2, 0]]]):
        assert hidden_from_front(points, corners).tolist() == [True, True, False, False, False]
    edge_on = np.array([[[0, 0, 1], [2, 0, 1], [1, 0, 9]]], float)
    assert not hidden_from_front(points, edge_on).any()
    assert not hidden_from_front(points, np.zeros((0, 3, 3))).any()


def test_no_face_no_error():
    mesh = make_mesh()
    triangles = mesh.topology.triangles
    points = np.zeros((68, 3))
    with pytest.raises(FaceviewerError, match="no vertex near the middle"):
        recon_error(mesh.vertices, triangles, points, mesh.vertices + np.array([500, 0, 0]), triangles, points)
    inside_out = triangles[:, ::-1]
    with pytest.raises(FaceviewerError, match="shows no face from the front"):
        recon_error(mesh.vertices, triangles, points, mesh.vertices, inside_out, points)
