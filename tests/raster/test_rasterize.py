"""The rasteriser draws every pixel once, the right one, with the right weights, every time."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_raster import rasterize_plainly
from scipy.spatial import Delaunay

from faceviewer.raster import rasterize as module
from faceviewer.raster.rasterize import Fragments, interpolate, interpolate_pixels, rasterize, rasterize_uv


def draw(xy, depth, triangles, size, **options) -> Fragments:
    xy, depth = torch.as_tensor(np.asarray(xy)), torch.as_tensor(np.asarray(depth, np.float64))
    return rasterize(xy[None], depth[None], torch.as_tensor(np.asarray(triangles)), size, **options)


def random_scene(seed: int, n_triangles: int = 40, extent: float = 60.0):
    generator = np.random.default_rng(seed)
    centres = generator.uniform(-10, extent + 10, (n_triangles, 1, 2))
    reach = generator.choice([0.3, 2.0, 10.0, 60.0], (n_triangles, 1, 1))
    xy = (centres + generator.normal(size=(n_triangles, 3, 2)) * reach).reshape(-1, 2)
    return xy, generator.uniform(1, 3, n_triangles * 3), np.arange(n_triangles * 3).reshape(-1, 3)


def test_half_of_a_square_owns_the_centres_inside_it():
    drawn = draw([[0, 0], [4, 0], [0, 4]], [1, 1, 1], [[0, 1, 2]], (5, 5))
    expected = torch.tensor([[0, 0, 0, -1, -1], [0, 0, -1, -1, -1], [0, -1, -1, -1, -1], [-1] * 5, [-1] * 5])
    assert torch.equal(drawn.triangle[0].long(), expected)  # a right edge owns no centres
    assert drawn.triangle.dtype == torch.int32
    assert torch.equal(drawn.mask[0], expected >= 0)
    torch.testing.assert_close(drawn.barycentric[0, 1, 0], torch.tensor([0.5, 0.125, 0.375]))
    assert torch.all(drawn.depth[0][expected >= 0] == 1) and torch.all(drawn.depth[0][expected < 0].isinf())
    assert torch.all(drawn.barycentric[0][expected < 0] == 0)


def test_weights_are_perspective_correct():
    K = torch.tensor([[50.0, 0, 16], [0, 50, 16], [0, 0, 1]], dtype=torch.float64)
    corners = torch.tensor([[-1.0, -1, 4], [2.5, -1.2, 9], [-1, 1.3, 5]], dtype=torch.float64)
    homogeneous = corners @ K.T
    drawn = draw(homogeneous[:, :2] / homogeneous[:, 2:], corners[:, 2], [[0, 1, 2]], (32, 32))
    rows, columns = drawn.mask[0].nonzero(as_tuple=True)
    assert len(rows) > 50
    rays = torch.stack([columns + 0.5, rows + 0.5, torch.ones(len(rows))], -1).double() @ torch.linalg.inv(K).T
    on_plane = drawn.barycentric[0, rows, columns].double() @ corners
    torch.testing.assert_close(on_plane / on_plane[:, 2:], rays, atol=2e-4, rtol=0)  # corner rounding: 1 / 1024 px
    torch.testing.assert_close(drawn.depth[0, rows, columns].double(), on_plane[:, 2], atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize("seed", range(12))
def test_equals_the_plain_loop_pixel_by_pixel(seed):
    xy, depth, triangles = random_scene(seed)
    size = (60, 47)
    drawn = draw(xy, depth, triangles, size)
    ids, weights, nearest = rasterize_plainly(xy, depth, triangles, size)
    fast = drawn.triangle[0].numpy()
    differs = fast != ids
    # Where triangles cross, depths within float32's rounding may be ordered either way.
    assert differs.mean() < 1e-3
    assert np.abs(drawn.depth[0].numpy()[differs] / nearest[differs] - 1).max(initial=0) < 1e-5
    same = ~differs & (ids >= 0)
    assert same.mean() > 0.5
    np.testing.assert_allclose(drawn.barycentric[0].numpy()[same], weights[same], atol=2e-4)
    np.testing.assert_allclose(drawn.depth[0].numpy()[same], nearest[same], rtol=2e-5)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    n_points=st.integers(4, 200),
    grid=st.sampled_from([None, 0.5, 0.25]),
    flip=st.booleans(),
)
def test_a_planar_partition_gives_every_pixel_exactly_one_owner(seed, n_points, grid, flip):
    generator = np.random.default_rng(seed)
    points = generator.uniform(-3, 35, (n_points, 2))
    if grid is not None:  # corners and edges exactly on pixel centres: the rule decides, not chance
        points = np.unique(np.round(points / grid) * grid, axis=0)
    box = np.array([[-4.0, -4], [36, -4], [36, 36], [-4, 36]])
    points = np.concatenate([box, points])
    points = np.round(points * 1024) / 1024
    triangles = Delaunay(points).simplices
    if flip:
        triangles[::2] = triangles[::2, ::-1]  # the winding must not matter
    alone = rasterize(
        torch.as_tensor(points[triangles]).float(), torch.ones(len(triangles), 3), torch.tensor([[0, 1, 2]]), (32, 32)
    )
    owners = alone.mask.sum(0)
    assert torch.equal(owners, torch.ones(32, 32, dtype=owners.dtype))
    together = draw(points, np.ones(len(points)), triangles, (32, 32))
    assert torch.equal(together.triangle[0].long(), alone.mask.int().argmax(0))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_weights_sum_to_one_and_depth_lies_between_the_corners(seed):
    xy, depth, triangles = random_scene(seed)
    drawn = draw(xy, depth, triangles, (60, 60))
    mask = drawn.mask
    weights = drawn.barycentric[mask]
    assert (weights >= 0).all()
    torch.testing.assert_close(weights.sum(-1), torch.ones(len(weights)), atol=1e-5, rtol=0)
    corners = torch.as_tensor(depth)[drawn.triangle[mask].long()[:, None] * 3 + torch.arange(3)].float()
    assert (drawn.depth[mask] >= corners.amin(1) * (1 - 1e-5)).all()
    assert (drawn.depth[mask] <= corners.amax(1) * (1 + 1e-5)).all()


def test_nearest_wins_and_equal_depth_goes_to_the_lower_id():
    square = np.array([[0.0, 0], [8, 0], [8, 8], [0, 8]])
    two = np.concatenate([square, square])
    triangles = [[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]]
    behind_first = draw(two, [2.0] * 4 + [1.0] * 4, triangles, (8, 8))
    assert (behind_first.triangle >= 2).all()
    equal = draw(two, [2.0] * 8, triangles, (8, 8))
    assert (equal.triangle < 2).all()


def test_crossing_sheets_split_where_their_depths_meet():
    xy = np.array([[0.0, 0], [16, 0], [16, 16], [0, 16]] * 2)
    depth = [1.0, 3, 3, 1, 3, 1, 1, 3]
    drawn = draw(xy, depth, [[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]], (16, 16))
    assert (drawn.triangle[0, :, :8] < 2).all() and (drawn.triangle[0, :, 8:] >= 2).all()


def test_a_batch_equals_its_members():
    scenes = [random_scene(seed) for seed in range(5)]
    xy = torch.as_tensor(np.stack([scene[0] for scene in scenes]))
    depth = torch.as_tensor(np.stack([scene[1] for scene in scenes]))
    triangles = torch.as_tensor(scenes[0][2])
    batch = rasterize(xy, depth, triangles, (50, 40))
    for k in range(len(scenes)):
        alone = rasterize(xy[k : k + 1], depth[k : k + 1], triangles, (50, 40))
        assert torch.equal(batch.triangle[k], alone.triangle[0])
        assert torch.equal(batch.barycentric[k], alone.barycentric[0])
        assert torch.equal(batch.depth[k], alone.depth[0])


def test_small_chunks_and_threads_change_nothing(monkeypatch):
    xy, depth, triangles = random_scene(3, n_triangles=400)
    whole = draw(xy, depth, triangles, (60, 60))
    threads = torch.get_num_threads()
    monkeypatch.setattr(module, "_CHUNK_PIXELS", 97)
    torch.set_num_threads(1)
    try:
        pieces = draw(xy, depth, triangles, (60, 60))
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(whole.triangle, pieces.triangle)
    assert torch.equal(whole.barycentric, pieces.barycentric)
    again = draw(xy, depth, triangles, (60, 60))
    assert torch.equal(again.barycentric, whole.barycentric) and torch.equal(again.depth, whole.depth)


def test_triangles_at_or_behind_the_camera_or_without_numbers_are_left_out():
    xy = np.array([[1.0, 1], [7, 1], [1, 7]])
    for bad in (0.0, -1.0, np.nan, np.inf):
        assert not draw(xy, [1.0, bad, 1.0], [[0, 1, 2]], (8, 8)).mask.any()
    for bad in (np.nan, np.inf, 1e30):
        assert not draw(np.where(xy == 7, bad, xy), [1.0, 1, 1], [[0, 1, 2]], (8, 8)).mask.any()
    good_and_bad = draw(np.concatenate([xy, xy]), [1.0, 1, 1, 0.5, -1, 0.5], [[0, 1, 2], [3, 4, 5]], (8, 8))
    assert good_and_bad.mask.any() and (good_and_bad.triangle < 1).all()


def test_nothing_to_draw_is_an_empty_picture():
    outside = draw([[-9.0, -9], [-1, -9], [-9, -1]], [1, 1, 1], [[0, 1, 2]], (4, 3))
    assert outside.triangle.shape == (1, 3, 4) and not outside.mask.any()
    no_area = draw([[1.0, 1], [2, 2], [3, 3]], [1, 1, 1], [[0, 1, 2]], (4, 3))
    assert not no_area.mask.any()
    assert not interpolate(torch.rand(1, 3, 2), no_area, torch.tensor([[0, 1, 2]])).any()


def test_back_sides_are_culled_by_winding():
    xy = [[1.0, 1], [1, 7], [7, 1]]  # counter-clockwise as one sees it on the screen, y down
    assert draw(xy, [1, 1, 1], [[0, 1, 2]], (8, 8), cull="back").mask.any()
    assert not draw(xy, [1, 1, 1], [[0, 2, 1]], (8, 8), cull="back").mask.any()


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="xy_px"):
        rasterize(torch.rand(3, 2), torch.rand(3), torch.tensor([[0, 1, 2]]), (4, 4))


def test_uv_row_zero_is_v_one():
    drawn = rasterize_uv(torch.tensor([[0.0, 1], [0.5, 1], [0, 0.5]]), torch.tensor([[0, 1, 2]]), (8, 8))
    assert drawn.triangle[0, 0, 0] == 0 and drawn.triangle[0, 7, 0] == -1
    uv = interpolate(torch.tensor([[0.0, 1], [0.5, 1], [0, 0.5]]), drawn, torch.tensor([[0, 1, 2]]))
    torch.testing.assert_close(uv[0, 1, 0], torch.tensor([0.5 / 8, 1 - 1.5 / 8]))


def test_interpolation_of_vertices_corners_and_batches_agree():
    xy, depth, triangles = random_scene(7)
    drawn = draw(xy, depth, triangles, (60, 60))
    values = torch.rand(len(xy), 4)
    faces = torch.as_tensor(triangles)
    per_vertex = interpolate(values, drawn, faces)
    torch.testing.assert_close(interpolate(values[None], drawn, faces), per_vertex)
    torch.testing.assert_close(interpolate(values[faces], drawn, None), per_vertex)
    pixels = drawn.mask.reshape(-1).nonzero()[::3, 0]
    torch.testing.assert_close(
        interpolate_pixels(values, drawn, faces, pixels), per_vertex.reshape(-1, 4).index_select(0, pixels)
    )
    twice = rasterize(torch.as_tensor(xy).expand(2, -1, -1), torch.as_tensor(depth).expand(2, -1), faces, (60, 60))
    both = interpolate(torch.stack([values, 2 * values]), twice, faces)
    torch.testing.assert_close(both, torch.cat([per_vertex, 2 * per_vertex]))


def test_interpolation_passes_gradients_to_the_attributes():
    xy, depth, triangles = random_scene(8, n_triangles=6)
    drawn = draw(xy, depth, triangles, (60, 60))
    values = torch.rand(1, len(xy), 2, dtype=torch.float64, requires_grad=True)
    interpolate(values, drawn, torch.as_tensor(triangles)).sum().backward()
    assert values.grad is not None
    torch.testing.assert_close(values.grad[0, :, 0].sum().float(), drawn.mask.sum().float())


def test_no_triangles_draw_nothing():
    fragments = rasterize(torch.rand(2, 4, 2), torch.ones(2, 4), torch.zeros((0, 3), dtype=torch.int64), (6, 5))
    assert fragments.triangle.shape == (2, 5, 6) and not fragments.mask.any()
