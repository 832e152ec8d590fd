"""An engine that gives the truth has no error in any data set; one that is wrong by a constant has that constant."""

from __future__ import annotations

import math

import numpy as np
import oracle_engine
import pytest
from head_pose_factory import WRITERS
from oracle_engine import Errors
from scipy.spatial.transform import Rotation

from faceviewer.datasets.head_pose.opening import open_dataset
from faceviewer.evaluation.summary import summarise

TURN = Rotation.from_euler("xyz", [6, -4, 3], degrees=True)


def test_no_error_whatever_the_data_set(lay, measure):
    for kind in WRITERS:
        made, dataset = lay(kind)
        run = measure(dataset)
        summary = summarise(run)
        assert summary.counts["ok"] == summary.photos == len(made.keys), kind
        assert summary.detection_rate == 1
        values = {figure.id: figure.value for figure in summary.figures}
        assert set(values) & {"mae_r", "nme"}, kind
        exact = {
            name: value
            for name, value in values.items()
            if name not in ("seconds", "seconds_median", "recon_scale", "published_geodesic")
        }
        assert max(map(abs, exact.values())) < 1e-3, (kind, exact)
        assert all(figure.photos == len(made.keys) for figure in summary.figures if figure.id in ("nme", "mae_r"))


@pytest.mark.parametrize(
    ("kind", "figures"),
    [
        ("aflw2000", {"mae_r", "nme"}),
        ("300w-lp", {"mae_r", "nme"}),
        ("biwi", {"mae_r", "mae_t", "add"}),
        ("arkitface", {"mae_r", "nme", "mae_t", "add", "recon_mean", "vertex_error_mean", "face_size_error"}),
        ("heads", {"mae_r", "nme", "mae_t", "add", "recon_mean", "vertex_error_mean"}),
    ],
)
def test_which_figures_a_data_set_has(lay, measure, kind, figures):
    summary = summarise(measure(lay(kind)[1]))
    told = {figure.id for figure in summary.figures}
    assert figures <= told
    every = {"mae_r", "nme", "mae_t", "add", "recon_mean", "vertex_error_mean"}
    assert (every - figures) & told == set()


@pytest.mark.parametrize("kind", ["arkitface", "biwi"])
def test_the_constant_offset(lay, measure, kind):
    """Another head frame: the raw figures show it, those without the offset do not."""
    _, dataset = lay(kind, **({"count": 6} if kind == "arkitface" else {"sequences": 3}))
    origin = np.array([4.0, -30, 20])
    oracle_engine.ERRORS[0] = Errors(turn=TURN.as_matrix(), origin_mm=origin)
    run = measure(dataset)
    summary = summarise(run)
    assert run.offset is not None
    np.testing.assert_allclose(run.offset.R, TURN.as_matrix(), atol=1e-4)
    np.testing.assert_allclose(run.offset.t_mm, TURN.as_matrix().T @ origin, atol=1e-2)
    assert run.offset.from_meshes == (kind == "arkitface")
    values = {figure.id: figure.value for figure in summary.figures}
    assert values["geodesic"] == pytest.approx(math.degrees(TURN.magnitude()), abs=1e-3)
    assert values["mae_t"] > 10 and values["add"] > 10
    for name in ("moved_mae_r", "moved_geodesic", "moved_mae_t", "moved_add"):
        assert abs(values[name]) < 0.02, name


def test_the_offset_is_not_made_up_from_few_photos(lay, measure):
    _, dataset = lay("arkitface", count=2)
    oracle_engine.ERRORS[0] = Errors(turn=TURN.as_matrix())
    run = measure(dataset)
    assert run.offset is None and not run.moved
    assert not [one for one in summarise(run).figures if one.id.startswith("moved_")]


def test_what_shape_figures_see(lay, measure):
    """Millimetres of a mesh that is too large show where nothing is aligned; the aligned ones see only its scale."""
    oracle_engine.ERRORS[0] = Errors(scale=1.1, shift_px=3)
    summary = summarise(measure(lay("arkitface")[1]))
    values = {figure.id: figure.value for figure in summary.figures}
    assert values["recon_mean"] < 0.02 and values["recon_scale"] == pytest.approx(1 / 1.1, abs=1e-3)
    assert values["vertex_error_mean"] > 5 and values["face_size_error"] > 1000
    assert values["nme"] > 0.01


def test_the_cameras_focal_length(lay, measure, tmp_path):
    _, dataset = lay("heads")
    measure(dataset)
    assert {focal for _, focal in oracle_engine.ASKED} == {None}
    oracle_engine.ASKED.clear()
    measure(dataset, focal="true")
    assert {focal for _, focal in oracle_engine.ASKED} == {1200.0}


def test_the_published_batches(lay, measure):
    """63 of 130 photos... here: 64 of 70 stay, and fewer than a batch are nothing."""
    from faceviewer.engines.options import UsageError
    from faceviewer.evaluation.request import EvaluationRequest

    request = EvaluationRequest(oracle_engine.ORACLE, published_protocol=True)
    keys = [str(k) for k in range(70)]
    assert request.chosen(keys) == keys[:64] and request.left_out(keys) == 6
    assert EvaluationRequest(oracle_engine.ORACLE, every=30, limit=2).chosen(keys) == ["0", "30"]
    with pytest.raises(UsageError, match="fewer than 64 photos"):
        request.chosen(keys[:63])
    with pytest.raises(UsageError, match="no photos"):
        EvaluationRequest(oracle_engine.ORACLE).chosen([])
    for wrong in ({"every": 0}, {"limit": 0}):
        with pytest.raises(UsageError, match="numbers from 1"):
            EvaluationRequest(oracle_engine.ORACLE, **wrong)


def test_an_angle_past_half_a_turn_counts_in_full(lay, measure):
    """The published mean does not wrap; the photos in which that matters are counted."""
    made, dataset = lay(
        "biwi",
        rotation=lambda number: (
            np.diag([1.0, -1, -1]) @ Rotation.from_euler("y", 179.0 - number % 2, degrees=True).as_matrix()
        ),
    )
    oracle_engine.ERRORS[0] = Errors(turn=Rotation.from_euler("y", 4, degrees=True).as_matrix())
    summary = summarise(measure(dataset))
    assert summary.turns_past_180 == len(made.keys)
    values = {figure.id: figure.value for figure in summary.figures}
    assert values["geodesic"] == pytest.approx(4, abs=0.1) and values["yaw_mae"] > 350


def test_opening_again_gives_the_same(lay, measure):
    made, dataset = lay("heads")
    rows = measure(dataset).rows
    again = measure(open_dataset(made.root)).rows
    assert [(a.key, a.nme, a.recon_mean_mm) for a in rows] == [(b.key, b.nme, b.recon_mean_mm) for b in again]


def test_head_frames_more_than_a_quarter_turn_apart(lay, measure):
    """The offset is told, not taken for errors."""
    oracle_engine.ERRORS[0] = Errors(turn=Rotation.from_rotvec([0, np.radians(120), 0]).as_matrix())
    summary = summarise(measure(lay("aflw2000", count=5)[1]))
    values = {figure.id: figure.value for figure in summary.figures}
    assert summary.offset_deg == pytest.approx(120, abs=1e-3) and values["moved_geodesic"] < 1e-3
