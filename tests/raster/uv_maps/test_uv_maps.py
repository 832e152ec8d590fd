"""UV maps: what holds for any map, and one sentence for what cannot be one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from faceviewer.geometry.normals import vertex_normals
from faceviewer.io.cv import cv2
from faceviewer.io.obj_polygons import read_polygons
from faceviewer.raster.unlit import render_unlit
from faceviewer.raster.uv_maps.color_match import match_colors
from faceviewer.raster.uv_maps.complete import complete_map
from faceviewer.raster.uv_maps.fill import fill_view, start
from faceviewer.raster.uv_maps.filters import box_mean, eroded
from faceviewer.raster.uv_maps.gather import gathered
from faceviewer.raster.uv_maps.guides import MASK_FILES, TEMPLATE_FILE, load_guides
from faceviewer.raster.uv_maps.metrics import brightness_symmetry_error, valid_area
from faceviewer.raster.uv_maps.parsing import face_mask, skin_for_fitting, skin_for_unwrapping
from faceviewer.raster.uv_maps.plain import complete_plainly
from faceviewer.raster.uv_maps.pyramid import blend, collapsed, laplacian_pyramid
from faceviewer.raster.uv_maps.rectangles import fill_rectangles, poisson_fill, rectangles_at
from faceviewer.raster.uv_maps.relight import PLAIN, head_shading, load_light, relit
from faceviewer.raster.uv_maps.unwrap import remap, unwrap_info, unwrap_info_of, view_of
from faceviewer.raster.uv_maps.views import unwrap_views
from faceviewer.raster.views import frame_head
from faceviewer.types import Camera, Cancelled, CancelToken, FaceMesh, FaceviewerError, Origin, Texture, Topology

seeds = st.integers(0, 10_000)


def colors(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 255, (*shape, 3)).astype(np.float32)


@given(seeds, st.integers(5, 40), st.integers(5, 40), st.integers(1, 5))
def test_a_pyramid_collapses_to_its_picture(seed, height, width, levels):
    picture = colors(seed, height, width)
    pyramid = laplacian_pyramid(picture, levels)
    assert len(pyramid) == levels and np.abs(collapsed(pyramid) - picture).max() < 1e-2


@given(seeds)
def test_blending_with_oneself_changes_nothing(seed):
    picture, mask = colors(seed, 32, 32), np.random.default_rng(seed).random((32, 32)).astype(np.float32)
    assert np.abs(blend(picture, picture, mask) - picture).max() < 1e-2
    other = colors(seed + 1, 32, 32)
    assert np.abs(blend(picture, other, np.ones((32, 32), np.float32)) - picture).max() < 1e-2


@given(seeds)
def test_colour_match_of_a_map_with_itself(seed):
    picture, mask = colors(seed, 20, 20), np.random.default_rng(seed).random((20, 20)) > 0.3
    assert np.abs(match_colors(picture, picture, mask, flattening=1) - picture).max() < 0.1
    flat = match_colors(picture, picture, mask)
    assert np.abs(flat[mask].std(0) - picture[mask].std(0) / 1.5).max() < 8
    assert (match_colors(picture, colors(seed + 1, 20, 20), np.zeros((20, 20))) == picture).all()


def test_one_colour_can_be_matched():
    picture = np.full((4, 4, 3), 90, np.float32)
    target = colors(0, 4, 4)
    assert np.abs(match_colors(picture, target, np.ones((4, 4))) - target.mean((0, 1))).max() < 0.1


def test_a_grey_picture_gets_one_tint_and_no_noise():
    target = colors(0, 40, 40) / 4 + 90
    grey = np.repeat(colors(1, 40, 40)[..., :1] // 1, 3, 2)
    matched = match_colors(grey, target, np.ones((40, 40)), flattening=1)
    assert np.abs(matched.mean((0, 1)) - target.mean((0, 1))).max() < 0.1
    tint = matched - matched[..., :1]
    assert np.abs(tint - tint[0, 0]).max() < 0.1


@given(arrays.arrays(np.bool_, (12, 14)), seeds)
def test_poisson_keeps_the_rim_and_the_laplacian(inside, seed):
    inside[[0, -1]] = inside[:, [0, -1]] = False
    wanted, around = colors(seed, 12, 14), colors(seed + 1, 12, 14)
    result = poisson_fill(wanted, around, inside)
    assert (result[~inside] == around[~inside]).all()

    def laplacian(picture):
        centre = picture[1:-1, 1:-1]
        return 4 * centre - picture[:-2, 1:-1] - picture[2:, 1:-1] - picture[1:-1, :-2] - picture[1:-1, 2:]

    difference = np.abs(laplacian(result.astype(float)) - laplacian(wanted.astype(float)))[inside[1:-1, 1:-1]]
    assert difference.max(initial=0) < 1e-2


@given(seeds)
def test_poisson_of_a_picture_with_itself(seed):
    picture, inside = colors(seed, 10, 10), np.zeros((10, 10), bool)
    inside[2:8, 3:9] = True
    assert np.abs(poisson_fill(picture, picture, inside) - picture).max() < 1e-2


def test_poisson_refuses_a_mask_at_the_border():
    with pytest.raises(ValueError, match="touches the border"):
        poisson_fill(colors(0, 5, 5), colors(1, 5, 5), np.ones((5, 5), bool))


def test_rectangles_follow_the_side_of_the_map():
    assert rectangles_at(1024)["mouth"] == (slice(555, 620), slice(410, 610))
    for rows, columns in rectangles_at(128).values():
        assert 0 < rows.start < rows.stop < 128 and 0 < columns.start < columns.stop < 128
    filled, solved = fill_rectangles(colors(0, 128, 128), colors(1, 128, 128), np.ones((128, 128), bool))
    assert np.isfinite(filled).all() and 0 < solved.sum() < 128 * 128


@given(arrays.arrays(np.bool_, (15, 18)), st.sampled_from([3, 5]))
def test_erosion_is_where_the_mean_is_one(mask, side):
    assert (eroded(mask, side) == (np.rint(box_mean(mask.astype(np.float64), side) * side**2) == side**2)).all()


def test_a_map_that_is_all_there_keeps_its_middle(small_guides):
    rgb = colors(3, 128, 128)
    done = complete_map(rgb, np.ones((128, 128)), small_guides)
    texture = done.texture()
    middle = np.s_[70:100, 56:72]
    assert texture.rgb.shape == (128, 128, 3) and (texture.origin == Origin.MODEL).any()
    assert (small_guides.template[:3, 40:80] == done.rgb[:3, 40:80]).mean() > 0.9, "hair is the template's"
    assert done.share[middle].min() >= 0 and done.share.max() <= 1


def test_an_empty_map_becomes_the_template(small_guides):
    done = complete_map(np.zeros((128, 128, 3)), np.zeros((128, 128)), small_guides)
    assert (done.share == 0).all() and (done.texture().origin == Origin.MODEL).all()


@pytest.mark.parametrize(("shape", "mask", "fill", "said"), [
    ((64, 64, 3), (64, 64), 0, "the template takes"),
    ((128, 128), (128, 128), 0, "the template takes"),
    ((128, 128, 3), (128, 64), 0, "the template takes"),
    ((128, 128, 3), (128, 128), np.nan, "not finite"),
])  # fmt: skip
def test_what_cannot_be_completed(small_guides, shape, mask, fill, said):
    with pytest.raises(FaceviewerError, match=said):
        complete_map(np.full(shape, fill), np.ones(mask), small_guides)


def test_each_view_adds_to_the_share(small_guides):
    mask = np.ones((128, 128), np.float32)
    core, reach = small_guides.core["front"], small_guides.reach["front"]
    first = fill_view(start(small_guides.template), colors(0, 128, 128), mask, core, reach, small_guides.mouth)
    second = fill_view(first, colors(1, 128, 128), mask, core, reach, small_guides.mouth)
    assert (second.share >= first.share).all() and (second.mask >= first.mask).all()
    assert 0 < first.share.max() <= 1 and np.isfinite(second.rgb).all()


# photos on the layout


def square(side: int = 64) -> FaceMesh:
    """A flat plate before the camera that fills the layout."""
    uv = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)
    triangles = np.array([(0, 1, 2), (0, 2, 3)], np.int32)
    vertices = np.column_stack([(uv - 0.5) * side, np.zeros(4)]).astype(np.float32)
    return FaceMesh(vertices, Topology("plate", triangles, uv, triangles))


def facing_camera(side: int = 72) -> Camera:
    """Sees one millimetre of the plate in each pixel, and a rim of 4 around it."""
    K = np.array([[1000.0, 0, side / 2], [0, 1000.0, side / 2], [0, 0, 1]])
    return Camera(K, np.diag([1.0, -1.0, -1.0]), np.array([0, 0, 1000.0]), (side, side))


def plate_view(rgb: np.ndarray, usable: np.ndarray | None = None):
    mesh = square()
    return view_of(mesh, vertex_normals(mesh.vertices, mesh.topology.triangles), facing_camera(), rgb, usable)


def test_a_photo_of_the_plate_is_its_map():
    rgb = np.random.default_rng(0).integers(0, 256, (72, 72, 3), np.uint8)
    info = unwrap_info_of(square().topology, 64)
    seen = remap(plate_view(rgb), info)
    assert info.covered.all() and seen.mask.all()
    assert np.abs(seen.rgb - rgb[4:68, 4:68]).max() < 0.5


def test_meshes_of_more_vertices_than_a_picture_has_columns():
    rgb, info = np.full((72, 72, 3), 200, np.uint8), unwrap_info_of(square().topology, 64)
    usable = np.zeros((72, 72))
    usable[:, :36] = 1
    view, many = plate_view(rgb, usable), 70_001
    turned = np.full(many, -1.0)
    turned[:4] = 1
    view = replace(view, xy_px=np.resize(view.xy_px, (many, 2)), facing=turned)
    assert (remap(view, info).mask == remap(plate_view(rgb, usable), info).mask).all()
    with pytest.raises(FaceviewerError, match="33000 x 2 pixels is too long to unwrap"):
        remap(replace(view, rgb=np.zeros((2, 33_000, 3), np.uint8)), info)


def test_views_without_a_template_share_the_map():
    info = unwrap_info_of(square().topology, 64)
    red, blue = (np.full((72, 72, 3), color, np.uint8) for color in ((200, 10, 10), (10, 10, 200)))
    left, right = np.zeros((72, 72)), np.ones((72, 72))
    left[:, :40] = 1
    alone = gathered([plate_view(red, left)], info)
    assert (alone.seen == (remap(plate_view(red, left), info).mask > 0)).all() and not alone.rgb[~alone.seen].any()
    both = gathered([plate_view(red), plate_view(blue, right)], info)
    assert both.seen.all() and np.abs(both.share.sum(-1) - 1).max() < 1e-5
    assert np.abs(both.rgb - (200, 10, 10)).max() < 0.1, "the colours of the first"
    none = gathered([plate_view(red, np.zeros((72, 72)))], info)
    assert not none.seen.any() and not none.rgb.any()
    with pytest.raises(FaceviewerError, match="no photo"):
        gathered([], info)


def test_completing_any_layout_keeps_what_is_seen():
    rgb, template, mask = colors(0, 100, 140), colors(1, 100, 140), np.zeros((100, 140), np.float32)
    mask[:, :90] = 1
    done = complete_plainly(rgb, mask, template)
    assert (done.share[:, 90:] == 0).all() and done.share.min() >= 0 and done.share.max() <= 1
    assert not done.solved.any() and np.isfinite(done.rgb).all() and 0 <= done.rgb.min() <= done.rgb.max() <= 255
    hidden = np.where(mask[..., None] > 0, rgb, 0)
    assert (complete_plainly(hidden, mask, template).rgb == done.rgb).all(), "what is not seen does not count"
    with pytest.raises(FaceviewerError, match="differ in size"):
        complete_plainly(rgb, mask[1:], template)


def test_what_is_hidden_or_turned_away_is_not_seen():
    rgb, info = np.full((72, 72, 3), 200, np.uint8), unwrap_info_of(square().topology, 64)
    assert not remap(plate_view(rgb, np.zeros((72, 72))), info).mask.any()
    turned = replace(plate_view(rgb), facing=np.full(4, 0.05))
    assert not remap(turned, info).mask.any() and not remap(turned, info).rgb.any()
    with pytest.raises(FaceviewerError, match="not finite"):
        remap(replace(plate_view(rgb), xy_px=np.full((4, 2), np.nan)), info)


def test_a_photo_of_another_size_than_its_camera():
    with pytest.raises(FaceviewerError, match="the photo has 20 x 30 pixels, its camera 72 x 72"):
        plate_view(np.zeros((30, 20, 3), np.uint8))
    with pytest.raises(FaceviewerError, match="its mask 5 x 5"):
        plate_view(np.zeros((72, 72, 3), np.uint8), np.zeros((5, 5)))


def test_a_photo_of_the_demonstration_head_gives_back_its_map(shared):
    """Rendered with its own texture, from the front, and unwrapped again."""
    folder = shared / "data" / "ffhq_uv" / "teaser_1"
    obj, rgb = read_polygons(folder / "mesh_head.obj"), np.array(Image.open(folder / "tex_uv.png").convert("RGB"))
    topology = Topology("teaser", obj.triangles, obj.uv, obj.uv_triangles)
    mesh = FaceMesh((obj.vertices * 100).astype(np.float32), topology)
    camera = frame_head(mesh.vertices, 0.0, (1024, 1024))
    photo, _ = render_unlit(mesh, Texture(rgb, np.zeros(rgb.shape[:2], np.uint8)), camera)
    normals = vertex_normals(mesh.vertices, topology.triangles)
    info = unwrap_info_of(topology, 256)
    seen = remap(view_of(mesh, normals, camera, photo, seen=normals[:, 2] > 0.7), info)
    small = cv2.resize(rgb, (256, 256), interpolation=cv2.INTER_AREA)
    difference = np.abs(seen.rgb - small)[seen.mask > 0]
    assert seen.mask.mean() > 0.15 and np.median(difference) < 3 and np.percentile(difference, 95) < 20


def test_one_to_three_photos(small_guides):
    info = unwrap_info_of(square().topology, 128)
    view = plate_view(np.random.default_rng(0).integers(0, 256, (72, 72, 3), np.uint8))
    alone = unwrap_views({"front": view}, info, small_guides)
    assert list(alone.filled) == ["front"] and alone.coverage.all()
    three = unwrap_views({"front": view, "left": view, "right": view}, info, small_guides)
    assert list(three.filled) == ["left", "right", "front"]
    assert (three.completed.share >= alone.completed.share - 1e-6).all()
    assert (three.completed.texture().origin == Origin.PHOTO).any()
    for views, said in (({}, "not none"), ({"up": view}, "not up")):
        with pytest.raises(FaceviewerError, match=said):
            unwrap_views(views, info, small_guides)
    with pytest.raises(FaceviewerError, match="side of 64 texels, the template one of 128"):
        unwrap_views({"front": view}, unwrap_info_of(square().topology, 64), small_guides)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        unwrap_views({"front": view}, info, small_guides, cancel)


@pytest.mark.parametrize(("ids", "weights", "said"), [
    (np.zeros((4, 4, 3)), np.zeros((4, 4)), "not \\(S, S, 3\\) twice"),
    (np.zeros((4, 4, 3)), np.full((4, 4, 3), np.nan), "not finite"),
    (np.full((4, 4, 3), 9), np.ones((4, 4, 3)), "vertices 9 to 9 of 5"),
    (np.full((4, 4, 3), -1), np.ones((4, 4, 3)), "vertices -1 to -1 of 5"),
])  # fmt: skip
def test_foreign_layouts(ids, weights, said):
    with pytest.raises(FaceviewerError, match=said):
        unwrap_info(ids, weights, vertex_count=5)
    with pytest.raises(FaceviewerError, match="mask has the shape"):
        unwrap_info(np.zeros((4, 4, 3)), np.ones((4, 4, 3)), np.ones((3, 3)))


# files


@pytest.fixture
def guide_files(tmp_path):
    for number, name in enumerate((TEMPLATE_FILE, *MASK_FILES.values())):
        picture = Image.fromarray(np.full((32, 32), 20 * number % 256, np.uint8))
        picture.convert("RGB" if name == TEMPLATE_FILE else "L").save(tmp_path / name)
    return {path.name: path for path in tmp_path.iterdir()}


def test_guides_from_files(guide_files):
    guides = load_guides(guide_files, 64)
    assert guides.side == 64 and guides.hair.shape == (64, 64) and set(guides.core) == {"left", "right", "front"}
    assert guides.hair.max() <= 1 and guides.whole_core.dtype == np.float32
    Image.new("L", (32, 20)).save(guide_files["hair_mask.png"])
    with pytest.raises(FaceviewerError, match=r"hair_mask\.png: 32 x 20 pixels; UV maps and their masks are square"):
        load_guides(guide_files, 64)
    del guide_files["nostril_mask.png"]
    with pytest.raises(FaceviewerError, match=r"nostril_mask\.png: missing"):
        load_guides(guide_files, 64)


def test_light_of_the_data_set(shared, tmp_path):
    light = load_light(shared / "data/ffhq_uv/dataset_example/01223/lights.npy")
    assert light.shape == (9,) and np.allclose(light[:3], (0.80798, -0.03932, 0.23395), atol=1e-5)
    normals = torch.nn.functional.normalize(torch.randn(50, 3, generator=torch.Generator().manual_seed(0)), dim=-1)
    assert torch.allclose(head_shading(normals, torch.tensor(PLAIN)), torch.ones(50), atol=1e-5)
    rgb = torch.full((50, 3), 128.0)
    assert torch.allclose(relit(rgb, normals, torch.tensor(PLAIN)), rgb, atol=1e-3)
    up, down = torch.tensor([[0.0, 1, 0]]), torch.tensor([[0.0, -1, 0]])
    assert head_shading(up, torch.from_numpy(light)) > head_shading(down, torch.from_numpy(light)), "lit from above"
    for wrong in (np.zeros(8, np.float32), np.full((1, 9, 1, 1), np.nan, np.float32)):
        np.save(tmp_path / "wrong.npy", wrong)
        with pytest.raises(FaceviewerError, match="not a light of FFHQ-UV"):
            load_light(tmp_path / "wrong.npy")


def test_metrics(shared):
    rgb = np.array(Image.open(shared / "data/ffhq_uv/teaser_1/tex_uv.png").convert("RGB"))
    assert brightness_symmetry_error(rgb) == pytest.approx(7.31, abs=0.01), "the published kind of value"
    mirrored = np.maximum(rgb, rgb[:, ::-1])
    assert brightness_symmetry_error(mirrored) < 1e-3
    assert brightness_symmetry_error(rgb[::2, ::2]) == pytest.approx(7.31, abs=0.2), "whatever the side"
    face, shown = np.zeros((8, 8), bool), np.zeros((8, 8, 3), bool)
    face[2:6, 2:6] = shown[2:4, :, 0] = shown[:, 2:4, 2] = True
    assert valid_area(shown, face) == 0.75 and valid_area(shown[..., 0], face) == 0.5
    assert valid_area(shown, np.zeros((8, 8), bool)) == 0


def test_classes_of_the_parsed_face():
    classes = np.zeros((40, 40), np.uint8)
    classes[5:35, 5:35], classes[15:18, 15:18], classes[30:32, 15:25], classes[5:8] = 1, 4, 11, 17
    assert face_mask(classes)[16, 16] and not face_mask(classes)[6, 6]
    assert not skin_for_fitting(classes)[16, 16] and skin_for_fitting(classes)[16, 20]
    assert not skin_for_unwrapping(classes)[16, 20] and skin_for_unwrapping(classes)[16, 24]
    assert not skin_for_unwrapping(classes)[31, 20]
