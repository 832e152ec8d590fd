"""What ``hifi3dpp_model_info.mat`` must hold, and one sentence for everything that is not so.

The published model has ``VERTEX_COUNT`` vertices; the file's own counts are taken, so that small models can be made for
tests. Tables of the file count from 1, except the three that ``_FROM_0`` names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from faceviewer.models.morphable.findings import not_finite, wrong_indices

VERTEX_COUNT, UV_COUNT, TRIANGLE_COUNT = 20481, 20792, 40832
"""Of the published head."""
IDENTITY_COUNT, EXPRESSION_COUNT, ALBEDO_COUNT = 532, 45, 439
LANDMARK_COUNT = 68
LAYOUT_SIDE = 512
"""Side of the map in whose pixels ``vtx_vt`` counts."""

_BASES = {"idBase": IDENTITY_COUNT, "exBase": EXPRESSION_COUNT, "texBase": ALBEDO_COUNT}
_MEANS = ("meanshape", "meantex")
_TRIANGLES = {"tri": "vertex", "head_tri": "vertex", "tri_vt": "uv", "head_tri_vt": "uv"}
"""Key -> what its numbers, which count from 1, name."""
_FROM_0 = ("uv_idx", "vtx_uv_idx", "vt_vtx_idx")
KEYS = (*_MEANS, *_BASES, *_TRIANGLES, "keypoints", "point_buf", "vtx_vt", "vt_list", "vt_vtx_idx", "skinmask")
"""Every key that is read; the file holds more."""


def findings(arrays: Mapping[str, Any]) -> list[str]:
    """What is wrong with the contents of a ``hifi3dpp_model_info.mat``, one sentence each; empty when it is usable."""
    missing = [f'the key "{key}" is missing' for key in KEYS if key not in arrays]
    if missing:
        return missing
    kept = {key: np.asarray(arrays[key]) for key in KEYS}
    count = kept["meanshape"].size
    if not count or count % 3:
        return [f'"meanshape" has {count} numbers, which is not three for each vertex']
    return [*_wrong_numbers(kept, count), *_wrong_tables(kept, count // 3)]


def _wrong_numbers(arrays: Mapping[str, np.ndarray], count: int) -> Iterator[str]:
    shapes = {key: (count, columns) for key, columns in _BASES.items()} | {"vtx_vt": (count // 3, 2)}
    for key, shape in shapes.items():
        if arrays[key].shape != shape:
            yield f'"{key}" has the shape {arrays[key].shape} instead of {shape}'
    for key, size in (("meantex", count), ("skinmask", count // 3)):
        if arrays[key].size != size:
            yield f'"{key}" has {arrays[key].size} numbers instead of {size}'
    if arrays["vt_list"].ndim != 2 or arrays["vt_list"].shape[1] != 2:
        yield f'"vt_list" has the shape {arrays["vt_list"].shape} instead of (T, 2)'
    for key in (*_MEANS, *_BASES, "vtx_vt", "vt_list", "skinmask"):
        yield from not_finite(key, arrays[key])


def _wrong_tables(arrays: Mapping[str, np.ndarray], vertices: int) -> Iterator[str]:
    ends = {"vertex": vertices, "uv": len(arrays["vt_list"])}
    for key, what in _TRIANGLES.items():
        table = arrays[key]
        if table.ndim != 2 or table.shape[1] != 3 or not len(table):
            yield f'"{key}" has the shape {table.shape} instead of (F, 3)'
        else:
            yield from _wrong_from_1(key, table, ends[what])
    for key in ("tri", "head_tri"):
        if arrays[key].shape != arrays[f"{key}_vt"].shape:
            yield f'"{key}" and "{key}_vt" have different shapes, {arrays[key].shape} and {arrays[f"{key}_vt"].shape}'
    if arrays["keypoints"].size != LANDMARK_COUNT:
        yield f'"keypoints" has {arrays["keypoints"].size} entries instead of {LANDMARK_COUNT}'
    yield from _wrong_from_1("keypoints", arrays["keypoints"], vertices)
    around = arrays["point_buf"]
    if around.ndim != 2 or len(around) != vertices:
        yield f'"point_buf" has the shape {around.shape} instead of ({vertices}, K)'
    yield from _wrong_from_1("point_buf", around, len(arrays["head_tri"]) + 1)
    if arrays["vt_vtx_idx"].size != len(arrays["vt_list"]):
        yield f'"vt_vtx_idx" has {arrays["vt_vtx_idx"].size} entries instead of {len(arrays["vt_list"])}'
    yield from wrong_indices("vt_vtx_idx", arrays["vt_vtx_idx"], vertices)


def _wrong_from_1(key: str, table: np.ndarray, count: int) -> Iterator[str]:
    """``table`` must hold whole numbers from 1 to ``count``."""
    if table.dtype.kind not in "fiu":
        yield f'"{key}" holds {table.dtype} values that are not whole numbers'
    else:
        yield from (text for text in wrong_indices(f"{key} - 1", table.astype(np.float64) - 1, count))
