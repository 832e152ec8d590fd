"""Our metrics against the published program's, on the twelve poses of ``vectors/trg/metrics.npz``."""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.random import default_rng

from faceviewer.evaluation import metrics
from faceviewer.evaluation.columns import columns_of
from faceviewer.evaluation.figures import Figure, figures_of
from faceviewer.evaluation.rows import Row
from faceviewer.geometry.rotations import CAMERA_FROM_UPRIGHT
from faceviewer.io.safe_load import load_npz


@pytest.fixture
def trg(shared, request):
    from parity import Reference

    return Reference(shared, request.node.user_properties, "trg")


@pytest.fixture
def want(trg):
    return trg.load("metrics.npz")


@pytest.fixture
def meshes(trg, want):
    """True and predicted vertices in mm, (12, 1220, 3), and the triangles, by the recipe of the vectors."""
    constants = load_npz(trg.folder.parents[1] / "data" / "trg" / "trg_constants.npz")
    rng = default_rng(102)
    rng.uniform([-70, -50, -40], [70, 50, 40], (12, 3))
    rng.standard_normal((12, 3))
    for low, high in ((-0.2, 0.2), (-0.2, 0.2), (0.4, 1.2)):
        rng.uniform(low, high, 12)
    rng.standard_normal((12, 3))
    noise = rng.standard_normal((12, 1220, 3)), rng.standard_normal((12, 1220, 3))
    true = (constants["init_face"] + 0.002 * noise[0]).astype(np.float32)
    pred = (true + 0.001 * noise[1]).astype(np.float32)
    np.testing.assert_allclose(true[:, ::200], want["noise_gt_probe"], atol=1e-6)
    np.testing.assert_allclose(pred[:, ::200], want["noise_pred_probe"], atol=1e-6)
    return true * np.float64(1000), pred * np.float64(1000), constants["triangles"]


def poses(want):
    return want["pred_R"].astype(np.float64), want["gt_R"].astype(np.float64)


def test_angles(trg, want):
    pred, true = (metrics.yxz_deg(R) for R in poses(want))
    names = [f"{name}_mae" for name in ("yaw", "pitch", "roll")]
    trg.close("yaw, pitch, roll errors, degrees", np.abs(pred - true), np.stack([want[n] for n in names], 1), 1e-3)


def test_angles_of_our_head_axes(want):
    _, true = poses(want)
    ours = metrics.angles_deg(true @ CAMERA_FROM_UPRIGHT, "yxz")
    np.testing.assert_allclose(ours, metrics.yxz_deg(true), atol=1e-9)


def test_geodesic(trg, want):
    pred, true = poses(want)
    published = metrics.published_geodesic_deg(pred, true)
    trg.close("geodesic error with the published floor, degrees", published, want["ge_err"], 1e-3)
    trg.close("the same in radians", np.radians(published), want["ge_rad"], 1e-5)
    exact = metrics.geodesic_deg(pred, true)
    assert exact[0] == 0 and 0.02 < published[0] < 0.03
    trg.close("geodesic error without it, degrees", exact[1:], want["ge_err"][1:], 1e-3)


def test_angles_of_rows(trg, want):
    angles = metrics.row_angles_deg(*poses(want))
    trg.close("angles of the rows, degrees", angles, np.stack([want[f"r{k}_err"] for k in (1, 2, 3)], 1), 1e-3)
    trg.close("MAEV, degrees", angles.mean(), want["maev"], 1e-3)


def test_mean_rotation(trg, want):
    pred, true = poses(want)
    aligned = metrics.published_aligned(pred, true)
    trg.close("rotations without the mean", aligned, want["aligned_pred_R"], 5e-5)
    before = metrics.geodesic_deg(pred, true)
    trg.close("geodesic error before", before[1:], want["ge_before_align"][1:], 1e-3)
    trg.close("geodesic error after", metrics.geodesic_deg(aligned, true), want["ge_after_align"], 1e-3)


def test_places(trg, want):
    error = np.abs(want["pred_t"].astype(np.float64) - want["gt_t"])
    trg.close("x, y, z errors, m", error, np.stack([want[f"t{axis}_mae"] for axis in "xyz"], 1), 1e-6)


def test_meshes(trg, want, meshes):
    true, pred, triangles = meshes
    pairs = [
        ((want["pred_R"][k], want["pred_t"][k] * 1e3), (want["gt_R"][k], want["gt_t"][k] * 1e3)) for k in range(12)
    ]
    add = [metrics.add_mm(vertices, *pair) for vertices, pair in zip(true, pairs, strict=True)]
    trg.close("ADD, m", np.array(add) / 1000, want["ADD"], 1e-6)
    recon = [metrics.vertex_error_mm(a, b) for a, b in zip(pred, true, strict=True)]
    trg.close("3DRecon, m", np.array(recon) / 1000, want["3DRecon"], 1e-6)
    areas = [np.array([metrics.area_mm2(one, triangles) for one in some]) for some in (true, pred)]
    trg.close_each("area of the true faces", areas[0], want["gt_area_mm2"], 1e-4)
    trg.close_each("area of the predicted faces", areas[1], want["pred_area_mm2"], 1e-4)
    trg.close("face size error, of the area", np.abs(areas[0] - areas[1]) / areas[0],
              want["face_size_error"] / want["gt_area_mm2"], 1e-4)  # fmt: skip


def test_the_published_summaries(trg, want, meshes):
    """Our figures, written as the published program writes them, are its own to the last digit."""
    true, pred, triangles = meshes
    angles = [metrics.yxz_deg(R) for R in poses(want)]
    rows = [
        Row(
            str(k),
            "ok",
            R_pred=tuple(want["pred_R"][k].ravel().tolist()),
            R_true=tuple(want["gt_R"][k].ravel().tolist()),
            t_pred_mm=tuple((want["pred_t"][k] * 1e3).tolist()),
            t_true_mm=tuple((want["gt_t"][k] * 1e3).tolist()),
            angles_pred_deg=tuple(angles[0][k].tolist()),
            angles_true_deg=tuple(angles[1][k].tolist()),
            add_mm=metrics.add_mm(
                true[k], (want["pred_R"][k], want["pred_t"][k] * 1e3), (want["gt_R"][k], want["gt_t"][k] * 1e3)
            ),
            vertex_error_mm=metrics.vertex_error_mm(pred[k], true[k]),
            face_size_error_mm2=abs(metrics.area_mm2(pred[k], triangles) - metrics.area_mm2(true[k], triangles)),
        )
        for k in range(12)
    ]
    figures = {figure.id: figure for figure in figures_of(columns_of(rows, {}))}
    names = {"3DRecon_mean": "vertex_error_mean", "3DRecon_median": "vertex_error_median", "ADD": "add",
             "ge_err": "published_geodesic"}  # fmt: skip
    for summary in ("arkit_compute_metrics", "biwi_compute_metrics"):
        for name, text in json.loads(str(trg.load("datasets.npz")[summary])).items():
            if name != "face_size_error":
                assert as_published(figures[names.get(name, name)]) == text, name
    text = json.loads(str(trg.load("datasets.npz")["arkit_compute_metrics"]))["face_size_error"]
    trg.close_each("mean face size error, mm2", figures["face_size_error"].value, float(text.split()[0]), 1e-4)


def as_published(figure: Figure) -> str:
    return f"{figure.value:.2f} {figure.unit}"
