"""The alignment's own properties: similarities, ways back, borders, shifts that do not depend on what else is asked."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from ffhq_factory import face68
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng
from PIL import Image

from faceviewer.datasets.ffhq.align_photo import align_face, landmarks68
from faceviewer.datasets.ffhq.options import MAX_SIZE, AlignOptions
from faceviewer.datasets.ffhq.quad import QuadFrame, corners, face_quad, face_squares
from faceviewer.datasets.ffhq.shifts import published_generator, shifts
from faceviewer.types import FaceviewerError, LandmarkSet

SMALL = AlignOptions(size=64)
angles = st.floats(-180, 180)
scales = st.floats(20, 400)
places = st.tuples(st.floats(-500, 500), st.floats(-500, 500))


def smooth_photo(width: int, height: int, seed: int = 0) -> np.ndarray:
    cells = default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    return np.asarray(Image.fromarray(cells).resize((width, height), Image.Resampling.BICUBIC))


@given(places, scales, angles)
def test_the_square_turns_with_the_face(center, scale, angle):
    upright = face_quad(face68((0, 0), 1.0, noise=0.02))
    quad = face_quad(face68(center, scale, angle, noise=0.02))
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    assert np.allclose(quad, upright @ np.array([[cos, sin], [-sin, cos]]) * scale + center, atol=1e-6)


@given(places, scales, angles)
def test_without_rotation_the_sides_follow_the_picture(center, scale, angle):
    points = face68(center, scale, angle, noise=0.02)
    level, turned = face_quad(points, rotation=False), face_quad(points)
    assert np.allclose(level[3] - level[0], [np.hypot(*(turned[3] - turned[0])), 0])
    assert np.allclose(level.mean(0), turned.mean(0))


@given(places, scales, angles, st.integers(8, MAX_SIZE))
def test_points_there_and_back(center, scale, angle, size):
    points = face68(center, scale, angle, noise=0.05)
    frame = QuadFrame(face_quad(points), size)
    assert np.allclose(frame.to_aligned(frame.quad), np.array([[0, 0], [0, 1], [1, 1], [1, 0]]) * size, atol=1e-6)
    assert np.allclose(frame.to_original(frame.to_aligned(points)), points, atol=1e-6)
    lengths = np.linalg.norm(np.diff(frame.to_aligned(points), axis=0), axis=1)
    assert np.allclose(
        lengths, np.linalg.norm(np.diff(points, axis=0), axis=1) * size / np.hypot(*(frame.quad[3] - frame.quad[0]))
    )


@settings(max_examples=8)
@given(st.sampled_from([0, 90, 180, 270]), st.sampled_from([1, 2]), st.integers(0, 5))
def test_the_same_face_in_a_turned_and_larger_photo(turn, enlarged, seed):
    """Quarter turns and doublings move pixels exactly; what is left is resampling."""
    photo, points = smooth_photo(320, 300, seed), face68((160, 130), 30, 7, 0.02, seed)
    before = align_face(photo, points, SMALL)
    turned = np.rot90(photo, -turn // 90)
    x, y = points.T
    moved = {0: (x, y), 90: (300 - y, x), 180: (320 - x, 300 - y), 270: (y, 320 - x)}[turn]
    if enlarged > 1:
        turned = turned.repeat(enlarged, 0).repeat(enlarged, 1)
    after = align_face(np.ascontiguousarray(turned), np.stack(moved, 1) * enlarged, SMALL)
    assert np.abs(before.rgb.astype(int) - after.rgb).mean() < 1.5
    assert np.allclose(before.frame.to_aligned(points), after.frame.to_aligned(np.stack(moved, 1) * enlarged))


def test_pixels_lie_where_the_frame_says():
    photo, points = smooth_photo(400, 400), face68((200, 180), 40, 20, 0.02)
    aligned = align_face(photo, points, AlignOptions(size=256))
    centers = np.stack(np.meshgrid([60.5, 128.5, 190.5], [60.5, 128.5, 190.5]), -1).reshape(-1, 2)
    x, y = np.floor(aligned.frame.to_original(centers)).astype(int).T
    got = aligned.rgb[(centers[:, 1] - 0.5).astype(int), (centers[:, 0] - 0.5).astype(int)].astype(int)
    assert np.abs(got - photo[y, x]).max() < 12  # the photo is smooth: less than its steps between neighbours


def test_what_lies_beyond_the_photo():
    photo = np.full((120, 120, 3), 200, np.uint8)
    points = face68((20, 20), 30)
    assert align_face(photo, points, SMALL).rgb.min() >= 199
    black = align_face(photo, points, AlignOptions(size=64, padding=False)).rgb
    assert (black[0, 0] == 0).all() and (black[-1, -1] == 200).all()


@pytest.mark.parametrize("padding", [True, False])
def test_squares_outside_the_photo_are_refused(padding):
    with pytest.raises(FaceviewerError, match="outside the picture"):
        align_face(np.zeros((50, 50, 3), np.uint8), face68((900, 900), 20), AlignOptions(size=32, padding=padding))


def test_points_that_make_no_face():
    with pytest.raises(FaceviewerError, match="do not make a face"):
        align_face(np.zeros((50, 50, 3), np.uint8), np.full((68, 2), 20.0), SMALL)


@pytest.mark.parametrize(
    ("photo", "points"),
    [
        (np.zeros((5, 5), np.uint8), face68((2, 2), 1)),
        (np.zeros((5, 5, 3)), face68((2, 2), 1)),
        (np.zeros((0, 5, 3), np.uint8), face68((2, 2), 1)),
        (np.zeros((5, 5, 3), np.uint8), np.zeros((67, 2))),
        (np.zeros((5, 5, 3), np.uint8), np.full((68, 2), np.nan)),
    ],
)
def test_other_arrays_are_refused(photo, points):
    with pytest.raises(ValueError):
        align_face(photo, points, SMALL)


@pytest.mark.parametrize(
    "options",
    [{"size": 4}, {"size": 9999}, {"size": 64, "transform_size": 32}, {"random_shift": -1}, {"random_shift": np.nan}],
)
def test_options_out_of_range(options):
    with pytest.raises(ValueError):
        AlignOptions(**options)


@given(st.integers(0, 2**31), st.integers(1, 12))
@settings(max_examples=20)
def test_shifts_are_those_of_drawing_one_by_one(seed, count):
    rng = default_rng(seed)
    points = np.stack([face68((rng.uniform(60, 140), 90), rng.uniform(8, 30), noise=0.02) for _ in range(count)])
    sizes, squares = np.tile([200, 200], (count, 1)), face_squares(points)
    options = AlignOptions(random_shift=0.5, retry_crops=True)
    got = shifts(published_generator(count), squares, sizes, np.arange(count), options)
    generator = published_generator(count)
    for center, half_sides, shift in zip(*squares, got, strict=True):
        for _ in range(1000):
            moved = 2 * np.hypot(*half_sides[0]) * 0.5 * generator.standard_normal(2)
            quad = corners(center + moved, half_sides)
            if (np.floor(quad) >= 0).all() and (np.ceil(quad) < 200).all():
                assert np.allclose(shift, moved)
                break
        else:
            assert np.isnan(shift).all()


def test_shifts_of_a_part_are_those_of_the_whole():
    points = np.stack([face68((100, 90), 12 + k, noise=0.02) for k in range(6)])
    sizes, options = np.tile([300, 300], (6, 1)), AlignOptions(random_shift=0.2)
    whole = shifts(published_generator(6), face_squares(points), sizes, np.arange(6), options)
    part = shifts(published_generator(6), face_squares(points[[1, 4]]), sizes[:2], np.array([1, 4]), options)
    assert np.array_equal(whole[[1, 4]], part)


def test_the_outline_set_is_preferred():
    on_mesh, outline = (LandmarkSet("68", np.full((68, 2), k, np.float32), np.ones(68, bool)) for k in (0, 1))

    def of(**landmarks):
        return landmarks68(SimpleNamespace(landmarks=landmarks, photo_name="photo", engine="other"))

    assert of(**{"68": on_mesh, "68_2d": outline}).min() == 1
    assert of(**{"68": on_mesh}).max() == 0
    with pytest.raises(FaceviewerError, match="gives no 68 landmarks"):
        of()
