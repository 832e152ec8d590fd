"""Damaged photo files of every format give a photo or a PhotoError: nothing else, no hang, no warning."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import SRGB, deep_png, encoded, picture, tiff
from PIL import ExifTags, Image

from faceviewer.io.photo import PhotoError, load_photo
from faceviewer.types import Photo

SEEDS: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: encoded(small(), "JPEG", exif=exif(), icc_profile=SRGB),
    "progressive jpeg": lambda: encoded(small(), "JPEG", progressive=True),
    "cmyk jpeg": lambda: encoded(Image.fromarray(small()).convert("CMYK"), "JPEG"),
    "mpo": lambda: encoded(small(), "MPO", save_all=True, append_images=[Image.fromarray(small())]),
    "png": lambda: encoded(small(), "PNG", exif=exif(), icc_profile=SRGB),
    "palette png": lambda: encoded(Image.fromarray(small()).convert("P"), "PNG", transparency=bytes(range(200))),
    "deep png": lambda: deep_png(small().astype(np.uint16) * 257, transparent=(1, 2, 3)),
    "webp": lambda: encoded(small(), "WEBP", exif=exif(), icc_profile=SRGB),
    "bmp": lambda: encoded(small(), "BMP"),
    "tiff": lambda: encoded(small(), "TIFF", exif=exif(), icc_profile=SRGB),
    "lzw tiff": lambda: encoded(small(), "TIFF", compression="tiff_lzw"),
    "deep planar tiff": lambda: tiff(small().astype(np.uint16) * 257, planar=True),
    "float tiff": lambda: tiff(small()[..., :1].astype(np.float32), photometric=1),
    "gif": lambda: encoded(small(), "GIF"),
    "avif": lambda: encoded(small(), "AVIF", exif=exif()),
    "heic": lambda: encoded(small(), "HEIF", exif=exif(), icc_profile=SRGB),
}

fuzz = settings(max_examples=60, deadline=3000)


def small() -> np.ndarray:
    return picture(14, 18)


def exif() -> Image.Exif:
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation] = 6
    tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.FocalLengthIn35mmFilm] = 50
    return tags


@cache
def seed(name: str) -> bytes:
    return SEEDS[name]()


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Photo | None]:
    """The photo of a file's bytes, or None where it was refused as it should be."""
    path: Path = tmp_path_factory.mktemp("fuzz") / "photo"

    def attempt(data: bytes) -> Photo | None:
        path.write_bytes(data)
        try:
            photo = load_photo(path, max_megapixels=2)
        except PhotoError as error:
            sentence = str(error)
            assert sentence.startswith(f"{path}: ") and sentence.isprintable() and len(sentence) < len(str(path)) + 200
            return None
        assert photo.rgb.dtype == np.uint8 and photo.rgb.ndim == 3 and photo.rgb.shape[2] == 3
        assert 0 < photo.rgb.size <= 6_000_000
        assert photo.focal_px is None or photo.focal_px > 0
        return photo

    return attempt


@pytest.mark.parametrize("name", SEEDS)
def test_the_seeds_are_sound(name: str, load: Callable[[bytes], Photo | None]) -> None:
    photo = load(seed(name))
    assert photo is not None and sorted(photo.size) == [14, 18]


@pytest.mark.parametrize("name", SEEDS)
@fuzz
@given(data=st.data())
def test_truncated(name: str, load: Callable[[bytes], Photo | None], data: st.DataObject) -> None:
    load(seed(name)[: data.draw(st.integers(0, len(seed(name)) - 1), label="length")])


@pytest.mark.parametrize("name", SEEDS)
@fuzz
@given(data=st.data())
def test_altered_bytes(name: str, load: Callable[[bytes], Photo | None], data: st.DataObject) -> None:
    altered = bytearray(seed(name))
    places = st.integers(0, len(altered) - 1) | st.integers(0, min(len(altered) - 1, 300))
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=12)):
        altered[place] = value
    load(bytes(altered))


@pytest.mark.parametrize("name", SEEDS)
@fuzz
@given(data=st.data())
def test_moved_and_repeated_pieces(name: str, load: Callable[[bytes], Photo | None], data: st.DataObject) -> None:
    whole = seed(name)
    positions = st.integers(0, len(whole))
    start, stop, target = data.draw(st.tuples(positions, positions, positions))
    load(whole[:target] + whole[min(start, stop) : max(start, stop)] + whole[target:])


@given(data=st.binary(max_size=400))
def test_arbitrary_bytes(load: Callable[[bytes], Photo | None], data: bytes) -> None:
    load(data)


@pytest.mark.parametrize("name", SEEDS)
@fuzz
@given(tail=st.binary(max_size=200))
def test_arbitrary_bytes_behind_a_true_beginning(name: str, load: Callable[[bytes], Photo | None], tail: bytes) -> None:
    load(seed(name)[:16] + tail)
