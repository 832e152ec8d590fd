"""States of the application for tests, and whether two of them say the same."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from factories import make_reconstruction

from faceviewer.app.state import (
    AppState,
    Comparison,
    Document,
    Edits,
    HeadRef,
    Measurement,
    ViewCamera,
    ViewState,
    Work,
)
from faceviewer.geometry.surface import SurfacePoint
from faceviewer.io.photo import load_photo
from faceviewer.types import Photo, Reconstruction


def make_photo_document(number: int, path: Path, heads: Mapping[int, Reconstruction] | None = None) -> Document:
    """A photo of the list with made-up heads, as it is after a reconstruction."""
    photo = load_photo(path)
    made = heads if heads is not None else {1: head_of(photo, seed=number)}
    faces = tuple(made[k].face for k in sorted(made))
    return Document(number, path.name, path=path, status="done", photo=photo, faces=faces, heads=made)


def head_of(photo: Photo, *, seed: int = 0) -> Reconstruction:
    """A made-up head that belongs to ``photo``."""
    made = make_reconstruction(size=photo.size, seed=seed, texture_size=32)
    return replace(made, photo_name=photo.name, photo_sha256=photo.sha256)


def make_full_state(paths: list[Path]) -> AppState:
    """Two photos with heads, a pasted and a video's picture, edits, measurements, a comparison, a changed view."""
    first, second = make_photo_document(3, paths[0]), make_photo_document(5, paths[1])
    rgb = np.random.default_rng(2).integers(0, 256, (20, 30, 3), np.uint8)
    pasted = Photo(rgb, sha256="cd" * 32, focal_px=800.5)
    turned = replace(pasted, rgb=np.rot90(rgb, 1))
    frame = Photo(rgb[::-1], path=Path("clip.mp4#12"), sha256="ef" * 32)
    others = (
        Document(7, "Pasted picture", pasted=pasted, photo=turned, rotation_deg=90, status="no face", message="None."),
        Document(8, "clip.mp4", "video", Path("/nowhere/clip.mp4"), "done", photo=frame, heads={1: head_of(frame)}),
        Document(9, "unread.jpg", path=paths[1].parent / "unread.jpg"),
    )
    point = SurfacePoint.of(4, np.array([0.1, 0.2, 0.7]))
    work = Work(
        edits={HeadRef(3): Edits({"nose-width": 1.25}, {"jawOpen": 0.1}, 1.3)},
        measurements=(
            Measurement(HeadRef(3), "distance", (point, SurfacePoint(9, (1.0, 0.0, 0.0)))),
            Measurement(HeadRef(5), "angle", (point, point, SurfacePoint(2, (0.0, 0.5, 0.5)))),
        ),
    )
    view = ViewState(
        display="depth",
        smooth=False,
        landmark_sets=frozenset({"68", "478"}),
        parts=frozenset({"nose"}),
        camera=ViewCamera((1 / 3, 2.5, -700.1), fov_deg=31.7, parallel=True),
        wipe=0.1 + 0.2,
    )
    comparison = Comparison(HeadRef(3), HeadRef(5), alignment="similarity", layout="heat map", range_mm=2.5)
    return AppState(documents=(first, second, *others), current=5, work=work, view=view, comparison=comparison)


def differences(a: Any, b: Any, where: str = "state") -> list[str]:
    """Places in which two values differ; arrays must agree in type and bit for bit."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        same = isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape
        return [] if same and a.tobytes() == b.tobytes() else [where]
    if is_dataclass(a) and type(a) is type(b):
        return [d for f in fields(a) for d in differences(getattr(a, f.name), getattr(b, f.name), f"{where}.{f.name}")]
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        if list(a) != list(b):
            return [f"{where}: {list(a)} != {list(b)}"]
        return [d for key in a for d in differences(a[key], b[key], f"{where}[{key!r}]")]
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        return [d for k, (x, y) in enumerate(zip(a, b, strict=True)) for d in differences(x, y, f"{where}[{k}]")]
    if isinstance(a, float) and isinstance(b, float) and math.isnan(a) and math.isnan(b):
        return []
    return [] if type(a) is type(b) and a == b else [f"{where}: {a!r} != {b!r}"]
