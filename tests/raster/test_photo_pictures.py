"""Pictures of a head on its photo lie where the photo's camera sees the head, and show what their names say."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from factories import make_camera, make_photo, make_reconstruction, make_texture

from faceviewer.io.overlay import draw_overlay
from faceviewer.raster.layers import PART_COLORS, lay_over, painted, part_rank, tinted_parts, true_colors, whole_parts
from faceviewer.raster.photo_picture_table import PHOTO_PICTURES, PICTURES, photo_pictures, pictures_of
from faceviewer.raster.photo_pictures import LONGEST_SIDE_PX, TILE_PX, draw_photo_picture, framed
from faceviewer.raster.unlit import render_unlit
from faceviewer.raster.views import frame_around, scale_camera
from faceviewer.types import PART_NAMES, Camera, FaceMesh, LandmarkSet, Photo, Reconstruction

SIZE = (320, 240)
OVER_THE_PHOTO = ("texture", "model", "shape", "parts", "parts-seen")


@pytest.fixture(scope="module")
def photo() -> Photo:
    return make_photo(SIZE)


@pytest.fixture(scope="module")
def head() -> Reconstruction:
    """With a second texture, as published systems give it."""
    made = make_reconstruction(32, 48, texture_size=128, size=SIZE)
    return replace(made, textures={**made.textures, "model": replace(make_texture(64, seed=4), kind="model")})


def covered(head: Reconstruction, size: tuple[int, int] = SIZE) -> np.ndarray:
    """(H, W) bool: pixels whose centre the head covers."""
    return render_unlit(head.mesh, head.textures["photo"], scale_camera(head.camera, size))[1]


def grown(mask: np.ndarray) -> np.ndarray:
    """The mask and the pixels beside it."""
    padded = np.pad(mask, 1)
    return np.any([np.roll(padded, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)], axis=0)[1:-1, 1:-1]


def test_names_and_files_are_all_different():
    endings = [picture.ending for picture in PHOTO_PICTURES]
    assert len(set(endings)) == len(endings) == len(set(PICTURES)) == 8
    assert not {f"_{name}.png" for name in ("photo", "model", "albedo", "origin")} & set(endings)
    assert [p.name for p in pictures_of(("sheet", "model", "shape"), ["photo"])] == ["shape", "sheet"]
    assert [p.name for p in pictures_of(("sheet", "model", "shape"), ["photo", "model"])] == ["model", "shape", "sheet"]


def test_every_picture_is_drawn_when_called_and_not_before(photo, head):
    drawn = photo_pictures(photo, head)
    assert list(drawn) == [picture.ending for picture in PHOTO_PICTURES]
    for draw in drawn.values():
        picture = draw()
        assert picture.dtype == np.uint8 and picture.ndim == 3
        np.testing.assert_array_equal(draw(), picture)
    assert "_model_on_photo.png" not in photo_pictures(photo, make_reconstruction(size=SIZE))


def test_the_table_does_without_torch():
    code = (
        "import sys; from faceviewer.raster.photo_picture_table import photo_pictures, PHOTO_PICTURES\n"
        "assert 'torch' not in sys.modules and 'cv2' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("name", OVER_THE_PHOTO)
def test_pictures_have_the_photos_size_and_change_it_only_where_the_head_is(photo, head, name):
    picture = draw_photo_picture(name, photo, head)
    assert picture.shape == photo.rgb.shape
    changed = (picture != photo.rgb).any(-1)
    mask = covered(head)
    assert changed.any() and not changed[~grown(mask)].any()
    if not name.startswith("parts"):
        assert changed[mask].mean() > 0.98


def test_texture_lies_in_its_own_colours_where_the_camera_sees_it(photo, head):
    for name, texture in (("texture", "photo"), ("model", "model")):
        picture = draw_photo_picture(name, photo, head)
        unlit, mask = render_unlit(head.mesh, head.textures[texture], head.camera)
        inner = ~grown(~mask)
        assert np.abs(picture[inner].astype(int) - unlit[inner]).mean() < 3


def test_shape_is_grey(photo, head):
    picture = draw_photo_picture("shape", photo, head).astype(int)
    assert np.ptp(picture[~grown(~covered(head))], axis=-1).max() <= 1


def test_parts_tint_the_photo_half(photo, head):
    seen = draw_photo_picture("parts-seen", photo, head)
    rank = part_rank(head.mesh)
    for name in ("nose", "skin"):
        rgb = np.array(PART_COLORS[name])
        expected = (photo.rgb + rgb) / 2
        assert (np.abs(seen - expected).max(-1) <= 1).sum() > 50, name
    assert set(rank) == {*range(len(PART_NAMES)), -1}


def test_hidden_parts_are_drawn_whole_and_left_out_of_what_is_seen(photo, head):
    side = replace(head, camera=make_camera(SIZE, yaw_deg=-85))
    whole, seen = (draw_photo_picture(name, photo, side) for name in ("parts", "parts-seen"))

    def tinted(picture: np.ndarray, name: str) -> int:
        return int((np.abs(picture - (photo.rgb + np.array(PART_COLORS[name])) / 2).max(-1) <= 1).sum())

    assert tinted(seen, "right_eye") == 0 and tinted(seen, "left_eye") > 100
    assert tinted(whole, "right_eye") > 100 and tinted(whole, "left_eye") > 100


def test_one_part_hides_another_only_by_rank_whatever_their_depth(head):
    camera = head.camera
    pixels, colors = whole_parts(head.mesh, 0.5)(camera)
    assert colors.shape == (len(pixels), 4) and (colors[:, 3] == 0.5).all()
    turned = replace(camera, R_camera_head=camera.R_camera_head @ np.diag([-1.0, 1, -1]))  # seen from behind
    assert len(whole_parts(head.mesh, 0.5)(turned)[0]) > 0.5 * len(pixels)
    front, _ = painted(head.mesh, tinted_parts(head.mesh, 0.5))(camera)
    assert len(front) > len(pixels)


def test_large_photos_are_reduced():
    size = (3 * LONGEST_SIDE_PX // 2, LONGEST_SIDE_PX // 10)
    photo = Photo(np.full((size[1], size[0], 3), 90, np.uint8))
    small = make_reconstruction(6, 8, texture_size=8, size=SIZE)
    head = replace(small, camera=scale_camera(small.camera, size), photo_size=size)
    picture = draw_photo_picture("texture", photo, head)
    assert picture.shape == (round(size[1] / 1.5), LONGEST_SIDE_PX, 3)
    assert (picture != 90).any()


def test_a_piece_of_the_photo_shows_the_head_in_the_same_place(photo, head):
    piece, moved = framed(photo, head, (100, 40, 220, 200), (240, 320))
    assert piece.rgb.shape == (320, 240, 3) and moved.camera.size == (240, 320)
    mapped = (head.camera.project(head.mesh.vertices) - [100, 40]) * 2
    np.testing.assert_allclose(moved.camera.project(moved.mesh.vertices), mapped, atol=1e-6)
    for name, points in head.landmarks.items():
        np.testing.assert_allclose(moved.landmarks[name].xy_px, (points.xy_px - [100, 40]) * 2, atol=1e-3)
    np.testing.assert_allclose(moved.face.box_xyxy.reshape(2, 2), (head.face.box_xyxy.reshape(2, 2) - [100, 40]) * 2)


def tiles_of(sheet: np.ndarray, count: int) -> tuple[int, int]:
    """Height and width of each of ``count`` panels of a sheet."""
    columns = min(4, count)
    return sheet.shape[0] // -(-count // columns), sheet.shape[1] // columns


def test_landmarks_have_a_panel_per_set_with_hidden_points_marked(photo, head):
    points = head.landmarks["68"]
    hidden = replace(points, visible=np.zeros(68, bool))
    sets = {"68_2d": hidden, "134": head.landmarks["134"], "68": replace(points, visible=np.ones(68, bool))}
    sheet = draw_photo_picture("landmarks", photo, replace(head, landmarks=sets))
    height, width = tiles_of(sheet, 3)
    assert max(height, width) == TILE_PX and sheet.shape == (height, 3 * width, 3)
    greenish, reddish = (
        [int(((tile[..., a] - tile[..., b] > 90) & (tile[..., a] - tile[..., 2] > 40)).sum()) for tile in panels]
        for a, b in ((1, 0), (0, 1))
        for panels in [np.split(sheet.astype(int), 3, axis=1)]
    )
    assert greenish[0] > 500 and greenish[2] == 0  # 68 all seen, then 134, then 68_2d all hidden
    assert reddish[0] == 0 and reddish[2] > 100


def test_the_sheet_holds_everything(photo, head):
    sheet = draw_photo_picture("sheet", photo, head)
    count = 2 + len(OVER_THE_PHOTO) + len(head.landmarks)
    height, width = tiles_of(sheet, count)
    assert max(height, width) == TILE_PX
    tiles = [
        sheet[row * height : (row + 1) * height, column * width : (column + 1) * width]
        for row in range(-(-count // 4))
        for column in range(4)
    ]
    assert len({tile.tobytes() for tile in tiles[:count]}) == count
    without = draw_photo_picture(
        "sheet", photo, replace(head, textures={"photo": head.textures["photo"]}, landmarks={})
    )
    assert tiles_of(without, count - 1 - len(head.landmarks)) == (height, width)


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("distance", [20.0, -500.0, 1e9])
def test_heads_beside_or_behind_the_camera_do_not_fail(photo, head, name, distance):
    camera = Camera(head.camera.K, head.camera.R_camera_head, np.array([0, 0, distance]), SIZE)
    assert draw_photo_picture(name, photo, replace(head, camera=camera)).size
    aside = replace(camera, t_camera_head=np.array([1e5, 0, 600.0]))
    assert draw_photo_picture(name, photo, replace(head, camera=aside)).size


@pytest.mark.parametrize("name", PICTURES)
def test_bare_heads_have_pictures_too(photo, head, name):
    points = LandmarkSet("68", np.full((68, 2), np.nan, np.float32), np.zeros(68, bool))
    for landmarks in ({}, {"68": points}):
        bare = replace(head, landmarks=landmarks, textures={"model": head.textures["model"]})
        topology = replace(head.mesh.topology, parts={})
        assert draw_photo_picture(name, photo, replace(bare, mesh=FaceMesh(head.mesh.vertices, topology))).size


def test_tiny_photos(head):
    tiny = replace(head, camera=scale_camera(head.camera, (1, 1)))
    for name in PICTURES:
        assert draw_photo_picture(name, Photo(np.zeros((1, 1, 3), np.uint8)), tiny).size


def test_the_photo_is_not_changed(photo, head):
    before = photo.rgb.copy()
    for name in PICTURES:
        draw_photo_picture(name, photo, head)
    np.testing.assert_array_equal(photo.rgb, before)
    np.testing.assert_array_equal(draw_photo_picture("overlay", photo, head), draw_overlay(photo, head))
    with pytest.raises(KeyError):
        draw_photo_picture("front", photo, head)


def test_layers_blend_by_opacity_and_cover_only_their_surroundings(head):
    paper = np.full((SIZE[1], SIZE[0], 3), 100, np.uint8)

    def half_red(camera: Camera) -> tuple[torch.Tensor, torch.Tensor]:
        width, height = camera.size
        return torch.arange(width * height), torch.tensor([[200.0, 0, 0, 0.5]]).repeat(width * height, 1)

    around = head.mesh.vertices[:50]
    picture = lay_over(paper, head.camera, half_red, around)
    left, top, right, bottom = frame_around(head.camera.project(around), SIZE) or (0, 0, 0, 0)
    assert (picture[top:bottom, left:right] == (150, 50, 50)).all()
    assert (picture == 100).all(-1).sum() == SIZE[0] * SIZE[1] - (right - left) * (bottom - top) > 0


def test_true_colours_of_a_mesh_without_texture(photo, head):
    colors = np.full((len(head.mesh.vertices), 3), (10, 200, 30), np.uint8)
    colored = replace(head, mesh=replace(head.mesh, colors=colors), textures={})
    picture = draw_photo_picture("texture", photo, colored)
    assert (picture[~grown(~covered(head))] == (10, 200, 30)).all()
    grey = draw_photo_picture("texture", photo, replace(head, textures={}))
    np.testing.assert_array_equal(grey, draw_photo_picture("shape", photo, head))
    assert true_colors(head.mesh, None) is not None
