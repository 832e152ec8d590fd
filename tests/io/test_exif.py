"""Which way is up, in all eight cases and every format; and the focal length in pixels, when it can be known."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import picture, write
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from faceviewer.io.exif import focal_px, read_orientation, upright
from faceviewer.io.photo import load_photo

STORED = {  # how a camera stores the upright picture under each orientation tag, from the words of the EXIF standard
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.transpose(1, 0, 2),
    6: lambda p: np.rot90(p, 1),
    7: lambda p: p[::-1, ::-1].transpose(1, 0, 2),
    8: lambda p: np.rot90(p, -1),
}


def exif_of(orientation: int | None = None, **tags: object) -> Image.Exif:
    exif = Image.Exif()
    if orientation is not None:
        exif[ExifTags.Base.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.Exif).update({ExifTags.Base[name].value: value for name, value in tags.items()})
    return exif


@pytest.mark.parametrize("orientation", STORED)
def test_upright(orientation: int) -> None:
    turned = upright(np.ascontiguousarray(STORED[orientation](picture())), orientation)
    np.testing.assert_array_equal(turned, picture())
    assert turned.flags.c_contiguous


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_every_format_comes_upright(kind: str, orientation: int, tmp_path: Path) -> None:
    stored = np.ascontiguousarray(STORED[orientation](picture()))
    path = write(tmp_path, stored, kind, exif=exif_of(orientation))
    rgb = load_photo(path).rgb.astype(int)
    assert rgb.shape == picture().shape
    assert np.abs(rgb - picture()).mean() < (0.001 if kind in ("PNG", "WEBP", "TIFF") else 6)


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "jpeg"])
def test_compressed_tiff_is_turned_once(compression: str | None, tmp_path: Path) -> None:
    path = write(tmp_path, np.rot90(picture()).copy(), "TIFF", tiffinfo={274: 6}, compression=compression)
    assert np.abs(load_photo(path).rgb.astype(int) - picture()).mean() < 3


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_orientations_that_do_not_exist_mean_upright(orientation: int, tmp_path: Path) -> None:
    path = write(tmp_path, picture(), "PNG", exif=exif_of(orientation))
    np.testing.assert_array_equal(load_photo(path).rgb, picture())


def test_an_orientation_of_the_wrong_type_means_upright() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = "6"
    assert read_orientation(exif) == 1


@pytest.mark.parametrize("exif", [b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0"])
def test_damaged_exif_does_not_cost_the_picture(exif: bytes, tmp_path: Path) -> None:
    photo = load_photo(write(tmp_path, picture(), "JPEG", exif=exif))
    assert photo.size == (48, 32) and photo.focal_px is None


# Focal length


def test_35mm_equivalent_is_related_to_the_diagonal() -> None:
    assert focal_px(exif_of(FocalLengthIn35mmFilm=50), (3600, 2400)) == pytest.approx(50 * 100)
    assert focal_px(exif_of(FocalLengthIn35mmFilm=26), (4032, 3024)) == pytest.approx(26 * 5040 / math.hypot(36, 24))


def test_the_lens_and_the_sensor_give_the_same() -> None:
    """A full-frame camera of 6000 x 4000 pixels has 6000 / 36 pixels per millimetre."""
    sensor = {"FocalLength": IFDRational(50), "ExifImageWidth": 6000, "ExifImageHeight": 4000}
    for unit, per_mm in ((2, 25.4), (3, 10.0), (4, 1.0)):
        resolution = IFDRational(round(6000 / 36 * per_mm * 1000), 1000)
        exif = exif_of(**sensor, FocalPlaneXResolution=resolution, FocalPlaneResolutionUnit=unit)
        assert focal_px(exif, (6000, 4000)) == pytest.approx(50 / 36 * 6000, rel=1e-5)
        assert focal_px(exif, (1500, 1000)) == pytest.approx(50 / 36 * 1500, rel=1e-5), "made smaller since"
        assert focal_px(exif, (4000, 6000)) == pytest.approx(50 / 36 * 6000, rel=1e-5), "turned since"
        zoomed = exif_of(
            **sensor, FocalPlaneXResolution=resolution, FocalPlaneResolutionUnit=unit, DigitalZoomRatio=2.0
        )
        assert focal_px(zoomed, (6000, 4000)) == pytest.approx(100 / 36 * 6000, rel=1e-5)


def test_the_resolution_unit_is_inches_when_unsaid() -> None:
    exif = exif_of(FocalLength=IFDRational(50), FocalPlaneXResolution=IFDRational(4000))
    assert focal_px(exif, (5669, 3780)) == pytest.approx(50 / 25.4 * 4000)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_turning_the_picture_keeps_the_focal_length(kind: str, orientation: int, tmp_path: Path) -> None:
    stored = np.ascontiguousarray(STORED[orientation](picture(200, 300)))
    height, width = stored.shape[:2]
    exif = exif_of(orientation, FocalLengthIn35mmFilm=85, ExifImageWidth=width, ExifImageHeight=height)
    photo = load_photo(write(tmp_path, stored, kind, exif=exif))
    assert photo.size == (300, 200)
    assert photo.focal_px == pytest.approx(85 * math.hypot(300, 200) / math.hypot(36, 24))


def test_a_picture_cropped_later_has_no_known_focal_length() -> None:
    exif = exif_of(FocalLengthIn35mmFilm=50, ExifImageWidth=4000, ExifImageHeight=3000)
    assert focal_px(exif, (2000, 1500)) is not None
    assert focal_px(exif, (1500, 2000)) is not None
    assert focal_px(exif, (1501, 2000)) is not None, "rounding"
    assert focal_px(exif, (2000, 2000)) is None


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"FocalLengthIn35mmFilm": 0},
        {"FocalLengthIn35mmFilm": 5},
        {"FocalLengthIn35mmFilm": 65535},
        {"FocalLengthIn35mmFilm": b"50"[:0]},
        {"FocalLengthIn35mmFilm": (50, 50)},
        {"FocalLengthIn35mmFilm": "fifty"},
        {"FocalLength": IFDRational(50)},
        {"FocalLength": IFDRational(50), "FocalPlaneXResolution": IFDRational(0, 0)},
        {"FocalLength": IFDRational(50), "FocalPlaneXResolution": 1e30},
        {"FocalLength": IFDRational(0), "FocalPlaneXResolution": IFDRational(4000)},
        {"FocalLength": 50.0, "FocalPlaneXResolution": 4000.0, "FocalPlaneResolutionUnit": 1},
        {"FocalLength": 50.0, "FocalPlaneXResolution": 4000.0, "FocalPlaneResolutionUnit": (2, 2)},
        {"FocalLength": float("inf"), "FocalPlaneXResolution": 4000.0},
    ],
)
def test_absurd_tags_say_nothing(tags: dict[str, object]) -> None:
    assert focal_px(exif_of(**tags), (3000, 2000)) is None


tag_values = st.one_of(
    st.integers(-5, 2**33), st.floats(), st.binary(max_size=8), st.text(max_size=4), st.none(), st.tuples(st.integers())
) | st.builds(IFDRational, st.integers(-9, 2**32), st.integers(-9, 2**32))
lens_names = ["FocalLengthIn35mmFilm", "FocalLength", "DigitalZoomRatio"]
sensor_names = ["FocalPlaneXResolution", "FocalPlaneResolutionUnit", "ExifImageWidth", "ExifImageHeight"]
names = st.sampled_from(lens_names + sensor_names)


@given(tags=st.dictionaries(names, tag_values), size=st.tuples(st.integers(1, 9999), st.integers(1, 9999)))
def test_whatever_the_tags_hold_the_focal_length_is_believable_or_unknown(
    tags: dict[str, object], size: tuple[int, int]
) -> None:
    focal = focal_px(exif_of(**tags), size)
    assert focal is None or 0.3 * max(size) <= focal <= 20 * max(size)
