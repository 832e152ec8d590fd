"""Photos to a texture: what is photographed comes back, what is not is completed without a seam, and says so."""

from __future__ import annotations

import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from factories import make_camera, make_mesh, make_photo
from painted_head import face_triangles, head_mesh, pixel_origins, portrait_camera, psnr, shoot, skin_paint, texels_of

import faceviewer.raster.texture as package
from faceviewer.geometry.normals import vertex_normals
from faceviewer.raster.texture import build_texture, build_texture_from_shots, merge
from faceviewer.raster.texture.bake import Bake
from faceviewer.raster.texture.uv_atlas import gutter_texels, uv_atlas
from faceviewer.raster.unlit import render_unlit
from faceviewer.types import Camera, Cancelled, CancelToken, Origin, Photo

SIZE = 512


@pytest.fixture(scope="module")
def mesh():
    return head_mesh()


@pytest.fixture(scope="module")
def front(mesh):
    camera = portrait_camera(mesh)
    photo = shoot(mesh, skin_paint(mesh), camera)
    return photo, mesh, camera, build_texture(photo, mesh, camera, size=SIZE)


@pytest.fixture(scope="module")
def turned(mesh):
    camera = portrait_camera(mesh, 35.0)
    photo = shoot(mesh, skin_paint(mesh), camera)
    return photo, mesh, camera, build_texture(photo, mesh, camera, size=SIZE)


@pytest.mark.parametrize("scene", ["front", "turned"])
def test_the_head_renders_as_photographed(scene, request):
    photo, mesh, camera, texture = request.getfixturevalue(scene)
    rendered, _ = render_unlit(mesh, texture, camera)
    origins, face = pixel_origins(mesh, texture, camera)
    photographed = face & (origins == Origin.PHOTO)
    assert photographed.sum() > 0.75 * face.sum()
    assert psnr(rendered, photo.rgb, photographed) > 42
    assert psnr(rendered, photo.rgb, origins == Origin.PHOTO) > 33  # the scalp has few texels


def test_every_texel_of_the_layout_has_an_origin_and_only_they_and_their_gutter(front):
    texture, topology = front[3], front[1].topology
    atlas = uv_atlas(topology, SIZE)
    origin = texture.origin.reshape(-1)
    assert np.isin(origin, [int(o) for o in Origin]).all()
    assert (origin[atlas.texels] != Origin.EMPTY).all()
    assert gutter_texels(SIZE) >= 4
    assert (origin[atlas.empty] == Origin.EMPTY).all()
    assert set(np.unique(origin)) >= {Origin.EMPTY, Origin.PHOTO, Origin.MODEL}


def test_nothing_of_the_background_is_baked(front, turned):
    """The background is the only blue thing beside the irises, and they are small."""
    for *_, mesh, _, texture in (front, turned):
        skin = np.setdiff1d(mesh.topology.regions["face"], mesh.topology.regions["eyelids"])
        inside = np.isin(mesh.topology.triangles, skin).all(1)
        uv = mesh.topology.uv[mesh.topology.uv_triangles[inside]].mean(1)
        rgb = texture.rgb[texels_of(mesh.topology, texture, uv)].astype(int)
        assert (rgb[:, 2] - rgb[:, 0] < 0).all()


def test_the_hidden_side_is_mirrored_from_the_shown_one(turned):
    _, mesh, _, texture = turned
    mirrored = texture.origin == Origin.MIRRORED
    assert mirrored.mean() > 0.05
    atlas = uv_atlas(mesh.topology, SIZE)
    flipped = texture.origin[:, ::-1]
    both = mirrored & (flipped == Origin.PHOTO)
    covered = np.zeros(SIZE * SIZE, bool)
    covered[atlas.texels] = True
    both &= covered.reshape(SIZE, SIZE)
    assert both.sum() > 0.8 * mirrored.sum()
    error = np.abs(texture.rgb.astype(int) - texture.rgb[:, ::-1])[both]
    assert np.median(error) <= 2 and np.quantile(error, 0.95) <= 10


def test_filled_colours_are_near_the_true_ones(turned, mesh):
    texture, paint = turned[3], skin_paint(mesh)
    face = np.isin(mesh.topology.triangles, mesh.topology.regions["face"]).all(1)
    uv = mesh.topology.uv[mesh.topology.uv_triangles[face]].mean(1)
    true = paint[mesh.topology.triangles[face]].mean(1)
    row, column = texels_of(mesh.topology, texture, uv)
    error = np.abs(texture.rgb[row, column] - true).max(1)
    filled = texture.origin[row, column] != Origin.PHOTO
    assert np.quantile(error[filled], 0.9) < 25


def test_charts_meet_without_a_seam(turned):
    """Both sides of every cut of the skin, looked up as a renderer does, show the same colour."""
    mesh, texture = turned[1], turned[3]
    jumps = _seam_jumps(mesh, texture.rgb)
    assert len(jumps) > 50
    assert np.quantile(jumps, 0.9) < 6 and jumps.max() < 40


def test_photo_and_filling_meet_without_a_step(front, turned):
    """Neighbouring texels of different origin differ hardly more than neighbours within the photo."""
    for *_, mesh, _, texture in (front, turned):
        atlas = uv_atlas(mesh.topology, SIZE)
        skin = np.zeros(SIZE * SIZE, bool)
        skin[atlas.texels[face_triangles(mesh.topology, plain=True)[atlas.triangle]]] = True
        skin = skin.reshape(SIZE, SIZE)
        rgb, origin = texture.rgb.astype(int), texture.origin
        step = np.abs(np.diff(rgb, axis=1)).max(-1)
        pair = skin[:, 1:] & skin[:, :-1]
        border = pair & (origin[:, 1:] != origin[:, :-1])
        within = pair & (origin[:, 1:] == Origin.PHOTO) & (origin[:, :-1] == Origin.PHOTO)
        assert border.sum() > 100
        assert np.quantile(step[border], 0.98) <= np.quantile(step[within], 0.98) + 8


def test_the_same_input_gives_the_same_texture(turned):
    photo, mesh, camera, texture = turned
    again = build_texture(photo, mesh, camera, size=SIZE)
    assert np.array_equal(again.rgb, texture.rgb) and np.array_equal(again.origin, texture.origin)


def test_a_large_photo_is_averaged_not_skipped(mesh):
    """One-pixel noise in a photo far finer than the texture disappears instead of turning into coarse noise."""
    camera = portrait_camera(mesh, 0.0, 1600)
    photo = shoot(mesh, skin_paint(mesh), camera)
    noise = np.random.default_rng(0).normal(0, 30, photo.rgb.shape)
    noisy = Photo(np.clip(photo.rgb + noise, 0, 255).astype(np.uint8))
    clean, grainy = (build_texture(p, mesh, camera, size=128) for p in (photo, noisy))
    shown = (clean.origin == Origin.PHOTO) & (grainy.origin == Origin.PHOTO)
    assert np.std((grainy.rgb.astype(float) - clean.rgb)[shown]) < 12


@pytest.mark.parametrize("far", [[0.0, 0.0, -600.0], [5000.0, 0.0, 600.0]])
def test_a_head_outside_the_photo_is_all_model(mesh, far):
    camera = Camera(
        np.array([[500, 0, 60], [0, 500, 60], [0, 0, 1.0]]), np.diag([1.0, -1, -1]), np.array(far), (120, 120)
    )
    texture = build_texture(Photo(np.full((120, 120, 3), 90, np.uint8)), mesh, camera, size=128)
    assert set(np.unique(texture.origin)) == {Origin.EMPTY, Origin.MODEL}


def test_a_head_half_outside_the_photo_is_filled(mesh):
    camera = portrait_camera(mesh)
    photo = shoot(mesh, skin_paint(mesh), camera)
    half = Photo(np.ascontiguousarray(photo.rgb[:, : camera.size[0] // 2]))
    texture = build_texture(half, mesh, replace(camera, size=half.size), size=SIZE)
    left, right = texture.origin[:, SIZE // 2 + 40 :], texture.origin[:, : SIZE // 2 - 40]
    assert (right == Origin.PHOTO).mean() > 0.3 and not (left == Origin.PHOTO).any()
    assert (left == Origin.MIRRORED).mean() > 0.3


def test_light_is_divided_out_on_request(mesh):
    camera = portrait_camera(mesh)
    paint = np.full((len(mesh.vertices), 3), [180.0, 140.0, 120.0], np.float32)
    normals = vertex_normals(mesh.vertices.astype(np.float64), mesh.topology.triangles)
    lit = paint * (0.75 + 0.3 * normals[:, :1])
    photo = shoot(mesh, lit, camera)
    as_shot, evened = (build_texture(photo, mesh, camera, size=256, delight=flag) for flag in (False, True))
    assert (as_shot.kind, evened.kind) == ("photo", "albedo")
    plain = np.isin(mesh.topology.triangles, mesh.topology.regions["face"]).all(1)
    uv = mesh.topology.uv[mesh.topology.uv_triangles[plain]].mean(1)
    row, column = texels_of(mesh.topology, as_shot, uv)
    shown = (as_shot.origin[row, column] == Origin.PHOTO) & (evened.origin[row, column] == Origin.PHOTO)
    before, after = (t.rgb[row, column][shown].astype(float) for t in (as_shot, evened))
    assert after.mean(1).std() < 0.5 * before.mean(1).std()
    hue_before, hue_after = (c / c.sum(1, keepdims=True) for c in (before, after))
    assert np.abs(hue_after - hue_before).max() < 0.04


def test_several_photos_of_one_person_share_the_work(mesh):
    paint = skin_paint(mesh)
    cameras = [portrait_camera(mesh, azimuth) for azimuth in (-60.0, 0.0, 60.0)]
    photos = [shoot(mesh, paint, camera) for camera in cameras]
    darker = Photo((photos[2].rgb * 0.8).astype(np.uint8))
    shots = [(photo, mesh, camera) for photo, camera in zip([*photos[:2], darker], cameras, strict=True)]
    together, alone = build_texture_from_shots(shots, size=SIZE), build_texture(*shots[1], size=SIZE)
    assert (together.origin == Origin.PHOTO).sum() > 1.25 * (alone.origin == Origin.PHOTO).sum()
    for (photo, _, camera), dimmed in zip(shots, (1, 1, 0.8), strict=True):
        origins, face = pixel_origins(mesh, together, camera)
        shown = face & (origins == Origin.PHOTO)
        rendered, _ = render_unlit(mesh, together, camera)
        assert psnr((rendered * dimmed).astype(np.uint8), photo.rgb, shown) > 26


def test_photos_of_one_person_are_matched_one_at_a_time(mesh, monkeypatch):
    """Texels are many: those of all photos at once took memory that grew with every photo."""
    matched: list[weakref.ref[Bake]] = []

    def match(bake, *_):
        assert all(ref() is None for ref in matched[:-1])  # the loop's own variable holds the one before
        copy = replace(bake)
        matched.append(weakref.ref(copy))
        return copy

    monkeypatch.setattr(merge, "_match", match)
    camera = portrait_camera(mesh, 0.0)
    photo = shoot(mesh, skin_paint(mesh), camera)
    build_texture_from_shots([(photo, mesh, camera)] * 5, size=64)
    assert len(matched) == 4


def test_a_model_without_regions_or_symmetry_is_textured_too():
    mesh = make_mesh()
    bare = replace(mesh.topology, regions={}, parts={}, symmetry=None)
    camera = make_camera((320, 240))
    texture = build_texture(make_photo((320, 240)), replace(mesh, topology=bare), camera, size=128)
    assert not (texture.origin == Origin.MIRRORED).any()
    assert (texture.origin == Origin.MODEL).any()


def test_a_cancelled_bake_stops(front):
    photo, mesh, camera, _ = front
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        build_texture(photo, mesh, camera, size=64, cancel=cancel)


def test_shots_must_be_of_one_model(front):
    photo, mesh, camera, _ = front
    with pytest.raises(ValueError, match="at least one photo"):
        build_texture_from_shots([])
    with pytest.raises(ValueError, match="one topology"):
        build_texture_from_shots([(photo, mesh, camera), (photo, make_mesh(), camera)])


def test_no_room_of_the_package_names_a_device_of_its_own():
    for path in Path(package.__file__).parent.glob("*.py"):
        assert not any(name in path.read_text("utf-8") for name in (".cuda(", '"cuda', ".mps")), path.name


def _seam_jumps(mesh, rgb):
    """Largest colour difference at points along every edge whose two triangles use other texture coordinates."""
    topology = mesh.topology
    skin = ~np.isin(topology.triangles, np.concatenate([topology.regions[r] for r in ("eye_socket", "mouth_interior")]))
    skin &= ~np.isin(topology.triangles, np.concatenate([topology.regions[f"eyeball_{s}"] for s in ("right", "left")]))
    triangles, uv_triangles = (t[skin.all(1)] for t in (topology.triangles, topology.uv_triangles))
    edges, uv_edges = (np.stack([t, np.roll(t, -1, 1)], -1).reshape(-1, 2) for t in (triangles, uv_triangles))
    order = np.argsort(edges, 1)
    edges, uv_edges = np.take_along_axis(edges, order, 1), np.take_along_axis(uv_edges, order, 1)
    by_edge: dict[tuple[int, int], list[np.ndarray]] = {}
    for edge, uv_edge in zip(edges.tolist(), uv_edges, strict=True):
        by_edge.setdefault((edge[0], edge[1]), []).append(uv_edge)
    cut = [pair for pair in by_edge.values() if len(pair) == 2 and not np.array_equal(pair[0], pair[1])]
    first, second = (topology.uv[np.stack([pair[k] for pair in cut])].mean(1) for k in (0, 1))
    return np.abs(_bilinear(rgb, first) - _bilinear(rgb, second)).max(-1)


def _bilinear(rgb, uv):
    size = len(rgb)
    x, y = uv[:, 0] * size - 0.5, (1 - uv[:, 1]) * size - 0.5
    column, row = np.clip(np.floor(x).astype(int), 0, size - 2), np.clip(np.floor(y).astype(int), 0, size - 2)
    right, down = (x - column)[:, None], (y - row)[:, None]
    values = rgb.astype(float)
    top = values[row, column] * (1 - right) + values[row, column + 1] * right
    bottom = values[row + 1, column] * (1 - right) + values[row + 1, column + 1] * right
    return top * (1 - down) + bottom * down
