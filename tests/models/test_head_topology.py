"""The texture layout, the parts and the landmark sets of the shipped head."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.ndimage import distance_transform_edt

from faceviewer.detection.topology import LEFT_EYELIDS, MIRRORED_IRISES, RIGHT_EYELIDS
from faceviewer.types import PART_NAMES

SIZE = 1024
MIRROR = np.array([-1, 1, 1])


def corner_uv(topology) -> np.ndarray:
    return topology.uv[topology.uv_triangles].astype(np.float64)


def signed_areas(corners: np.ndarray) -> np.ndarray:
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2


def charts(topology) -> np.ndarray:
    """(F,) number of the chart of each triangle: texture vertices joined by edges."""
    t = topology.uv_triangles
    edges = t[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    n = len(topology.uv)
    graph = sp.coo_matrix((np.ones(len(edges)), edges.T), shape=(n, n))
    return sp.csgraph.connected_components(graph)[1][t[:, 0]]


def surface_areas(head) -> np.ndarray:
    a, b, c = (head.mean_vertices_mm()[head.topology.triangles[:, k]].astype(np.float64) for k in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2


def within(head, *names: str) -> np.ndarray:
    """(F,) bool: triangles wholly in one of the regions."""
    return np.any([np.isin(head.topology.triangles, head.topology.regions[n]).all(1) for n in names], axis=0)


def skin_triangles(head) -> np.ndarray:
    inner = ("eye_socket", "mouth_interior", "teeth_upper", "teeth_lower", "tongue", "eyeball_right", "eyeball_left")
    return ~within(head, *inner)


def test_texture_coordinates_lie_in_the_square_with_a_margin(head):
    assert head.topology.uv.min() * SIZE >= 4 and (1 - head.topology.uv.max()) * SIZE >= 4


def test_no_texture_triangle_is_flipped(head):
    assert (signed_areas(corner_uv(head.topology)) > 0).all()


def test_charts_do_not_overlap_and_keep_their_distance(head):
    corners, chart = corner_uv(head.topology) * SIZE, charts(head.topology)
    covered = np.zeros((SIZE, SIZE), np.int32)
    owner = np.full((SIZE, SIZE), -1)
    for number, (a, b, c) in enumerate(corners):
        low = np.ceil(np.minimum(np.minimum(a, b), c) - 0.5).astype(int)
        high = np.floor(np.maximum(np.maximum(a, b), c) - 0.5).astype(int)
        if (high < low).any():
            continue
        x, y = np.meshgrid(np.arange(low[0], high[0] + 1) + 0.5, np.arange(low[1], high[1] + 1) + 0.5)
        inside = np.ones(x.shape, bool)
        for p, q in ((a, b), (b, c), (c, a)):
            inside &= (q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0]) > 1e-9
        rows, columns = y[inside].astype(int), x[inside].astype(int)
        covered[rows, columns] += 1
        owner[rows, columns] = chart[number]
    assert covered.max() == 1
    for number in np.unique(chart):
        others = (owner >= 0) & (owner != number)
        gap = distance_transform_edt(owner != number)[others].min()
        assert gap >= 5, f"chart {number} is {gap} texels from its neighbour"


def test_texture_is_mirrored_about_its_middle(head):
    topology = head.topology
    corners = corner_uv(topology)
    place: dict[tuple[int, ...], np.ndarray] = {}
    for triangle, uv in zip(topology.triangles.tolist(), corners, strict=True):
        place[tuple(sorted(triangle))] = uv[np.argsort(triangle)]
    for triangle, uv in zip(topology.triangles.tolist(), corners, strict=True):
        mirrored = topology.symmetry[triangle]
        twin = place[tuple(sorted(mirrored.tolist()))]
        assert np.allclose(twin, (uv * (-1, 1) + (1, 0))[np.argsort(mirrored)], atol=1e-5)


def test_skin_is_one_chart_cut_only_behind(head):
    skin, chart = skin_triangles(head), charts(head.topology)
    assert len(np.unique(chart[skin])) == 1
    assert len(np.unique(chart)) == 15  # the skin, and 7 small charts a side
    triangles, uv_triangles = head.topology.triangles[skin], head.topology.uv_triangles[skin]
    per_vertex = np.unique(np.stack([triangles.ravel(), uv_triangles.ravel()], 1), axis=0)
    vertices, copies = np.unique(per_vertex[:, 0], return_counts=True)
    cut = head.mean_vertices_mm()[vertices[copies > 1]]
    assert copies.max() == 2 and np.abs(cut[:, 0]).max() < 1e-3 and cut[:, 2].max() < -40


def test_face_owns_most_of_the_texture(head):
    area, surface = signed_areas(corner_uv(head.topology)), surface_areas(head)
    face = within(head, "face") & skin_triangles(head)
    vertices = head.mean_vertices_mm()
    centre = vertices[head.topology.triangles].mean(1)
    tip = vertices[head.topology.parts["nose"]][vertices[head.topology.parts["nose"], 2].argmax()]
    front = skin_triangles(head) & (np.linalg.norm(centre - tip, axis=1) < 110) & (centre[:, 2] > -60)
    assert area.sum() > 0.85
    assert area[face].sum() > 0.4 * area.sum()
    assert area[front].sum() > 0.6 * area.sum()
    texels_per_mm = np.sqrt(area / surface)[face] * SIZE
    assert np.quantile(texels_per_mm, 0.05) > 3 and np.quantile(texels_per_mm, 0.95) < 6


def test_pupils_are_the_middles_of_their_charts(head):
    topology, chart = head.topology, charts(head.topology)
    for side in ("right", "left"):
        ball = np.isin(topology.triangles, topology.regions[f"eyeball_{side}"]).all(1)
        pupil = np.isin(topology.triangles, topology.regions[f"pupil_{side}"]).all(1)
        (front,) = np.unique(chart[pupil])
        uv = topology.uv[np.unique(topology.uv_triangles[chart == front])]
        middle = topology.uv[np.unique(topology.uv_triangles[pupil])].mean(0)
        assert np.allclose(middle, (uv.min(0) + uv.max(0)) / 2, atol=0.002)
        assert len(np.unique(chart[ball])) == 2


def test_parts_cover_skin_and_eyes_without_overlap(head):
    parts, regions = head.topology.parts, head.topology.regions
    assert tuple(sorted(parts)) == tuple(sorted(PART_NAMES))
    ids = np.concatenate(list(parts.values()))
    assert len(np.unique(ids)) == len(ids)
    assert np.isin(np.unique(head.topology.triangles[skin_triangles(head)]), ids).all()
    for side in ("right", "left"):
        assert np.isin(regions[f"iris_{side}"], parts[f"{side}_eye"]).all()
        assert np.isin(regions[f"pupil_{side}"], regions[f"iris_{side}"]).all()
        assert np.isin(regions[f"iris_{side}"], regions[f"eyeball_{side}"]).all()
    assert not np.isin(ids, np.concatenate([regions["tongue"], regions["teeth_upper"]])).any()


def test_parts_and_regions_are_mirrored(head):
    mirror = head.topology.symmetry
    for sets in (head.topology.parts, head.topology.regions):
        for name, ids in sets.items():
            twin = name.replace("left", "#").replace("right", "left").replace("#", "right")
            assert np.array_equal(np.sort(mirror[ids]), sets[twin]), name


def test_right_is_the_subjects_right(head):
    vertices = head.mean_vertices_mm()
    for name, ids in [*head.topology.parts.items(), *head.topology.regions.items()]:
        if "right" in name:
            assert vertices[ids, 0].max() < 0
        if "left" in name:
            assert vertices[ids, 0].min() > 0


def test_parts_are_where_they_belong(head):
    vertices, parts = head.mean_vertices_mm(), head.topology.parts
    height = {name: vertices[ids, 1].mean() for name, ids in parts.items()}
    assert height["left_eyebrow"] > height["left_eye"] > height["nose"] > height["up_lip"] > height["down_lip"]
    assert vertices[:, 2].argmax() in parts["nose"]
    assert len(parts["left_eyebrow"]) >= 30 and len(parts["up_lip"]) >= 300


@pytest.mark.parametrize(("name", "count"), [("68", 68), ("106", 106), ("134", 134), ("478", 478)])
def test_landmarks_are_points_of_the_mesh(head, name, count):
    corners, weights = head.topology.landmarks[name]
    assert corners.shape == weights.shape == (count, 3)
    assert np.allclose(weights.sum(1), 1, atol=1e-5) and weights.min() >= -1e-6
    triangles = {frozenset(t) for t in head.topology.triangles.tolist()}
    edges = {frozenset(e) for e in head.topology.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).tolist()}
    for ids in corners.tolist():
        held = frozenset(ids)
        assert len(held) == 1 or held in edges or held in triangles


@pytest.mark.parametrize(("name", "tolerance_mm"), [("68", 0.3), ("106", 0.3), ("134", 0.3), ("478", 2.5)])
def test_landmarks_are_mirrored(head, name, tolerance_mm):
    """The 478 are where the network sees them, and it does not treat both sides quite alike."""
    corners, weights = head.topology.landmarks[name]
    at = np.einsum("lk,lkc->lc", weights, head.mean_vertices_mm()[corners])
    mirror = head.landmark_symmetry[name]
    assert np.array_equal(mirror[mirror], np.arange(len(at)))
    distance = np.linalg.norm(at[mirror] * MIRROR - at, axis=1)
    assert (distance.mean() if name == "478" else distance.max()) < tolerance_mm


def test_mirror_of_the_478_agrees_with_the_detector(head):
    mirror = head.landmark_symmetry["478"]
    assert np.array_equal(mirror[RIGHT_EYELIDS], LEFT_EYELIDS)
    assert np.array_equal(mirror[468:], MIRRORED_IRISES)


def part_of_landmarks(head, name: str) -> list[set[str]]:
    corners, weights = head.topology.landmarks[name]
    nearest = corners[np.arange(len(corners)), weights.argmax(1)]
    return [{part for part, ids in head.topology.parts.items() if vertex in ids} for vertex in nearest]


ANNOTATION_MM = 4.0
"""The 68 follow AFLW2000-3D's annotation, which lies up to this far beside our parts."""

SLICES = {
    "68": {
        "right_eyebrow": range(18, 21), "left_eyebrow": range(23, 26), "nose": range(28, 36),
        "right_eye": range(36, 42), "left_eye": range(42, 48), "up_lip": range(49, 54), "down_lip": range(55, 60),
    },
    "106": {
        "nose": range(52, 66), "right_eye": [*range(66, 75), 104], "left_eye": [*range(75, 84), 105],
        "up_lip": [*range(85, 90), *range(97, 100)], "down_lip": [*range(91, 96), *range(101, 104)],
    },
    "134": {
        "nose": range(54, 72), "right_eye": [*range(72, 88), 132], "left_eye": [*range(88, 104), 133],
        "up_lip": [*range(105, 112), *range(121, 126)], "down_lip": [*range(113, 120), *range(127, 132)],
    },
}  # fmt: skip


@pytest.mark.parametrize("name", list(SLICES))
def test_landmarks_lie_on_their_parts(head, name):
    parts = part_of_landmarks(head, name)
    wrong = [(n, part) for part, numbers in SLICES[name].items() for n in numbers if part not in parts[n]]
    corners, weights = head.topology.landmarks[name]
    mean = head.mean_vertices_mm()
    at = np.einsum("lk,lkc->lc", weights, mean[corners])
    allowed_mm = ANNOTATION_MM if name == "68" else 0.0
    far = {n: part for n, part in wrong if distance_mm(at[n], mean[head.topology.parts[part]]) > allowed_mm}
    assert not far


def distance_mm(point: np.ndarray, points: np.ndarray) -> float:
    return float(np.linalg.norm(points - point, axis=1).min())


def test_order_of_the_68(head):
    corners, weights = head.topology.landmarks["68"]
    at = np.einsum("lk,lkc->lc", weights, head.mean_vertices_mm()[corners])
    assert (np.diff(at[:17, 0]) > 0).all() or (np.diff(at[2:15, 0]) > 0).all()
    assert at[:17, 1].argmin() == 8
    assert (np.diff(at[17:27, 0]) > 0).all() and (np.diff(at[27:31, 1]) < 0).all() and (np.diff(at[31:36, 0]) > 0).all()
    assert at[36, 0] < at[39, 0] < at[42, 0] < at[45, 0]
    assert (at[[37, 38, 43, 44], 1] > at[[41, 40, 47, 46], 1]).all()
    assert (np.diff(at[48:55, 0]) > 0).all() and (np.diff(at[55:60, 0]) < 0).all()
    assert at[51, 1] > at[62, 1] and at[66, 1] > at[57, 1]


def test_contours_of_the_sets_agree(head):
    points = {}
    for name in ("68", "106"):
        corners, weights = head.topology.landmarks[name]
        points[name] = np.einsum("lk,lkc->lc", weights, head.mean_vertices_mm()[corners])
    apart_mm = np.linalg.norm(points["68"][:17] - points["106"][:33:2], axis=1)
    assert apart_mm.max() < 16, "the annotation's jaw runs beside the mandible, not elsewhere"
    for k in range(2):
        assert np.array_equal(head.topology.landmarks["134"][k][:33], head.topology.landmarks["106"][k][:33])
