"""Metadata in the manner of FFHQ's, and small data sets whose files agree with them; their pictures are noise."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import default_rng
from PIL import Image

LICENCES = (
    ("Attribution License", "https://creativecommons.org/licenses/by/2.0/"),
    ("Attribution-NonCommercial License", "https://creativecommons.org/licenses/by-nc/2.0/"),
    ("Public Domain Mark", "https://creativecommons.org/publicdomain/mark/1.0/"),
    ("Public Domain Dedication (CC0)", "https://creativecommons.org/publicdomain/zero/1.0/"),
    ("United States Government Work", "http://www.usa.gov/copyright.shtml"),
)
COUNTRIES = ("", "", "", "", "", "", "United States", "United Kingdom", "Österreich", "Россия")
AUTHORS = ("Jörg Müller", "Анна Петрова", "Ada Example", 'O\'Neil "Bo"', "川島", "[bold]Max[/bold]")
_FOLDERS = {"image": "images1024x1024", "thumbnail": "thumbnails128x128", "in_the_wild": "in-the-wild-images"}
_SIZES = {"image": [1024, 1024], "thumbnail": [128, 128], "in_the_wild": [2016, 1512]}
_FACE = (
    [(-1.3 + 2.6 * k / 16, 0.2 + 1.5 * (1 - ((k - 8) / 8) ** 2)) for k in range(17)]
    + [(-1.0 + 0.2 * k, -0.4) for k in range(5)]
    + [(0.2 + 0.2 * k, -0.4) for k in range(5)]
    + [(0.0, 0.15 * k) for k in range(4)]
    + [(-0.2 + 0.1 * k, 0.6) for k in range(5)]
    + [(-0.5 + 0.2 * np.cos(a), 0.1 * np.sin(a)) for a in np.linspace(np.pi, -np.pi, 6, endpoint=False)]
    + [(0.5 + 0.2 * np.cos(a), 0.1 * np.sin(a)) for a in np.linspace(np.pi, -np.pi, 6, endpoint=False)]
    + [(0.4 * np.cos(a), 1.0 + 0.15 * np.sin(a)) for a in np.linspace(np.pi, -np.pi, 12, endpoint=False)]
    + [(0.3 * np.cos(a), 1.0 + 0.08 * np.sin(a)) for a in np.linspace(np.pi, -np.pi, 8, endpoint=False)]
)


def face68(center: tuple[float, float], scale: float, angle_deg: float = 0.0, noise: float = 0.0, seed: int = 0) -> Any:
    """(68, 2) float64: the points of a plain face, eyes ``scale`` pixels apart."""
    cos, sin = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    points = np.array(_FACE) + noise * default_rng(seed).standard_normal((68, 2))
    return points @ np.array([[cos, sin], [-sin, cos]]) * scale + center


def entry(number: int, *, wild_size: tuple[int, int] = (2016, 1512)) -> dict[str, Any]:
    """What the metadata say of picture ``number``."""
    rng = default_rng([7, number])
    name, url = LICENCES[int(rng.choice(5, p=[0.5, 0.41, 0.06, 0.02, 0.01]))]
    files = {kind: _file(kind, number, rng) for kind in _FOLDERS}
    files["in_the_wild"]["pixel_size"] = list(wild_size)
    center = wild_size[0] * float(rng.uniform(0.4, 0.6)), wild_size[1] * float(rng.uniform(0.35, 0.5))
    wild = face68(center, min(wild_size) * float(rng.uniform(0.08, 0.16)), float(rng.normal(0, 8)), 0.02, number)
    files["image"]["face_landmarks"] = face68((512, 480), 250, 0, 0.02, number).round(2).tolist()
    files["in_the_wild"] |= {
        "face_rect": [667, 410, 1438, 1181],
        "face_landmarks": wild.round(2).tolist(),
        "face_quad": wild[[0, 4, 12, 16]].round(3).tolist(),
    }
    day = int(rng.integers(0, 28 * 12 * 12))
    return {
        "category": "training" if number < 60000 else "validation",
        "metadata": {
            "photo_url": f"https://www.flickr.com/photos/account{number % 977}/{10_000_000 + number}/",
            "photo_title": f"Straße {number}" if number % 5 == 0 else f"DSC{number:05d}.JPG",
            "author": f"{AUTHORS[int(rng.integers(0, len(AUTHORS)))]} {number % 977}",
            "country": COUNTRIES[int(rng.integers(0, len(COUNTRIES)))],
            "license": name,
            "license_url": url,
            "date_uploaded": f"{2006 + day // 336}-{day // 28 % 12 + 1:02d}-{day % 28 + 1:02d}",
            "date_crawled": "2018-10-10",
        },
        **files,
    }


def _file(kind: str, number: int, rng: np.random.Generator) -> dict[str, Any]:
    return {
        "file_url": f"https://drive.google.com/uc?id=SYNTHETIC{number:033d}",
        "file_path": f"{_FOLDERS[kind]}/{number // 1000 * 1000:05d}/{number:05d}.png",
        "file_size": int(rng.integers(10_000, 5_000_000)),
        "file_md5": rng.bytes(16).hex(),
        "pixel_size": _SIZES[kind],
        "pixel_md5": rng.bytes(16).hex(),
    }


def json_text(count: int) -> Iterator[str]:
    """The metadata of ``count`` pictures in pieces."""
    yield "{"
    for number in range(count):
        yield f'{", " if number else ""}"{number}": {json.dumps(entry(number))}'
    yield "}"


def write_json(path: Path, count: int) -> Path:
    """Metadata of ``count`` pictures without their files."""
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(json_text(count))
    return path


def write_dataset(root: Path, numbers: tuple[int, ...], *, wild_size: tuple[int, int] = (160, 120)) -> dict[str, Any]:
    """A data set with its files, aligned pictures of 64 pixels and thumbnails of 16; returns its metadata."""
    described = {}
    for number in numbers:
        one = described[str(number)] = entry(number, wild_size=wild_size)
        for kind, (width, height) in (("image", (64, 64)), ("thumbnail", (16, 16)), ("in_the_wild", wild_size)):
            _write_picture(root, one[kind], default_rng([9, number]).integers(0, 256, (height, width, 3), np.uint8))
    (root / "ffhq-dataset-v2.json").write_text(json.dumps(described), "utf-8")
    return described


def _write_picture(root: Path, about: dict[str, Any], rgb: np.ndarray) -> None:
    buffer = BytesIO()
    Image.fromarray(rgb).save(buffer, "PNG")
    data = buffer.getvalue()
    about |= {
        "file_size": len(data),
        "file_md5": hashlib.md5(data).hexdigest(),
        "pixel_size": [rgb.shape[1], rgb.shape[0]],
        "pixel_md5": hashlib.md5(rgb.tobytes()).hexdigest(),
    }
    path = root / about["file_path"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
