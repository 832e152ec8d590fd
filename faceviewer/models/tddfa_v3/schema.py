"""What ``face_model.npy`` of 3DDFA-V3 must hold, and one sentence for everything that is not so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from faceviewer.models.morphable.findings import not_finite, wrong_indices

VERTEX_COUNT = 35709
"""The published model's, which its profile lines and visibility arrays take for granted."""
IDENTITY_COUNT, EXPRESSION_COUNT, ALBEDO_COUNT = 80, 64, 80
AROUND_COUNT = 8
"""Triangles listed around each vertex, padded with the number of triangles."""
LANDMARK_COUNTS = {"68": 68, "106": 106, "134": 134}
PROFILE_LINE_COUNT = 33
PART_COUNT = 8

_FLOAT_SHAPES = {
    "u": (3 * VERTEX_COUNT, 1),
    "id": (3 * VERTEX_COUNT, IDENTITY_COUNT),
    "exp": (3 * VERTEX_COUNT, EXPRESSION_COUNT),
    "u_alb": (3 * VERTEX_COUNT, 1),
    "alb": (3 * VERTEX_COUNT, ALBEDO_COUNT),
}
_LISTS = {"annotation": PART_COUNT, "annotation_tri": PART_COUNT, "parallel": PROFILE_LINE_COUNT}
KEYS = (*_FLOAT_SHAPES, "tri", "point_buf", "uv_coords", *(f"ldm{name}" for name in LANDMARK_COUNTS), *_LISTS)
"""Every key that is read; a file may hold more."""


def findings(arrays: Mapping[str, Any]) -> list[str]:
    """What is wrong with the contents of a ``face_model.npy``, one sentence each; empty when it is usable."""
    missing = [f'the key "{key}" is missing' for key in KEYS if key not in arrays]
    return [*missing, *(_wrong(arrays) if not missing else _wrong_floats(arrays))]


def _wrong(arrays: Mapping[str, Any]) -> Iterator[str]:
    yield from _wrong_floats(arrays)
    triangles = np.asarray(arrays["tri"])
    if triangles.ndim != 2 or triangles.shape[1] != 3 or not len(triangles):
        yield f'"tri" has the shape {triangles.shape} instead of (F, 3)'
        return
    yield from wrong_indices("tri", triangles, VERTEX_COUNT)
    around = np.asarray(arrays["point_buf"])
    if around.shape != (VERTEX_COUNT, AROUND_COUNT):
        yield f'"point_buf" has the shape {around.shape} instead of {(VERTEX_COUNT, AROUND_COUNT)}'
    yield from wrong_indices("point_buf", around, len(triangles) + 1)
    for name, count in LANDMARK_COUNTS.items():
        points = np.asarray(arrays[f"ldm{name}"])
        if points.size != count:
            yield f'"ldm{name}" has {points.size} entries instead of {count}'
        yield from wrong_indices(f"ldm{name}", points, VERTEX_COUNT)
    for key, count in _LISTS.items():
        yield from _wrong_list(key, arrays[key], count)


def _wrong_floats(arrays: Mapping[str, Any]) -> Iterator[str]:
    for key, shape in _FLOAT_SHAPES.items():
        if key in arrays:
            array = np.asarray(arrays[key])
            if array.shape != shape and not (shape[1] == 1 and array.size == shape[0]):
                yield f'"{key}" has the shape {array.shape} instead of {shape}'
            yield from not_finite(key, array)
    if "uv_coords" in arrays:
        uv = np.asarray(arrays["uv_coords"])
        if uv.ndim != 2 or len(uv) != VERTEX_COUNT or uv.shape[1] < 2:
            yield f'"uv_coords" has the shape {uv.shape} instead of {(VERTEX_COUNT, 2)}'
        yield from not_finite("uv_coords", uv)


def _wrong_list(key: str, entries: Sequence[Any] | np.ndarray, count: int) -> Iterator[str]:
    if len(entries) != count:
        yield f'"{key}" has {len(entries)} entries instead of {count}'
    for number, entry in enumerate(entries):
        array = np.asarray(entry)
        if key == "annotation_tri" and (array.ndim != 2 or array.shape[1] != 3):
            yield f'"{key}"[{number}] has the shape {array.shape} instead of (n, 3)'
        yield from wrong_indices(f"{key}[{number}]", array, VERTEX_COUNT)
