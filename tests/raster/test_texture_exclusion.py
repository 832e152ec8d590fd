"""What is left out of a texture: things before the face; and what is not: shadows, beards, the other half."""

from __future__ import annotations

import numpy as np
import pytest
from painted_head import face_triangles, head_mesh, pixel_origins, portrait_camera, psnr, shoot, skin_paint

from faceviewer.raster.texture import build_texture
from faceviewer.raster.texture.uv_atlas import uv_atlas
from faceviewer.raster.unlit import render_unlit
from faceviewer.types import Origin, Photo

SIZE = 512


@pytest.fixture(scope="module")
def scene():
    mesh = head_mesh()
    camera = portrait_camera(mesh)
    return mesh, camera, shoot(mesh, skin_paint(mesh), camera)


def covered(scene, painter) -> tuple[np.ndarray, Photo]:
    """The photo with something painted over it; painter: (rgb, x_mm, y_mm) with millimetres about the head's origin."""
    _, camera, photo = scene
    rgb = photo.rgb.copy()
    scale = camera.K[0, 0] / camera.t_camera_head[2]
    origin = camera.project(np.zeros(3))
    y, x = np.mgrid[: rgb.shape[0], : rgb.shape[1]] + 0.5
    where = painter(rgb, (x - origin[0]) / scale, (origin[1] - y) / scale)
    return where, Photo(rgb)


def share_photographed(scene, photo, where) -> float:
    """Of the face's pixels ``where``, how many show texels that come from the photo."""
    mesh, camera, _ = scene
    texture = build_texture(photo, mesh, camera, size=SIZE)
    origins, face = pixel_origins(mesh, texture, camera)
    return float((origins[face & where] == Origin.PHOTO).mean())


def test_a_green_thing_over_the_cheek_is_not_baked(scene):
    mesh, camera, _ = scene

    def hand(rgb, x, y):
        where = (np.abs(x - 38) < 14) & (np.abs(y + 35) < 18)
        rgb[where] = (60, 150, 70)
        return where

    where, photo = covered(scene, hand)
    texture = build_texture(photo, mesh, camera, size=SIZE)
    origins, _ = pixel_origins(mesh, texture, camera)
    assert (origins[where] == Origin.PHOTO).mean() < 0.02
    atlas = uv_atlas(mesh.topology, SIZE)
    skin = atlas.texels[face_triangles(mesh.topology, plain=True)[atlas.triangle]]
    rgb = texture.rgb.reshape(-1, 3)[skin].astype(int)
    assert (rgb[:, 0] > rgb[:, 1]).all()
    mirrored = texture.origin.reshape(-1)[skin] == Origin.MIRRORED
    assert mirrored.sum() > 300  # the other cheek stands in
    assert share_photographed(scene, photo, ~where) > 0.75


@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize("brightness", [0.6, 0.3])
def test_a_shadowed_half_of_the_face_is_kept(scene, side, brightness):
    def shadow(rgb, x, y):
        edge = np.clip((side * x + 4) / 8, 0, 1)[..., None]
        rgb[:] = (rgb * (1 - edge * (1 - brightness))).astype(np.uint8)
        return (side * x > 10) & (y < 40)

    where, photo = covered(scene, shadow)
    assert share_photographed(scene, photo, where) > 0.9 * share_photographed(scene, scene[2], where)


def test_coloured_light_is_kept(scene):
    _, _, photo = scene
    everywhere = np.ones(photo.rgb.shape[:2], bool)
    for light in ((1.0, 0.6, 0.15), (0.5, 0.6, 1.0), (0.15, 0.15, 0.15)):
        lit = Photo((photo.rgb * np.array(light)).astype(np.uint8))
        assert share_photographed(scene, lit, everywhere) > 0.75


def test_black_and_white_is_kept_and_completed_in_grey(scene):
    mesh, camera, photo = scene
    grey = Photo(np.repeat(photo.rgb.mean(-1, keepdims=True).astype(np.uint8), 3, 2))
    assert share_photographed(scene, grey, np.ones(photo.rgb.shape[:2], bool)) > 0.75
    texture = build_texture(grey, mesh, camera, size=SIZE)
    assert np.ptp(texture.rgb.astype(int), axis=-1).max() <= 12


def test_a_beard_is_kept(scene):
    def beard(rgb, x, y):
        where = (y < -52) & (y > -120) & (np.abs(x) < 60)
        rgb[where] = (rgb[where] * 0.25).astype(np.uint8)
        return where & (y < -56) & (y > -90) & (np.abs(x) < 30)

    where, photo = covered(scene, beard)
    assert share_photographed(scene, photo, where) > 0.9


def test_a_white_collar_is_not_skin(scene):
    def collar(rgb, x, y):
        where = y < -130
        rgb[where] = (240, 242, 245)
        return where & (y < -135)

    mesh, camera, _ = scene
    where, photo = covered(scene, collar)
    texture = build_texture(photo, mesh, camera, size=SIZE)
    origins, _ = pixel_origins(mesh, texture, camera)
    neck = where & (origins > 0)
    assert neck.sum() > 500
    assert (origins[neck] == Origin.PHOTO).mean() < 0.05


def test_a_hat_is_taken_off(scene):
    def cap(rgb, x, y):
        where = y > 45
        rgb[where] = (120, 150, 230)
        return where & (y > 50)

    mesh, camera, _ = scene
    where, photo = covered(scene, cap)
    texture = build_texture(photo, mesh, camera, size=SIZE)
    origins, _ = pixel_origins(mesh, texture, camera)
    assert (origins[where & (origins > 0)] == Origin.PHOTO).mean() < 0.05
    rendered, drawn = render_unlit(mesh, texture, camera)
    top = rendered[where & drawn].astype(int)
    assert (top[:, 2] <= top[:, 0] + 5).mean() > 0.97


def test_the_shade_of_a_hat_is_not_carried_over_the_invented_forehead(scene):
    def cap(brim_shade):
        def paint(rgb, x, y):
            shaded = (y > 12) & (y <= 30)
            rgb[shaded] = (rgb[shaded] * brim_shade).astype(np.uint8)
            rgb[y > 30] = (120, 150, 230)
            return (y > 40) & (y < 55) & (np.abs(x) < 12)

        return paint

    mesh, camera, _ = scene
    brightness = []
    for brim_shade in (1.0, 0.3):
        forehead, photo = covered(scene, cap(brim_shade))
        rendered, drawn = render_unlit(mesh, build_texture(photo, mesh, camera, size=SIZE), camera)
        brightness.append(rendered[forehead & drawn].mean())
    assert brightness[1] > 0.85 * brightness[0]


def test_fringe_is_kept_and_hair_goes_on_behind_it(scene):
    mesh, camera, photo = scene

    def fringe(rgb, x, y):
        where = (y > 40) & (np.abs(x) < 50) & (np.abs(rgb.astype(int) - photo.rgb[0, 0]).max(-1) > 10)
        rgb[where] = (52, 40, 32)
        return where & (y > 44)

    where, covered_photo = covered(scene, fringe)
    texture = build_texture(covered_photo, mesh, camera, size=SIZE)
    rendered, _ = render_unlit(mesh, texture, camera)
    assert psnr(rendered, covered_photo.rgb, where & (np.abs(rendered.astype(int)).sum(-1) > 0)) > 25
    back = mesh.topology.regions["scalp"][mesh.vertices[mesh.topology.regions["scalp"], 2] < -140]
    seen_from_behind = portrait_camera(mesh, 180.0)
    behind, drawn = render_unlit(mesh, texture, seen_from_behind)
    x, y = seen_from_behind.project(mesh.vertices[back]).astype(int).T
    assert drawn[y, x].all()
    assert np.abs(behind[y, x].astype(int) - (60, 45, 35)).max(1).mean() < 30
