"""``faceviewer uv-map``: what holds for any map, what is written, and one sentence for what cannot be used."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from factories import make_reconstruction
from painted_head import head_mesh, portrait_camera, shoot, skin_paint
from PIL import Image
from typer.testing import CliRunner

from faceviewer.assets import ffhq_uv_names
from faceviewer.cli.main import app
from faceviewer.io.images import read_png, write_image
from faceviewer.io.result_files import write_reconstruction
from faceviewer.types import Origin

SIDE = 96


def run(*arguments) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["uv-map", *map(str, arguments)])
    return done.exit_code, done.stdout, done.stderr


def soft_noise(seed: int, height: int = SIDE, width: int = SIDE) -> np.ndarray:
    """(H, W, 3) uint8, some colour with gentle waves and grain."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[:height, :width][..., None]
    waves = 25 * np.sin(rows / random.uniform(5, 15, 3)) + 25 * np.cos(columns / random.uniform(5, 15, 3))
    return np.clip(random.uniform(90, 160, 3) + waves + random.normal(0, 3, waves.shape), 0, 255).astype(np.uint8)


def largest_difference(a: np.ndarray, b: np.ndarray) -> int:
    return int(np.abs(a.astype(int) - b.astype(int)).max())


@pytest.fixture
def place(tmp_path):
    """A folder with two maps, a mask of the middle, and masks that are white and black."""
    for number, name in enumerate(("a.png", "b.png")):
        write_image(tmp_path / name, soft_noise(number))
    middle = np.zeros((SIDE, SIDE), np.uint8)
    middle[24:72, 24:72] = 255
    write_image(tmp_path / "middle.png", middle)
    write_image(tmp_path / "white.png", np.full((SIDE, SIDE), 255, np.uint8))
    write_image(tmp_path / "black.png", np.zeros((SIDE, SIDE), np.uint8))
    return tmp_path


# match


def test_a_map_matched_to_itself_stays(place):
    (place / "same.png").write_bytes((place / "a.png").read_bytes())
    assert run("match", place / "a.png", "--to", place / "same.png", "-o", place / "out.png") == (
        0, f"{place / 'out.png'}\n", ""
    )  # fmt: skip
    assert largest_difference(read_png(place / "out.png"), read_png(place / "a.png")) <= 1


def test_a_matched_map_has_the_means_of_the_other_within_the_mask(place):
    status, _, errors = run(
        "match", place / "a.png", "--to", place / "b.png", "--mask", place / "middle.png", "-o", place / "out.png"
    )
    assert (status, errors) == (0, "")
    inside = read_png(place / "middle.png", "L") > 0
    out, wanted = read_png(place / "out.png")[inside], read_png(place / "b.png")[inside]
    assert np.abs(out.mean(0) - wanted.mean(0)).max() < 1.5
    run("match", place / "a.png", "--to", place / "b.png", "--flattening", 2, "-o", place / "flat.png")
    flat, full = read_png(place / "flat.png"), read_png(place / "b.png")
    grey = [0.299, 0.587, 0.114]
    assert (flat @ grey).std() == pytest.approx((full @ grey).std() / 2, rel=0.1)


# blend


@pytest.mark.parametrize("levels", [(), ("--levels", 1), ("--levels", 12)])
def test_a_white_mask_gives_the_first_map(place, levels):
    status, _, errors = run(
        "blend", place / "a.png", place / "b.png", "--mask", place / "white.png", *levels, "-o", place / "out.png"
    )
    assert (status, errors) == (0, "")
    assert largest_difference(read_png(place / "out.png"), read_png(place / "a.png")) <= 1


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 90), (65, 33)])
def test_maps_of_any_size(tmp_path, size):
    first, second = soft_noise(3, *size), soft_noise(4, *size)
    write_image(tmp_path / "a.png", first)
    write_image(tmp_path / "b.png", second)
    write_image(tmp_path / "m.png", np.full(size, 255, np.uint8))
    pair = (tmp_path / "a.png", tmp_path / "b.png")
    assert run("blend", *pair, "--mask", tmp_path / "m.png", "-o", tmp_path / "out.png")[0] == 0
    assert largest_difference(read_png(tmp_path / "out.png"), first) <= 1
    assert run("match", pair[0], "--to", pair[1], "-o", tmp_path / "out.png")[0] == 0
    assert read_png(tmp_path / "out.png").shape == first.shape
    seen = ("--seen", tmp_path / "m.png", "--template", pair[1])
    assert run("complete", pair[0], *seen, "-o", tmp_path / "out.png")[0] == 0
    assert largest_difference(read_png(tmp_path / "out.png"), first) <= 1


def test_a_blend_is_each_map_far_from_the_seam(place):
    arguments = (place / "a.png", place / "b.png", "--mask", place / "middle.png", "--levels", 2)
    assert run("blend", *arguments, "-o", place / "out.png")[0] == 0
    out, first, second = (read_png(place / name) for name in ("out.png", "a.png", "b.png"))
    assert largest_difference(out[40:56, 40:56], first[40:56, 40:56]) <= 1
    assert largest_difference(out[:8], second[:8]) <= 1


def test_poisson_takes_the_first_ones_detail_and_the_seconds_border(place):
    flat = np.full((SIDE, SIDE, 3), (200, 120, 60), np.uint8)
    write_image(place / "flat.png", flat)
    write_image(place / "dark.png", read_png(place / "a.png") // 2)
    arguments = ("blend", place / "dark.png", place / "flat.png", "--mask", place / "middle.png")
    assert run(*arguments, "--method", "poisson", "-o", place / "out.png")[0] == 0
    out, dark = read_png(place / "out.png").astype(int), read_png(place / "dark.png").astype(int)
    assert (out[[0, -1]] == flat[[0, -1]]).all() and (out[:, [0, -1]] == flat[:, [0, -1]]).all()
    part = np.s_[40:56, 40:56]
    assert np.abs(np.diff(out[part], axis=1) - np.diff(dark[part], axis=1)).max() <= 2, "its detail"
    assert np.abs(out[part].mean((0, 1)) - flat[0, 0]).max() < 60 < np.abs(dark[part].mean((0, 1)) - flat[0, 0]).max()


# complete


def test_a_completed_map_keeps_what_is_seen_and_says_so(tmp_path):
    size = (200, 260)
    partial, template, seen = soft_noise(1, *size), soft_noise(2, *size), np.full(size, 255, np.uint8)
    seen[:, 130:] = 0
    partial[:, 130:] = (255, 0, 255)  # what was never seen does not show
    for name, picture in (("partial", partial), ("template", template), ("seen", seen)):
        write_image(tmp_path / f"{name}.png", picture)
    status, text, errors = run(
        "complete", tmp_path / "partial.png", "--seen", tmp_path / "seen.png",
        "--template", tmp_path / "template.png", "-o", tmp_path / "out.png", "--provenance",
    )  # fmt: skip
    assert (status, errors) == (0, "") and text.endswith("from partial.png, the rest from the template\n")
    out, origin = read_png(tmp_path / "out.png"), read_png(tmp_path / "out_provenance.png", "P")
    assert largest_difference(out[:, :30], partial[:, :30]) <= 3
    assert set(np.unique(origin)) == {Origin.PHOTO, Origin.MODEL}
    assert (origin[:, :80] == Origin.PHOTO).all() and (origin[:, 130:] == Origin.MODEL).all()
    assert np.abs(out[:, 130:].mean((0, 1)) - partial[:, :130].mean((0, 1))).max() < 8, "in the map's colours"


def test_ffhq_uvs_masks_complete_a_map_of_its_layout(place, monkeypatch):
    monkeypatch.setenv("FACEVIEWER_HOME", str(place / "home"))
    folder = place / "FFHQ-UV"
    (folder / "topo_assets").mkdir(parents=True)
    for path in ffhq_uv_names.GUIDES:
        shade = 140 if path == ffhq_uv_names.TEMPLATE else 255 * path.endswith("hair_mask.png")
        write_image(folder / path, np.full((64, 64, 3), shade, np.uint8))
    arguments = ("complete", place / "a.png", "--seen", place / "middle.png", "--assets", folder)
    status, _, errors = run(*arguments, "-o", place / "out.png")
    assert (status, errors) == (0, "")
    assert largest_difference(read_png(place / "out.png"), np.full((SIDE, SIDE, 3), 140)) <= 1, (
        "hair keeps the template"
    )
    assert run(*arguments, "--template", place / "b.png", "-o", place / "out.png")[0] == 0
    assert largest_difference(read_png(place / "out.png"), read_png(place / "b.png")) <= 1
    write_image(place / "oblong.png", soft_noise(0, 20, 30))
    write_image(place / "oblong_mask.png", np.full((20, 30), 255, np.uint8))
    oblong = ("complete", place / "oblong.png", "--seen", place / "oblong_mask.png", "--assets", folder)
    status, _, errors = run(*oblong, "-o", place / "no.png")
    assert status == 1 and "30 x 20 pixels; maps of FFHQ-UV's layout are square" in errors
    (folder / ffhq_uv_names.GUIDES[1]).unlink()
    status, _, errors = run(*arguments, "-o", place / "no.png")
    assert status == 1 and "center_face_mask.png" in errors and errors.count("\n") == 1


# unwrap


@pytest.fixture(scope="module")
def portraits(tmp_path_factory):
    """The painted head from the front and from both sides: {azimuth: (photo, result)}."""
    folder = tmp_path_factory.mktemp("portraits")
    mesh, made = head_mesh(), {}
    for azimuth in (0, 50, -50):
        camera = portrait_camera(mesh, azimuth)
        photo = folder / f"from={azimuth}.png"
        write_image(photo, shoot(mesh, skin_paint(mesh), camera).rgb)
        head = replace(
            make_reconstruction(texture_size=None), mesh=mesh, camera=camera, landmarks={}, photo_size=camera.size
        )
        made[azimuth] = (photo, write_reconstruction(head, folder, f"head_{azimuth % 360}").json)
    return made


def test_photos_of_one_head_become_one_map(portraits, tmp_path):
    shares = []
    for chosen in ((0,), (0, 50, -50)):
        pairs = [f"{photo}={result}" for photo, result in (portraits[azimuth] for azimuth in chosen)]
        status, text, _ = run("unwrap", *pairs, "--size", 256, "--provenance", "-o", tmp_path / "map.png")
        assert status == 0 and text.endswith("of the layout is seen\n")
        shares.append(float(text.rpartition(": ")[2].partition("%")[0]))
    assert shares[1] > shares[0] + 5, "the sides are seen, too"
    rgb, seen = read_png(tmp_path / "map.png"), read_png(tmp_path / "map_seen.png", "L") > 0
    from_photos = read_png(tmp_path / "map_provenance.png").astype(int)
    assert (rgb[~seen] == 0).all()
    assert np.abs(from_photos.sum(-1)[seen] - 255).max() <= 2 and (from_photos[~seen] == 0).all()
    assert all((from_photos[..., photo] > 200).any() for photo in range(3))


def test_an_unwrapped_map_has_the_colours_of_the_head(portraits, tmp_path):
    photo, result = portraits[0]
    assert run("unwrap", f"{photo}={result}", "--size", 256, "-o", tmp_path / "map.png")[0] == 0
    rgb, seen = read_png(tmp_path / "map.png").astype(float), read_png(tmp_path / "map_seen.png", "L") > 0
    mesh = head_mesh()
    topology, paint = mesh.topology, skin_paint(mesh)
    corners = topology.uv_triangles.ravel()
    column, row = (np.array([1, -1]) * topology.uv[corners] + [0, 1]).T * 256
    at = row.astype(int).clip(0, 255), column.astype(int).clip(0, 255)
    facing = seen[at]
    differences = np.abs(rgb[at][facing] - paint[topology.triangles.ravel()][facing]).mean(-1)
    assert facing.mean() > 0.2 and np.median(differences) < 4


def test_a_single_photo_and_another_file_are_told(portraits, tmp_path):
    photo, result = portraits[0]
    status, _, errors = run("unwrap", f"{photo}={result}", "--size", 64, "-o", tmp_path / "map.png")
    assert status == 0 and errors == f"note: {photo}: not the very file that the head was made from\n"
    small = tmp_path / "small.png"
    write_image(small, soft_noise(0))
    status, _, errors = run("unwrap", f"{small}={result}", "-o", tmp_path / "no.png")
    assert status == 1 and errors == f"error: {small}: the photo has 96 x 96 pixels, its camera 480 x 480\n"
    other = write_reconstruction(make_reconstruction(), tmp_path, "other").json
    status, _, errors = run("unwrap", f"{photo}={result}", f"{photo}={other}", "-o", tmp_path / "no.png")
    assert status == 1 and errors == f"error: {other}: its head has another layout than that of {result}\n"
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps({"schema": 1}))
    status, _, errors = run("unwrap", f"{photo}={broken}", "-o", tmp_path / "no.png")
    assert status == 1 and str(broken) in errors and errors.count("\n") == 1
    for arguments, said in (
        (("photo.jpg",), "as PHOTO=RESULT.json, not "),
        (("photo.jpg=",), "as PHOTO=RESULT.json, not "),
        ((f"{photo}={result}",) * 4, "one to 3 photos can be unwrapped, not 4"),
        ((f"{photo}={result}", "--size", 8), "--size takes 64 to 4096 pixels"),
    ):
        status, _, errors = run("unwrap", *arguments, "-o", tmp_path / "no.png")
        assert status == 2 and said in errors and errors.count("\n") == 1
    assert not (tmp_path / "no.png").exists()


# what cannot be used


def verbs(place, first="a.png", second="b.png", mask="middle.png"):
    """Each verb with these files."""
    yield "match", place / first, "--to", place / second, "--mask", place / mask
    yield "blend", place / first, place / second, "--mask", place / mask
    yield "blend", place / first, place / second, "--mask", place / mask, "--method", "poisson"
    yield "complete", place / first, "--seen", place / mask, "--template", place / second, "--provenance"


@pytest.mark.parametrize(
    ("role", "name", "reason"),
    [
        ("first", "gone.png", "there is no such file"),
        ("second", "gone.png", "there is no such file"),
        ("mask", "gone.png", "there is no such file"),
        ("first", "garbage.png", ""),
        ("second", "cut.png", ""),
        ("mask", "garbage.png", ""),
        ("first", "", "it is a folder, not a picture"),
        ("second", "small.png", "8 x 9 pixels, but "),
        ("mask", "small.png", "8 x 9 pixels, but "),
        ("mask", "b.png", "a mask is grey, and this picture has colours"),
        ("mask", "black.png", "the mask selects nothing"),
        ("mask", "clear.png", "parts of the mask are transparent"),
    ],
)
def test_files_that_cannot_be_used_are_named_in_a_sentence(place, role, name, reason):
    (place / "garbage.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(200)))
    (place / "cut.png").write_bytes((place / "b.png").read_bytes()[:1000])
    write_image(place / "small.png", np.full((9, 8, 3), 255, np.uint8))
    clear = np.full((SIDE, SIDE, 4), 255, np.uint8)
    clear[:9, :, 3] = 0
    Image.fromarray(clear).save(place / "clear.png")
    colorful = np.zeros((SIDE, SIDE, 3), np.uint8)
    colorful[..., 0] = 255
    if name == "b.png":
        write_image(place / "b.png", colorful)
    before = {path.name for path in place.iterdir()}
    for verb in verbs(place, **{role: name}):
        status, out, errors = run(*verb, "-o", place / "out.png")
        assert (status, out) == (1, "") and errors.count("\n") == 1
        assert errors.startswith(f"error: {place / name}: ") and reason in errors
    assert {path.name for path in place.iterdir()} == before


def test_a_mask_that_is_too_narrow_for_poisson(place):
    thin = np.zeros((SIDE, SIDE), np.uint8)
    thin[40:44] = 255
    write_image(place / "thin.png", thin)
    arguments = ("blend", place / "a.png", place / "b.png", "--mask", place / "thin.png", "--method", "poisson")
    status, _, errors = run(*arguments, "-o", place / "out.png")
    assert status == 1 and "thin.png: the mask is too narrow for --method poisson" in errors


def test_wrong_usage_is_one_sentence_and_nothing_is_written(place):
    pair = (place / "a.png", place / "b.png", "--mask", place / "middle.png")
    seen = ("complete", place / "a.png", "--seen", place / "middle.png")
    for arguments, said in (
        (("blend", *pair, "-o", place / "out.jpg"), "maps are written as .png"),
        (("blend", *pair, "-o", place / "gone" / "out.png"), f"there is no folder {place / 'gone'}"),
        (("blend", *pair, "--method", "magic", "-o", place / "out.png"), "--method is pyramid or poisson, not 'magic'"),
        (("blend", *pair, "--levels", 0, "-o", place / "out.png"), "--levels takes 1 to 16, not 0"),
        (
            ("blend", *pair, "--method", "poisson", "--levels", 3, "-o", place / "out.png"),
            "belongs to --method pyramid",
        ),
        ((*seen, "-o", place / "out.png"), "--template names the map to complete from"),
        ((*seen, "--assets", place / "gone", "-o", place / "out.png"), "there is no such folder"),
        (("match", place / "a.png", "--to", place / "b.png", "--flattening", 0, "-o", place / "out.png"), "0.1 to 10"),
    ):
        status, out, errors = run(*arguments)
        assert (status, out) == (2, "") and said in errors and errors.count("\n") == 1, errors
    assert not (place / "out.png").exists()


def test_no_input_is_replaced(place):
    (place / "link.png").symlink_to(place / "middle.png")
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    for verb in verbs(place):
        for name in ("a.png", "b.png", "middle.png", "link.png"):
            status, _, errors = run(*verb, "-o", place / name)
            assert status == 2 and "it would replace" in errors
    (place / "out_provenance.png").write_bytes(before["a.png"])
    arguments = ("--seen", place / "middle.png", "--template", place / "b.png", "--provenance")
    status, _, errors = run("complete", place / "out_provenance.png", *arguments, "-o", place / "out.png")
    assert status == 2 and "it would replace" in errors
    assert {name: (place / name).read_bytes() for name in before} == before


def test_no_file_of_a_result_or_of_the_assets_is_replaced(place, portraits, monkeypatch):
    monkeypatch.setenv("FACEVIEWER_HOME", str(place / "home"))
    result = write_reconstruction(make_reconstruction(), place, "head").json
    status, _, errors = run("unwrap", f"{portraits[0][0]}={result}", "-o", place / "head.png")
    assert status == 2 and f"it would replace {place / 'head.png'}" in errors
    template = place / ffhq_uv_names.TEMPLATE
    template.parent.mkdir()
    template.write_bytes((place / "b.png").read_bytes())
    arguments = ("--seen", place / "middle.png", "--assets", place)
    status, _, errors = run("complete", place / "a.png", *arguments, "-o", template)
    assert status == 2 and f"it would replace {template}" in errors


def test_pictures_of_other_kinds_are_understood(place):
    """16-bit, 1-bit and opaque RGBA masks, and maps with alpha, which goes over grey as in photos."""
    deep = read_png(place / "middle.png", "L").astype(np.uint16) * 257
    Image.fromarray(deep).save(place / "deep.png")
    Image.open(place / "middle.png").convert("1").save(place / "bits.png")
    Image.open(place / "a.png").convert("RGBA").save(place / "alpha.png")
    Image.open(place / "middle.png").convert("RGBA").save(place / "opaque.png")
    made = []
    for first, mask in (
        ("a.png", "middle.png"),
        ("a.png", "deep.png"),
        ("a.png", "bits.png"),
        ("alpha.png", "deep.png"),
        ("a.png", "opaque.png"),
    ):
        status, _, errors = run("blend", place / first, place / "b.png", "--mask", place / mask, "-o", place / "o.png")
        assert (status, errors) == (0, "")
        made.append(read_png(place / "o.png"))
    assert all(largest_difference(made[0], other) <= 1 for other in made[1:])


def test_help_needs_no_heavy_library():
    code = (
        "import sys; from faceviewer.cli.main import app\n"
        "try: app(['uv-map', 'unwrap', '--help'], standalone_mode=False)\n"
        "finally: heavy = {'torch', 'cv2', 'scipy', 'numpy', 'PIL'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
