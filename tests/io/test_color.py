"""Every mode of a picture as opaque 8-bit sRGB: depths, transparency, profiles, CMYK, Lab."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pictures import SRGB, deep_png, encoded, picture, png_chunk, tiff, write
from PIL import Image, ImageCms

from faceviewer.io.color import to_srgb
from faceviewer.io.photo import PhotoError, load_photo

GREY = picture()[..., :1]
DEEP = picture().astype(np.uint16) * 257


def as_rgb(grey: np.ndarray) -> np.ndarray:
    return np.repeat(grey.reshape(*grey.shape[:2], 1), 3, axis=-1)


@pytest.fixture
def load(tmp_path: Path) -> Callable[[bytes], np.ndarray]:
    """The pixels of a picture file's bytes, as integers that can be subtracted."""

    def load_bytes(data: bytes) -> np.ndarray:
        path = tmp_path / "picture"
        path.write_bytes(data)
        return load_photo(path).rgb.astype(int)

    return load_bytes


Load = Callable[[bytes], np.ndarray]


# Modes and depths


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "HSV"]
)
def test_every_mode(mode: str) -> None:
    """Opaque pictures look as Pillow shows them; strips or not."""
    via = {"La": "LA", "PA": "LA", "RGBa": "RGBA"}.get(mode)
    image = Image.fromarray(picture())
    image = image.convert(via).convert(mode) if via else image.convert(mode)
    shown = image.convert(via).convert("RGB") if via else image.convert("RGB")
    np.testing.assert_array_equal(to_srgb(image, "test"), np.asarray(shown))


def test_strips_join(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("faceviewer.io.color._STRIP_PIXELS", 200)
    np.testing.assert_array_equal(to_srgb(Image.fromarray(picture()), "test"), picture())
    monkeypatch.setattr("faceviewer.io.color._STRIP_PIXELS", 1)
    np.testing.assert_array_equal(to_srgb(Image.fromarray(DEEP[..., 0]), "test"), as_rgb(GREY))


def test_16_bit_grey_is_scaled_not_clipped(load: Load) -> None:
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1)
    expected = as_rgb((np.arange(65536) / 257).round().reshape(256, 256))
    np.testing.assert_array_equal(load(deep_png(values)), expected)
    for order in "<>":
        np.testing.assert_array_equal(load(tiff(values, photometric=1, order=order)), expected)
        np.testing.assert_array_equal(load(tiff(values, photometric=1, order=order, deflate=True)), expected)


def test_16_bit_grey_that_runs_from_white_to_black(load: Load) -> None:
    np.testing.assert_array_equal(load(tiff(DEEP[..., :1], photometric=0)), 255 - as_rgb(GREY))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("deflate", [False, True])
def test_16_bit_color_tiff(order: str, planar: bool, deflate: bool, load: Load) -> None:
    np.testing.assert_array_equal(load(tiff(DEEP, order=order, planar=planar, deflate=deflate)), picture())
    assert np.abs(load(tiff(DEEP + 200, order=order, planar=planar, deflate=deflate)) - picture()).max() <= 1


def test_16_bit_color_png(load: Load) -> None:
    np.testing.assert_array_equal(load(deep_png(DEEP)), picture())
    opaque = np.full((*DEEP.shape[:2], 1), 65535, np.uint16)
    np.testing.assert_array_equal(load(deep_png(np.dstack([DEEP, opaque]))), picture())
    np.testing.assert_array_equal(load(deep_png(np.dstack([DEEP[..., :1], opaque]))), as_rgb(GREY))


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (GREY.astype(np.float32) / 255, GREY),
        (GREY.astype(np.float32), GREY),
        (GREY.astype(np.float32) * 257, GREY),
        (GREY.astype(np.uint32) * 16843009, GREY),
        (GREY.astype(np.int32) * 257, GREY),
        (GREY.astype(np.int32) * 257 - 32768, np.maximum(GREY.astype(int) * 257 - 32768, 0) / 257),
    ],
    ids=["float to 1", "float to 255", "float to 65535", "uint32", "int32", "below zero"],
)
def test_32_bit_grey(values: np.ndarray, shown: np.ndarray, load: Load) -> None:
    assert np.abs(load(tiff(values, photometric=1)) - as_rgb(shown)).max() <= 1


def test_numbers_that_are_none(load: Load) -> None:
    values = np.array([[0, 1, np.nan], [np.inf, -np.inf, 0.5]], np.float32)[..., None]
    assert load(tiff(values, photometric=1))[..., 0].tolist() == [[0, 255, 0], [255, 0, 128]]


def test_color_in_floats_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hdr.tif").write_bytes(tiff(picture().astype(np.float32)))
    with pytest.raises(PhotoError, match="this kind of TIFF cannot be read"):
        load_photo(tmp_path / "hdr.tif")


# Transparency


def test_hidden_colors_stay_hidden(load: Load) -> None:
    """Pure red below alpha 0, 51, 102 ... 255, over grey 128."""
    alpha = np.arange(0, 256, 51)
    rgba = np.zeros((1, 6, 4), np.uint8)
    rgba[0, :, 0], rgba[0, :, 3] = 255, alpha
    share = alpha[:, None] / 255
    expected = np.rint(share * [255, 0, 0] + (1 - share) * 128)
    for kind in ("PNG", "TIFF"):
        assert np.abs(load(encoded(rgba, kind))[0] - expected).max() <= 1
    assert np.abs(load(encoded(rgba, "WEBP", exact=True))[0] - expected).max() <= 1


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_premultiplied_alpha_is_not_multiplied_twice(depth: type, load: Load) -> None:
    scale = 257 if depth is np.uint16 else 1
    premultiplied = np.full((8, 8, 4), np.array([100, 50, 0, 128]) * scale, depth)
    assert np.abs(load(tiff(premultiplied, premultiplied=True)) - [164, 114, 64]).max() <= 2


def test_transparent_entries_of_a_palette(load: Load) -> None:
    image = Image.fromarray(np.array([[0, 1, 2]], np.uint8)).convert("P")
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    assert load(encoded(image, "PNG", transparency=1))[0].tolist() == [[255, 0, 0], [128] * 3, [0, 0, 255]]
    half = load(encoded(image, "PNG", transparency=bytes([0, 128, 255])))[0]
    assert np.abs(half - [[128] * 3, [64, 192, 64], [0, 0, 255]]).max() <= 1
    assert load(encoded(image, "GIF", transparency=2))[0].tolist() == [[255, 0, 0], [0, 255, 0], [128] * 3]


def test_a_transparent_color_without_an_alpha_channel(load: Load) -> None:
    grey = np.array([[0, 7, 255]], np.uint8)
    assert load(encoded(grey, "PNG", transparency=7))[0, :, 0].tolist() == [0, 128, 255]
    color = np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8)
    assert load(encoded(color, "PNG", transparency=(4, 5, 6)))[0].tolist() == [[1, 2, 3], [128] * 3]
    one_bit = Image.fromarray(np.array([[True, False]]))
    assert load(encoded(one_bit, "PNG", transparency=0))[0, :, 0].tolist() == [255, 128]
    deep = np.array([[[65535, 1000, 0], [65535, 1285, 0]]], np.uint16)
    assert load(deep_png(deep, transparent=(65535, 1000, 0)))[0].tolist() == [[128] * 3, [255, 5, 0]]
    assert load(deep_png(deep[..., 1:2], transparent=(1000,)))[0, :, 0].tolist() == [128, 5]


# Profiles


def wide_gamut() -> bytes:
    """A small RGB profile with other primaries than sRGB: sRGB's own with red and green exchanged."""
    data = bytearray(SRGB)
    red, green = (data.index(tag) for tag in (b"rXYZ", b"gXYZ"))
    data[red : red + 4], data[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(data)


def grey_profile() -> bytes:
    """A grey profile of gamma about 1: sRGB's header made GRAY, with one linear tone curve."""
    curve = b"curv\0\0\0\0\0\0\0\0"
    white = b"XYZ \0\0\0\0" + bytes.fromhex("0000f6d6000100000000d32d")
    tags = [(b"wtpt", white), (b"kTRC", curve)]
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags:
        table += name + (start + len(body)).to_bytes(4, "big") + len(data).to_bytes(4, "big")
        body += data
    header = bytearray(SRGB[:128])
    header[16:20] = b"GRAY"
    header[:4] = (start + len(body)).to_bytes(4, "big")
    header[84:100] = bytes(16)
    return bytes(header) + len(tags).to_bytes(4, "big") + table + body


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_profiles_of_every_format_are_applied(kind: str, load: Load) -> None:
    plain = load(encoded(picture(), kind))
    managed = load(encoded(picture(), kind, icc_profile=wide_gamut()))
    assert np.abs(managed[..., [1, 0, 2]] - plain).max() <= 4, "red and green change places"


def test_a_profile_that_is_srgb_leaves_every_bit(load: Load) -> None:
    np.testing.assert_array_equal(load(encoded(picture(), "PNG", icc_profile=SRGB)), picture())


def test_profiles_apply_below_transparency_and_palettes(load: Load) -> None:
    rgba = Image.new("RGBA", (4, 4), (200, 50, 0, 128))
    assert np.abs(load(encoded(rgba, "PNG", icc_profile=wide_gamut())) - [89, 164, 64]).max() <= 2
    palette = Image.new("RGB", (4, 4), (200, 50, 0)).convert("P", palette=Image.Palette.ADAPTIVE)
    assert np.abs(load(encoded(palette, "PNG", icc_profile=wide_gamut())) - [50, 200, 0]).max() <= 2


def test_grey_profiles(load: Load) -> None:
    middle = load(encoded(np.full((4, 4), 55, np.uint8), "PNG", icc_profile=grey_profile()))
    assert np.ptp(middle) <= 1 and 120 < middle.mean() < 136, "linear 55 is about 128 in sRGB"


def test_a_grey_picture_with_a_color_profile(load: Load) -> None:
    np.testing.assert_array_equal(load(encoded(GREY[..., 0], "PNG", icc_profile=SRGB)), as_rgb(GREY))


@pytest.mark.parametrize("profile", [b"nonsense" * 40, SRGB[:200], grey_profile(), b"\0" * 128])
def test_unusable_profiles_are_left_out_and_said(
    profile: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write(tmp_path, picture(), "PNG", icc_profile=profile)
    with caplog.at_level(logging.WARNING):
        np.testing.assert_array_equal(load_photo(path).rgb, picture())
    (record,) = caplog.records
    assert record.getMessage().startswith(f"{path}: its colour profile is not used (")


def test_a_profile_chunk_that_is_no_zip_stream(load: Load) -> None:
    data = encoded(picture(), "PNG")
    broken = data[:33] + png_chunk(b"iCCP", b"name\0\0not deflated") + data[33:]
    np.testing.assert_array_equal(load(broken), picture())


# Other colour spaces


def test_cmyk_without_a_profile_is_multiplied_out(load: Load) -> None:
    """Also checks that Adobe's inverted JPEGs do not come out as negatives."""
    cmyk = Image.merge("CMYK", [Image.new("L", (8, 8), ink) for ink in (0, 128, 255, 51)])
    expected = np.array([255, 127, 0]) * (204 / 255)
    jpeg = encoded(cmyk, "JPEG")
    assert b"Adobe" in jpeg
    assert np.abs(load(jpeg) - expected).max() <= 3
    assert np.abs(load(encoded(cmyk, "TIFF")) - expected).max() <= 1


def test_lab(load: Load) -> None:
    color = Image.new("RGB", (8, 8), (200, 120, 90))
    lab = ImageCms.profileToProfile(
        color, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert np.abs(load(encoded(lab, "TIFF")) - [200, 120, 90]).max() <= 3
