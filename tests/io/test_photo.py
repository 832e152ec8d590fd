"""load_photo and photo_from_array: formats, limits, and one clear sentence for whatever is wrong with a file."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import struct
import sys
import threading
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pytest
from pictures import FORMATS, LOSSLESS, LOSSY, SRGB, deep_png, encoded, picture, png_chunk, write
from PIL import Image

from faceviewer.io import photo as photo_module
from faceviewer.io.photo import PHOTO_SUFFIXES, PhotoError, load_photo, photo_from_array, photo_size


def reason(path: Path | str, **options: float) -> str:
    """The sentence a file is refused with: one line that begins with the file's name."""
    with pytest.raises(PhotoError) as caught:
        load_photo(path, **options)
    sentence = str(caught.value)
    assert sentence.isprintable()
    name = str(path).replace("\0", "\N{REPLACEMENT CHARACTER}")
    assert sentence.startswith(f"{name}: ")
    return sentence.removeprefix(f"{name}: ")


@pytest.mark.parametrize("kind", LOSSLESS)
def test_lossless_formats_keep_every_pixel(kind: str, tmp_path: Path) -> None:
    path = write(tmp_path, picture(), kind)
    photo = load_photo(path)
    np.testing.assert_array_equal(photo.rgb, picture())
    assert photo.path == path and photo.focal_px is None
    assert photo.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert not photo.rgb.flags.writeable and photo.rgb.flags.c_contiguous


@pytest.mark.parametrize("kind", LOSSY)
def test_lossy_formats_come_close(kind: str, tmp_path: Path) -> None:
    rgb = load_photo(write(tmp_path, picture(), kind)).rgb.astype(int)
    assert rgb.shape == picture().shape and np.abs(rgb - picture()).mean() < 3


def test_the_suffix_does_not_decide(tmp_path: Path) -> None:
    path = tmp_path / "really a png.jpg"
    path.write_bytes(encoded(picture(), "PNG"))
    np.testing.assert_array_equal(load_photo(str(path)).rgb, picture())


def test_every_written_format_has_a_known_suffix() -> None:
    assert {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif"} <= PHOTO_SUFFIXES
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in PHOTO_SUFFIXES)


@pytest.mark.parametrize(("kind", "options"), [("GIF", {}), ("TIFF", {}), ("PNG", {}), ("WEBP", {"lossless": True})])
def test_of_many_pictures_the_first_is_taken(kind: str, options: dict[str, object], tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 10), color) for color in ("red", "lime", "blue")]
    path = write(tmp_path, frames[0], kind, save_all=True, append_images=frames[1:], **options)
    with Image.open(path) as image:
        assert image.n_frames == 3
    rgb = load_photo(path).rgb
    assert rgb.shape == (10, 20, 3) and (rgb == (255, 0, 0)).all()


def test_a_phone_picture_with_a_second_one_behind_it(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (16, 16), color) for color in ("white", "black")]
    rgb = load_photo(write(tmp_path, frames[0], "MPO", save_all=True, append_images=frames[1:])).rgb
    assert rgb.min() > 250


def test_a_single_pixel_is_a_picture(tmp_path: Path) -> None:
    assert load_photo(write(tmp_path, np.full((1, 1, 3), 9, np.uint8), "PNG")).rgb.tolist() == [[[9, 9, 9]]]


# Limits


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_a_huge_picture_is_refused_before_it_is_decoded(kind: str, tmp_path: Path) -> None:
    data = bytearray(encoded(picture(), kind))
    if kind == "PNG":
        data[8:33] = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 12_000, 10_000, 8, 2, 0, 0, 0))
    else:
        struct.pack_into("<ii", data, 18, 12_000, 10_000)
    path = tmp_path / "bomb"
    path.write_bytes(data)
    tracemalloc.start()
    try:
        assert reason(path) == "the picture has 120.0 megapixels, more than the limit of 100"
        assert tracemalloc.get_traced_memory()[1] < 5e6
    finally:
        tracemalloc.stop()


def test_a_picture_beyond_pillows_own_limit_is_refused_alike(tmp_path: Path) -> None:
    data = bytearray(encoded(picture(), "PNG"))
    data[8:33] = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    (tmp_path / "bomb.png").write_bytes(data)
    assert reason(tmp_path / "bomb.png") == "the picture has 3600.0 megapixels, more than the limit of 100"
    assert "more than the limit of 179" in reason(tmp_path / "bomb.png", max_megapixels=10_000)


def test_the_limit_is_inclusive_and_can_be_set(tmp_path: Path) -> None:
    path = write(tmp_path, picture(100, 100), "PNG")
    assert load_photo(path, max_megapixels=0.01).size == (100, 100)
    assert "more than the limit of 0.009" in reason(path, max_megapixels=0.009)


def test_sixty_megapixels_load_in_bounded_memory(tmp_path: Path) -> None:
    Image.new("L", (10_000, 6_000), 77).save(tmp_path / "large.png", compress_level=1)
    tracemalloc.start()
    try:
        photo = load_photo(tmp_path / "large.png")
        peak = tracemalloc.get_traced_memory()[1]  # numpy's share: the result and strips, no second copy
    finally:
        tracemalloc.stop()
    assert photo.size == (10_000, 6_000) and photo.rgb[::997, ::997].min() == photo.rgb[::997, ::997].max() == 77
    assert peak < 1.25 * photo.rgb.nbytes


def test_pillows_remarks_stay_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Warnings are errors in these tests; a picture Pillow merely remarks on must load, in several threads at once."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)  # 32 x 48 pixels now provoke its warning about bombs
    path = write(tmp_path, picture(), "PNG")
    before = list(warnings.filters)
    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(load_photo(path).rgb.size)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [picture().size] * 8
    assert warnings.filters == before


# What is refused


def test_missing_files_and_folders(tmp_path: Path) -> None:
    assert reason(tmp_path / "nobody.jpg") == "there is no such file"
    (tmp_path / "file.txt").write_text("x")
    assert reason(tmp_path / "file.txt" / "nobody.jpg") == "there is no such file"
    (tmp_path / "folder.jpg").mkdir()
    assert reason(tmp_path / "folder.jpg") == "it is a folder, not a picture"
    assert reason("zero\0byte.jpg") == "it is not a usable file name"
    assert "cannot be read" in reason(tmp_path / ("x" * 300))


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
def test_files_that_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert reason(tmp_path / "pipe.jpg") == "it is not a regular file"
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    assert "cannot be read" in reason(tmp_path / "loop.jpg")
    (tmp_path / "dangling.jpg").symlink_to(tmp_path / "gone.jpg")
    assert reason(tmp_path / "dangling.jpg") == "there is no such file"


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes")
def test_odd_file_names_stay_one_printable_line(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"two\nlines \xff.jpg")
    path.write_bytes(b"text")
    with pytest.raises(PhotoError) as caught:
        load_photo(path)
    assert "two\ufffdlines \ufffd.jpg: it is not a picture" in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    path.write_bytes(encoded(picture(), "PNG"))
    assert load_photo(path).size == (48, 32)


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, picture(), "PNG")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # file modes do not bind a superuser
    assert reason(path) == "no permission to read it"


def test_a_failing_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, picture(), "PNG")

    descriptors = []

    class Broken(io.BytesIO):
        def fileno(self) -> int:
            descriptors.append(os.open(path, os.O_RDONLY))
            return descriptors[-1]

        def read(self, *_: object) -> bytes:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(photo_module, "open_input", lambda *_: Broken())
    assert reason(path) == "it cannot be read (Input/output error)"
    os.close(descriptors[0])


def test_a_file_too_large_to_be_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo_module, "MAX_FILE_BYTES", 100)
    assert "larger than" in reason(write(tmp_path, picture(), "BMP"))


NOT_PICTURES = [
    b"Dear diary, today",
    b"<svg/>",
    bytes(range(256)) * 9,
    b"%PDF-1.7",
    b"x",
    b"\0\0\0\x14ftypisom\0\0\2\0isom",
]


@pytest.mark.parametrize("data", NOT_PICTURES)
def test_what_is_no_picture(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "other.jpg").write_bytes(data)
    assert reason(tmp_path / "other.jpg").startswith("it is not a picture (JPEG, PNG,")


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    assert reason(tmp_path / "empty.jpg") == "the file is empty"


@pytest.mark.parametrize("kind", [*FORMATS, "GIF"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_truncated_files(kind: str, share: float, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    data = encoded(noise, kind)
    (tmp_path / "cut").write_bytes(data[: int(len(data) * share)])
    assert reason(tmp_path / "cut") == "the file ends in the middle of the picture"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_files_cut_in_their_header(kind: str, tmp_path: Path) -> None:
    (tmp_path / "cut").write_bytes(encoded(picture(), kind)[:20])
    assert "cut off" in (said := reason(tmp_path / "cut")) or said.startswith("the file ends")


def test_raw_files_are_not_taken_for_their_thumbnails(tmp_path: Path) -> None:
    path = write(tmp_path, picture(), "TIFF", tiffinfo={50706: b"\1\4\0\0"})
    assert "raw file" in reason(path)


def test_too_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(photo_module, "to_srgb", fail)
    assert reason(write(tmp_path, picture(), "PNG")) == "there is not enough memory to read it"


@pytest.fixture
def without_heif(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    photo_module._formats.cache_clear()
    yield
    photo_module._formats.cache_clear()


def test_heic_without_its_reader(without_heif: None, tmp_path: Path) -> None:
    path = write(tmp_path, picture(), "PNG")
    (tmp_path / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    assert reason(tmp_path / "phone.heic") == "HEIC pictures need pillow-heif (pip install 'faceviewer[heif]')"
    assert load_photo(path).size == (48, 32)


def test_bytes_of_a_program_are_not_run(tmp_path: Path) -> None:
    """Pillow would hand PostScript to Ghostscript; here it is no picture."""
    (tmp_path / "page.eps").write_bytes(encoded(picture(), "EPS"))
    assert reason(tmp_path / "page.eps").startswith("it is not a picture")


# Arrays


def test_an_array_is_copied() -> None:
    array = picture()
    photo = photo_from_array(array)
    array[:] = 0
    np.testing.assert_array_equal(photo.rgb, picture())
    assert photo.path is None and photo.name == "photo" and photo.focal_px is None
    assert photo.sha256 == hashlib.sha256(picture().tobytes()).hexdigest()


@pytest.mark.parametrize(
    "array",
    [
        picture(),
        picture().astype(np.uint16) * 257,
        picture() / 255,
        (picture() / 255).astype(np.float32),
        (picture() / 255).astype(np.float16),
        np.dstack([picture(), np.full((32, 48), 255, np.uint8)]),
        picture()[:, ::-1][:, ::-1],
    ],
    ids=["uint8", "uint16", "float64", "float32", "float16", "rgba", "strided"],
)
def test_arrays_of_all_depths_agree(array: np.ndarray) -> None:
    np.testing.assert_array_equal(photo_from_array(array).rgb, picture())


@pytest.mark.parametrize("shape", [(32, 48), (32, 48, 1)])
def test_grey_arrays(shape: tuple[int, ...]) -> None:
    grey = picture()[..., 0].reshape(shape)
    np.testing.assert_array_equal(photo_from_array(grey).rgb, np.repeat(picture()[..., :1], 3, -1))
    np.testing.assert_array_equal(photo_from_array(grey / 255).rgb, photo_from_array(grey).rgb)


def test_masks_are_black_and_white() -> None:
    assert photo_from_array(np.eye(3, dtype=bool)).rgb[..., 1].tolist() == (np.eye(3) * 255).tolist()


def test_transparent_arrays_lie_over_grey() -> None:
    rgba = np.zeros((1, 3, 4), np.uint8)
    rgba[0, :, 0] = 200
    rgba[0, :, 3] = (0, 128, 255)
    assert photo_from_array(rgba).rgb[0].tolist() == [[128, 128, 128], [164, 64, 64], [200, 0, 0]]
    grey_alpha = np.array([[[1.0, 0.0], [1.0, 1.0]]])
    assert photo_from_array(grey_alpha).rgb[0].tolist() == [[128] * 3, [255] * 3]


def test_floats_may_overshoot_a_little() -> None:
    assert photo_from_array(np.array([[-0.02, 1.03]])).rgb[0, :, 0].tolist() == [0, 255]


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4,), np.uint8),
        np.zeros((3, 4, 5), np.uint8),
        np.zeros((2, 4, 4, 3), np.uint8),
        np.zeros((4, 4, 3), np.int64),
        np.zeros((4, 4, 3), complex),
        np.full((4, 4, 3), 200.0),
        np.full((4, 4, 3), np.nan),
        np.array([["a"]]),
        None,
    ],
    ids=["empty", "line", "channels first", "batch", "int64", "complex", "0 to 255", "nan", "text", "none"],
)
def test_arrays_that_are_no_pictures(array: np.ndarray) -> None:
    with pytest.raises(PhotoError, match=r"^photo: .*array"):
        photo_from_array(array)


def test_files_and_arrays_agree(tmp_path: Path) -> None:
    values = (picture().astype(np.uint16) * 257)[..., :1]
    (tmp_path / "deep.png").write_bytes(deep_png(values))
    np.testing.assert_array_equal(load_photo(tmp_path / "deep.png").rgb, photo_from_array(values).rgb)


def test_real_photos_load(shared: Path) -> None:
    for path in sorted((shared / "data" / "photos").iterdir()):
        if path.suffix.lower() in PHOTO_SUFFIXES:
            photo = load_photo(path)
            with Image.open(path) as image:
                assert photo.size == image.size
                if "icc_profile" not in image.info or image.info["icc_profile"] == SRGB:
                    np.testing.assert_array_equal(photo.rgb, np.asarray(image.convert("RGB")))


def test_a_small_copy_of_a_large_jpeg_is_enough_for_a_thumbnail(tmp_path):
    picture = np.zeros((800, 1200, 3), np.uint8)
    picture[:, :600] = (200, 40, 40)
    Image.fromarray(picture).save(tmp_path / "large.jpg", quality=95)
    small = load_photo(tmp_path / "large.jpg", enough_px=96)
    assert small.size == (150, 100)
    np.testing.assert_allclose(small.rgb[50, [20, 130]], [[200, 40, 40], [0, 0, 0]], atol=6)
    assert load_photo(tmp_path / "large.jpg", enough_px=5000).size == (1200, 800)


def test_a_small_copy_is_upright_too(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (1600, 800)).save(tmp_path / "turned.jpg", exif=exif)
    assert load_photo(tmp_path / "turned.jpg", enough_px=100).size == (100, 200)


@pytest.mark.parametrize("kind", [*FORMATS, "GIF"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_sizes_are_those_of_the_upright_photo_whatever_the_suffix(tmp_path: Path, kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(picture(32, 48), kind, exif=exif))
    size = photo_size(path)
    assert size == load_photo(path).size and set(size) == {32, 48}


def test_sizes_are_refused_with_the_sentences_of_photos(tmp_path: Path) -> None:
    """Beyond Pillow's own limit it once said "not a whole JPEG or PNG picture", and a warning came to the terminal."""
    path = tmp_path / "photo.jpg"
    whole = encoded(picture(), "PNG")
    wide = [struct.pack(">IIBBBBB", side, 7_000, 8, 2, 0, 0, 0) for side in (15_000, 60_000)]
    bombs = [whole[:8] + png_chunk(b"IHDR", head) + whole[33:] for head in wide]
    for data in (b"no photo", whole[:20], *bombs):
        path.write_bytes(data)
        with warnings.catch_warnings(), pytest.raises(PhotoError) as caught:
            warnings.simplefilter("error")
            photo_size(path)
        assert str(caught.value) == f"{path}: {reason(path)}"
    with pytest.raises(PhotoError, match="there is no such file"):
        photo_size(tmp_path / "nowhere.jpg")
