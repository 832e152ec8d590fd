"""Pictures survive PNG exactly and JPEG nearly; what is no picture is refused."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from faceviewer.io.images import decode_png, encode_jpeg, encode_png, encode_png_alpha, read_png, write_image
from faceviewer.types import FaceviewerError

RGB = np.random.default_rng(1).integers(0, 256, (37, 53, 3), np.uint8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(hnp.arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20), st.just(3))), st.integers(0, 9))
def test_png_is_exact(tmp_path, rgb, compression):
    data = encode_png(rgb, compression=compression)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), rgb)
    (tmp_path / "a.png").write_bytes(data)
    np.testing.assert_array_equal(read_png(tmp_path / "a.png"), rgb)


def test_grey_png_is_exact(tmp_path):
    write_image(tmp_path / "grey.png", RGB[..., 0])
    np.testing.assert_array_equal(read_png(tmp_path / "grey.png", "L"), RGB[..., 0])


def test_alpha_is_exact():
    rgba = np.random.default_rng(2).integers(0, 256, (11, 7, 4), np.uint8)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(encode_png_alpha(rgba)))), rgba)
    with pytest.raises(ValueError, match="with alpha"):
        encode_png_alpha(RGB)


def test_errors_of_bytes_name_where_they_came_from():
    np.testing.assert_array_equal(decode_png(encode_png(RGB), "a part"), RGB)
    with pytest.raises(FaceviewerError, match=r"^a part: not a PNG"):
        decode_png(b"nothing", "a part")


def test_jpeg_keeps_channels_and_colours():
    smooth = np.full((64, 64, 3), (200, 40, 90), np.uint8)
    smooth[:, 32:] = (20, 180, 60)
    decoded = np.asarray(Image.open(io.BytesIO(encode_jpeg(smooth))), int)
    assert np.abs(decoded - smooth).mean() < 1.5


def test_read_only_and_sliced_arrays_can_be_written():
    view = RGB[::2, ::-1]
    view.setflags(write=False)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(encode_png(view)))), view)


@pytest.mark.parametrize("bad", [np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)])
def test_what_is_no_picture_is_refused(bad):
    with pytest.raises(ValueError, match="a picture is"):
        encode_png(bad)


def test_unknown_suffix(tmp_path):
    with pytest.raises(FaceviewerError, match="written as"):
        write_image(tmp_path / "a.gif", RGB)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a PNG"),
        (b"GIF89a" + bytes(40), "not a PNG"),
        (encode_png(RGB)[:60], "damaged"),
        (encode_png(RGB)[:-2000], "damaged"),
        (encode_png(RGB)[:16] + struct.pack(">II", 100_000, 100_000) + encode_png(RGB)[24:], "PNG picture"),
        (encode_png(RGB)[:16] + struct.pack(">II", 0, 5) + encode_png(RGB)[24:], "PNG picture"),
    ],
)
def test_reading_what_is_no_png(tmp_path, data, reason):
    (tmp_path / "bad.png").write_bytes(data)
    with pytest.raises(FaceviewerError, match=rf"bad\.png: .*{reason}"):
        read_png(tmp_path / "bad.png")


def test_pictures_too_large_to_be_ours(tmp_path):
    (tmp_path / "wide.png").write_bytes(encode_png(np.zeros((1, 16385), np.uint8)))
    with pytest.raises(FaceviewerError, match="more than 16384 on a side"):
        read_png(tmp_path / "wide.png", "L")


def test_palette_indices_need_a_palette(tmp_path):
    write_image(tmp_path / "grey.png", RGB[..., 0])
    with pytest.raises(FaceviewerError, match="not a picture with a palette"):
        read_png(tmp_path / "grey.png", "P")


def test_missing_png(tmp_path):
    with pytest.raises(FaceviewerError, match="No such file"):
        read_png(tmp_path / "gone.png")
