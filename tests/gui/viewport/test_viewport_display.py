"""What the display modes show, on the screen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from viewport_room import Room

from faceviewer.app.palette import ORIGIN_COLORS, PART_COLORS
from faceviewer.app.state import DISPLAY_MODES
from faceviewer.types import FaceMesh, Origin, Reconstruction, Texture


def pixel(room: Room, xyz_mm: np.ndarray) -> tuple[int, ...]:
    x, y = room.at(xyz_mm)
    return tuple(int(value) for value in room.grab()[int(y), int(x)])


def nose(head: Reconstruction) -> np.ndarray:
    return head.mesh.vertices[head.mesh.vertices[:, 2].argmax()]


def test_textured_shows_the_exact_bytes(room: Room, plain_head):
    room.add(plain_head)
    assert pixel(room, nose(plain_head)) == (100, 150, 200)
    x, y = (int(value) for value in room.at(plain_head.mesh.vertices.mean(0)))
    inside = np.s_[y - 30 : y + 30, x - 20 : x + 20]
    assert (room.grab()[inside] == (100, 150, 200)).all()
    room.set(display="textured lit")
    assert (room.grab()[inside] != (100, 150, 200)).any(-1).mean() > 0.9


def test_a_texel_has_its_place_with_row_0_at_the_top(room: Room, head):
    rgb = np.zeros((64, 64, 3), np.uint8)
    rgb[:32] = (250, 0, 0)  # v above a half: the upper half of the egg
    rgb[:, :32, 2] = 250  # u below a half: the subject's right, which is on the left
    room.add(replace(head, textures={"photo": Texture(rgb, np.ones((64, 64), np.uint8))}))
    centre = head.mesh.vertices.mean(0)
    x, y = room.at(centre)
    picture = room.grab()
    assert tuple(picture[int(y) - 30, int(x) + 20]) == (250, 0, 0)
    assert tuple(picture[int(y) - 30, int(x) - 20]) == (250, 0, 250)
    assert tuple(picture[int(y) + 30, int(x) + 20]) == (0, 0, 0)


@pytest.mark.parametrize("nearest", [False, True])
def test_texels_blend_unless_told_not_to(room: Room, head, nearest):
    rgb = np.zeros((4, 4, 3), np.uint8)
    rgb[:, ::2] = 255
    room.add(replace(head, textures={"photo": Texture(rgb, np.ones((4, 4), np.uint8))}))
    room.set(texture_nearest=nearest)
    shades = np.unique(room.grab()[120, 140:180, 0])
    assert (set(shades) <= {0, 255}) == nearest


def test_every_mode_looks_different(room: Room, head):
    room.add(head)
    pictures = {}
    for mode in DISPLAY_MODES:
        room.set(display=mode)
        pictures[mode] = room.grab()
    for mode, picture in pictures.items():
        for other, another in pictures.items():
            assert mode == other or np.abs(picture.astype(int) - another).mean() > 0.2, (mode, other)


def test_flat_shading_shows_the_triangles(room: Room, head):
    room.add(head)
    room.set(display="shaded")
    smooth = room.grab()
    room.set(smooth=False)
    assert len(np.unique(room.grab()[100:140, 140:180])) < len(np.unique(smooth[100:140, 140:180]))


def test_normals_are_colours(room: Room, head):
    room.add(head)
    room.set(display="normals")
    low, high = head.mesh.vertices.min(0), head.mesh.vertices.max(0)
    left_cheek = head.mesh.vertices[head.mesh.vertices[:, 0].argmax()]
    red, green, blue = pixel(room, (left_cheek + (low + high) / 2) / 2 + (0, 0, 60))
    assert red > 140 and blue > 140 and 90 < green < 165


def test_origin_shows_the_colours_of_its_legend(room: Room, head):
    origin = np.full((64, 64), Origin.MIRRORED, np.uint8)
    room.add(replace(head, textures={"photo": Texture(np.zeros((64, 64, 3), np.uint8), origin)}))
    room.set(display="origin")
    expected = np.array(ORIGIN_COLORS[Origin.MIRRORED], float)
    found = np.array(pixel(room, nose(head)), float)
    assert np.linalg.norm(found / np.linalg.norm(found) - expected / np.linalg.norm(expected)) < 0.05
    assert [words for _, words in room.stage.overlay.sheets[0].annotations.legend] == [
        "From the other side of the face"
    ]


def test_parts_can_be_tinted_over_any_mode(room: Room, plain_head):
    room.add(plain_head)
    room.set(parts_overlay=True, parts_opacity=0.5)
    blend = np.mean([PART_COLORS["nose"], (100, 150, 200)], axis=0)
    at = nose(plain_head)
    np.testing.assert_allclose(pixel(room, at), blend, atol=2)
    room.set(parts=frozenset({"skin"}))
    assert pixel(room, at) == (100, 150, 200)
    room.set(parts=frozenset({"nose"}), parts_opacity=0.0)
    assert pixel(room, at) == (100, 150, 200)


def test_visible_only_leaves_out_what_the_photo_does_not_show(room: Room, plain_head):
    room.add(plain_head)
    room.set(parts_overlay=True, visible_only=True)
    scene = room.stage.scenes[0]
    seen = scene.painted_count
    room.set(visible_only=False)
    assert 0 < seen < scene.painted_count


def test_depth_says_from_where(room: Room, head):
    room.add(head)
    room.set(display="depth")
    scale = room.stage.overlay.sheets[0].annotations.scale
    depth = head.camera.to_camera(head.mesh.vertices)[:, 2]
    assert scale is not None and "photo's camera" in scale.title
    assert (float(scale.low), float(scale.high)) == (round(depth.min()), round(depth.max()))


def test_only_what_changed_is_touched(room: Room, head):
    room.add(head)
    room.set(landmark_sets=frozenset({"68"}))
    scene = room.stage.scenes[0]
    actors = list(scene.renderer.GetActors())
    before = room.grab()
    moved = FaceMesh(head.mesh.vertices * np.float32(0.8), head.mesh.topology)
    state = room.state
    room.viewport.show_state(replace(state, shown=replace(state.shown, mesh=moved)), state)
    room.settle()
    assert list(scene.renderer.GetActors()) == actors
    assert np.abs(room.grab().astype(int) - before).mean() > 1
    tip = moved.vertices[moved.vertices[:, 2].argmax()]
    assert np.linalg.norm(scene.landmarks.xyz_mm - tip, axis=1).min() < 25, "landmarks follow the mesh"


def test_the_background_follows_the_theme(room: Room, qapp):
    from faceviewer.gui.theme import apply_theme

    apply_theme(qapp, "dark")
    room.settle()
    dark = room.grab()[230, 5]
    apply_theme(qapp, "light")
    room.settle()
    assert dark.max() < 70 < 200 < room.grab()[230, 5].min()


def test_large_textures_are_shrunk_for_the_screen():
    from faceviewer.gui.viewport.pictures import DISPLAY_LIMIT, limited

    small, large = np.zeros((64, 64, 3), np.uint8), np.full((8200, 4100, 3), 77, np.uint8)
    assert limited(small) is small
    shrunk = limited(large)
    assert shrunk.shape == (DISPLAY_LIMIT, 2048, 3) and (shrunk == 77).all()
