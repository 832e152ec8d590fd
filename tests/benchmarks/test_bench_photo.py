"""How long a photo takes to read: pytest tests/benchmarks/test_bench_photo.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from pictures import SRGB, encoded, picture, write
from PIL import ExifTags, Image
from pytest_benchmark.fixture import BenchmarkFixture

from faceviewer.io.photo import load_photo
from faceviewer.jobs.sources import expand_inputs

P3_LIKE = SRGB.replace(b"rXYZ", b"tmp!").replace(b"gXYZ", b"rXYZ").replace(b"tmp!", b"gXYZ")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_twelve_megapixels(kind: str, benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    path = write(tmp_path, picture(3000, 4000), kind)
    assert benchmark.pedantic(load_photo, (path,), rounds=3).size == (4000, 3000)


@pytest.mark.parametrize("case", ["turned", "profile", "transparent", "cmyk"])
def test_twelve_megapixels_with_work(case: str, benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    image = Image.fromarray(picture(3000, 4000))
    turned = Image.Exif()
    turned[ExifTags.Base.Orientation] = 6
    data = {
        "turned": lambda: encoded(image, "JPEG", exif=turned),
        "profile": lambda: encoded(image, "JPEG", icc_profile=P3_LIKE),
        "transparent": lambda: encoded(image.convert("RGBA"), "TIFF"),
        "cmyk": lambda: encoded(image.convert("CMYK"), "JPEG"),
    }[case]()
    path = tmp_path / "photo"
    path.write_bytes(data)
    assert sorted(benchmark.pedantic(load_photo, (path,), rounds=3).size) == [3000, 4000]


def test_a_thousand_names(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    for k in range(1000):
        (tmp_path / f"{k}.jpg").touch()
    assert len(benchmark(lambda: list(expand_inputs([tmp_path])))) == 1000
