from __future__ import annotations

import time
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faceviewer.io.resources import resource_path
from faceviewer.io.safe_load import load_npz
from faceviewer.models import head_model
from faceviewer.models.build_head.archive import archive_bytes
from faceviewer.models.head_model import HeadModel, load_head
from faceviewer.types import EXPRESSION_NAMES, FaceviewerError

MIRROR = np.array([-1, 1, 1])


def zeros(head: HeadModel) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(len(head.identity_control)), np.zeros(52)


def expressed(head: HeadModel, **weights: float) -> np.ndarray:
    identity, expression = zeros(head)
    for name, weight in weights.items():
        expression[head.expression_names.index(name)] = weight
    return head.vertices_mm(identity, expression)


def points(head: HeadModel, vertices: np.ndarray, name: str = "68") -> np.ndarray:
    corners, weights = head.topology.landmarks[name]
    return np.einsum("lk,lkc->lc", weights, vertices[corners])


def test_loads_quickly_and_once():
    assert load_head() is load_head()
    path = resource_path("head.npz")
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        head_model._load.__wrapped__(path)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.25
    assert path.stat().st_size < 8e6


def test_arrays_are_read_only(head):
    for array in (head.mean_control_mm, head.identity_control, head.expression_control, head.topology.uv):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_damaged_models_are_refused(tmp_path):
    arrays = load_npz(resource_path("head.npz"))
    (tmp_path / "other.npz").write_bytes(archive_bytes({**arrays, "schema": np.array("something else")}))
    with pytest.raises(FaceviewerError, match="not a head model"):
        load_head(tmp_path / "other.npz")
    del arrays["triangles"]
    (tmp_path / "less.npz").write_bytes(archive_bytes(arrays))
    with pytest.raises(FaceviewerError, match="lacks the array 'triangles'"):
        load_head(tmp_path / "less.npz")
    with zipfile.ZipFile(tmp_path / "empty.npz", "w"):
        pass
    with pytest.raises(FaceviewerError, match="not a head model"):
        load_head(tmp_path / "empty.npz")
    with pytest.raises(FaceviewerError, match="no such file"):
        load_head(tmp_path / "none.npz")


def test_head_frame_is_millimetres_between_the_eyes(head):
    vertices = head.mean_vertices_mm()
    centres = {}
    for side in ("right", "left"):
        ball = vertices[head.topology.regions[f"eyeball_{side}"]]
        centres[side] = (ball.min(0) + ball.max(0)) / 2
        radius = np.linalg.norm(ball - centres[side], axis=1)
        assert radius.min() > 12 and radius.max() < 14 and np.ptp(radius) < 0.3
    assert np.allclose((centres["right"] + centres["left"]) / 2, 0, atol=0.05)
    assert 57 < centres["left"][0] - centres["right"][0] < 66
    nose, chin = points(head, vertices)[[30, 8]]
    assert nose[2] > 30 and chin[1] < -90 and abs(nose[0]) < 1e-3


def test_mean_is_its_own_mirror_image(head):
    vertices, mirror = head.mean_vertices_mm(), head.topology.symmetry
    assert np.array_equal(mirror[mirror], np.arange(len(mirror)))
    assert np.allclose(vertices[mirror] * MIRROR, vertices, atol=1e-4)
    triangles = head.topology.triangles
    assert {frozenset(t) for t in mirror[triangles].tolist()} == {frozenset(t) for t in triangles.tolist()}


def test_surface_is_consistently_outward(head):
    triangles, vertices = head.topology.triangles, head.mean_vertices_mm()
    directed = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    assert len(np.unique(directed, axis=0)) == len(directed)
    for name in ("eyeball_right", "eyeball_left", "tongue"):
        inside = np.isin(triangles, head.topology.regions[name]).all(1)
        a, b, c = (vertices[triangles[inside][:, k]] for k in range(3))
        assert (a * np.cross(b, c)).sum() > 0, name


def test_only_neck_and_teeth_have_a_border(head):
    triangles = head.topology.triangles
    edges, count = np.unique(np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), 1), axis=0, return_counts=True)
    assert count.max() == 2
    border = np.unique(edges[count == 1])
    regions = head.topology.regions
    neck = np.setdiff1d(border, np.concatenate([regions["teeth_upper"], regions["teeth_lower"]]))
    assert len(neck) == 84 and np.isin(neck, regions["neck"]).all()
    ring = head.mean_vertices_mm()[neck]
    around = ring[np.argsort(np.arctan2(ring[:, 0], ring[:, 2] - ring[:, 2].mean()))]
    steps = np.linalg.norm(np.roll(around, -1, 0) - around, axis=1)
    assert steps.max() < 4 * np.median(steps)


def test_no_direction_means_the_mean(head):
    assert np.array_equal(head.vertices_mm(*zeros(head)), head.mean_vertices_mm())


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_vertices_are_linear_in_all_coefficients(seed):
    head = load_head()
    rng = np.random.default_rng(seed)
    mean = head.mean_vertices_mm()
    x, y = ([rng.normal(size=len(head.identity_control)), rng.random(52), rng.normal(size=137)] for _ in range(2))
    both = head.vertices_mm(*(a + b for a, b in zip(x, y, strict=True))) - mean
    assert np.allclose(both, (head.vertices_mm(*x) - mean) + (head.vertices_mm(*y) - mean), atol=2e-3)


def test_wrong_lengths_are_refused(head):
    identity, expression = zeros(head)
    for wrong in ((identity[1:], expression), (identity, expression[1:]), (identity, expression, np.zeros(3))):
        with pytest.raises(ValueError):
            head.vertices_mm(*wrong)


def test_people_differ_like_people(head):
    rng = np.random.default_rng(0)
    face, mean = head.topology.regions["face"], head.mean_vertices_mm()
    distance = []
    for _ in range(20):
        vertices = head.vertices_mm(rng.normal(size=len(head.identity_control)), np.zeros(52))
        distance.append(np.linalg.norm(vertices - mean, axis=1)[face].mean())
        for side in ("right", "left"):
            ball = vertices[head.topology.regions[f"eyeball_{side}"]]
            radius = np.linalg.norm(ball - (ball.min(0) + ball.max(0)) / 2, axis=1)
            assert np.ptp(radius) < 0.4  # eyeballs stay round
    assert 2 < np.mean(distance) < 6


def test_identity_axes_come_by_size_and_keep_the_neck_still(head):
    lifted = np.stack([head.subdivision @ axis for axis in head.identity_control.astype(np.float64)])
    size = np.sqrt((lifted[:, head.topology.regions["face"]] ** 2).sum(2).mean(1))
    assert size[0] > size[10] > size[-1] > 0.01
    mean = head.mean_vertices_mm()
    lowest = np.argsort(mean[:, 1])[:20]
    assert np.abs(lifted[:, lowest]).max() < 0.1


def test_named_directions_have_names_and_deviations(head):
    names = head.named_direction_names
    assert len(set(names)) == len(names) == len(head.named_directions) == len(head.named_direction_sd) == 137
    assert {"nose-width1", "chin-jaw-drop", "gender-male", "age-old", "eye-scale"} <= set(names)
    assert (head.named_direction_sd > 0).all()
    wider = head.vertices_mm(*zeros(head), np.eye(137)[names.index("nose-scale-horiz")])
    nose = head.topology.parts["nose"]
    assert np.ptp(wider[nose, 0]) > np.ptp(head.mean_vertices_mm()[nose, 0]) + 2


def test_expressions_are_the_52_and_mirrored(head):
    assert head.expression_names == EXPRESSION_NAMES
    mirror = head.control_symmetry
    for number, name in enumerate(EXPRESSION_NAMES):
        twin = name.replace("Left", "#").replace("Right", "Left").replace("#", "Right")
        expected = head.expression_control[EXPRESSION_NAMES.index(twin)][mirror] * MIRROR
        assert np.allclose(head.expression_control[number], expected, atol=0.02), name
        assert np.abs(head.expression_control[number]).max() > 1, name


@pytest.mark.parametrize(
    ("name", "landmark", "axis", "low", "high"),
    [
        ("jawOpen", 8, 1, -45, -15),
        ("jawOpen", 27, 1, -0.5, 0.5),
        ("jawForward", 8, 2, 3, 12),
        ("jawLeft", 8, 0, 3, 12),
        ("mouthSmileLeft", 54, 1, 2, 15),
        ("mouthSmileLeft", 48, 1, -1, 1),
        ("mouthFrownRight", 48, 1, -10, -2),
        ("mouthPucker", 54, 0, -15, -3),
        ("mouthUpperUpRight", 50, 1, 2, 10),
        ("mouthLowerDownLeft", 56, 1, -8, -1.5),
        ("browInnerUp", 21, 1, 2, 10),
        ("browOuterUpLeft", 25, 1, 2, 10),
        ("browDownRight", 19, 1, -10, -1.5),
        ("eyeBlinkLeft", 44, 1, -15, -5),
        ("eyeWideRight", 38, 1, 0.7, 5),
        ("noseSneerLeft", 35, 1, 0.5, 6),
    ],
)
def test_expressions_move_what_they_name(head, name, landmark, axis, low, high):
    moved = points(head, expressed(head, **{name: 1.0})) - points(head, head.mean_vertices_mm())
    assert low < moved[landmark, axis] < high


def test_blink_closes_the_lids(head):
    open_eye, shut = points(head, head.mean_vertices_mm()), points(head, expressed(head, eyeBlinkLeft=1))
    for upper, lower in ((43, 47), (44, 46)):
        gap = open_eye[upper, 1] - open_eye[lower, 1]
        assert gap > 6 and abs(shut[upper, 1] - shut[lower, 1]) < 0.25 * gap
    assert np.allclose(open_eye[36:42], shut[36:42], atol=0.1)


@pytest.mark.parametrize(
    ("name", "axis", "sign"),
    [("eyeLookOutLeft", 0, 1), ("eyeLookInLeft", 0, -1), ("eyeLookUpLeft", 1, 1), ("eyeLookDownLeft", 1, -1)],
)
def test_looks_turn_the_eyeball(head, name, axis, sign):
    mean, looking = head.mean_vertices_mm(), expressed(head, **{name: 1.0})
    ball, pupil = head.topology.regions["eyeball_left"], head.topology.regions["pupil_left"]
    centre = (mean[ball].min(0) + mean[ball].max(0)) / 2
    assert sign * (looking[pupil] - mean[pupil])[:, axis].mean() > 2.5
    radius = np.linalg.norm(mean[ball] - centre, axis=1)
    assert np.allclose(np.linalg.norm(looking[ball] - centre, axis=1), radius, atol=0.1)


def test_jaw_takes_the_lower_teeth_along(head):
    mean, wide = head.mean_vertices_mm(), expressed(head, jawOpen=1)
    regions = head.topology.regions
    assert (wide - mean)[regions["teeth_lower"], 1].max() < -5
    assert np.abs(wide - mean)[regions["teeth_upper"]].max() < 0.1


def test_lips_of_the_mean_are_closed(head):
    """From the front, no column of the mouth shows what is behind the lips."""
    vertices, parts = head.mean_vertices_mm(), head.topology.parts
    corner = np.abs(points(head, vertices)[[60, 64], 0]).min()
    for x in np.arange(-corner + 3, corner - 3, 1.0):
        upper, lower = (vertices[parts[name]] for name in ("up_lip", "down_lip"))
        upper, lower = (lip[np.abs(lip[:, 0] - x) < 1.5, 1] for lip in (upper, lower))
        assert upper.min() < lower.max() + 0.3


def test_expression_offsets_lead_to_the_expressed_head(head):
    offsets = head.expression_offsets_mm()
    assert tuple(offsets) == EXPRESSION_NAMES
    identity = np.random.default_rng(0).normal(size=len(head.identity_control))
    rest = head.vertices_mm(identity, np.zeros(52))
    for k, offset in enumerate(offsets.values()):
        assert offset.dtype == np.float32
        np.testing.assert_allclose(rest + offset, head.vertices_mm(identity, np.eye(52)[k]), atol=1e-3)
