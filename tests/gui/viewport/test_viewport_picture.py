"""Screenshots of the 3D pane."""

from __future__ import annotations

import numpy as np
from viewport_room import Room


def test_pictures_have_the_size_that_was_asked_for(room: Room, head):
    room.add(head)
    width, height = room.stage.width(), room.stage.height()
    assert room.viewport.picture().shape == (height, width, 3)
    assert room.viewport.picture(3).shape == (3 * height, 3 * width, 3)
    assert room.viewport.picture(1, True, size=(200, 301)).shape == (301, 200, 4)


def test_a_picture_is_what_the_screen_shows(room: Room, plain_head):
    room.add(plain_head)
    picture, screen = room.viewport.picture(annotated=False), room.grab()
    middle = np.s_[60:180, 100:220]
    assert np.mean(np.abs(picture[middle].astype(int) - screen[middle]).max(-1) <= 2) > 0.97
    larger = room.viewport.picture(2, annotated=False)
    assert np.mean((larger[::2, ::2] == (100, 150, 200)).all(-1)) > 0.05
    np.testing.assert_allclose(
        (larger == (100, 150, 200)).all(-1).mean(), (picture == (100, 150, 200)).all(-1).mean(), rtol=0.03
    )


def test_transparent_pictures_are_clear_beside_the_head_and_have_its_colour_at_the_rim(room: Room, plain_head):
    room.add(plain_head)
    rgba = room.viewport.picture(2, True, annotated=False)
    alpha = rgba[..., 3]
    assert alpha[0, 0] == 0 and alpha[alpha.shape[0] // 2, alpha.shape[1] // 2] == 255
    rim = rgba[(alpha > 60) & (alpha < 250)]
    assert len(rim) > 50
    assert np.abs(rim[:, :3].astype(int) - (100, 150, 200)).max() <= 4


def test_taking_a_picture_leaves_the_screen_as_it_was(room: Room, head):
    room.add(head)
    room.set(landmark_sets=frozenset({"68"}))
    before = room.grab()
    room.viewport.picture(2, True, size=(500, 120))
    room.settle()
    after = room.grab()
    assert np.mean(np.abs(after.astype(int) - before).max(-1) > 3) < 0.01


def test_markers_can_be_left_out(room: Room, head):
    room.add(head)
    room.set(pose_axes=True)
    plain, marked = room.viewport.picture(annotated=False), room.viewport.picture()
    assert np.abs(plain.astype(int) - marked).max() > 60
    room.set(pose_axes=False)
    np.testing.assert_array_equal(room.viewport.picture(annotated=False), plain)


def test_without_a_head_there_is_a_plain_picture(room: Room):
    assert len(np.unique(room.viewport.picture().reshape(-1, 3), axis=0)) == 1
