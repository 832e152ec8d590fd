"""Small guides and the layout of the vectors."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import MappingProxyType

import numpy as np
import pytest

from faceviewer.raster.uv_maps.guides import VIEWS, UvGuides
from faceviewer.raster.uv_maps.unwrap import UnwrapInfo, unwrap_info


@pytest.fixture(scope="session")
def grid_info() -> Callable[[int, int], UnwrapInfo]:
    """(side, cells) -> a square layout of cells x cells squares, each cut into two triangles, as in the vectors."""

    def make(side: int, cells: int) -> UnwrapInfo:
        rows, columns = np.mgrid[0:side, 0:side]
        size = side // cells
        i, j, fr, fc = rows // size, columns // size, (rows % size) / size, (columns % size) / size

        def vertex(down, right):
            return (i + down) * (cells + 1) + j + right

        upper = fr + fc <= 1
        ids = np.stack([np.where(upper, vertex(0, 0), vertex(1, 1)), np.where(upper, vertex(0, 1), vertex(1, 0)),
                        np.where(upper, vertex(1, 0), vertex(0, 1))], -1)  # fmt: skip
        weights = np.stack([np.where(upper, 1 - fr - fc, fr + fc - 1), np.where(upper, fc, 1 - fc),
                            np.where(upper, fr, 1 - fr)], -1)  # fmt: skip
        return unwrap_info(ids, weights)

    return make


def ellipses(side: int, *shapes: tuple[float, float, float, float]) -> np.ndarray:
    """(side, side) float32: 1 inside any of (cx, cy, rx, ry), in texels."""
    rows, columns = np.mgrid[0:side, 0:side]
    inside = [((columns - cx) / rx) ** 2 + ((rows - cy) / ry) ** 2 < 1 for cx, cy, rx, ry in shapes]
    return np.any(inside, axis=0).astype(np.float32)


@pytest.fixture(scope="session")
def vector_guides() -> Callable[[dict[str, np.ndarray]], UvGuides]:
    """The guides that the unwrapping vectors describe."""

    def make(vectors: dict[str, np.ndarray]) -> UvGuides:
        shapes = json.loads(str(vectors["meta"]))["masks_ellipses(cx,cy,rx,ry; strict <1, union)"]
        mask = {name: ellipses(1024, *parts) for name, parts in shapes.items()}
        r, c = np.mgrid[0:1024, 0:1024]
        channels = [
            120 + 60 * np.sin(c / 97) + 20 * np.cos(r / 61),
            100 + 50 * np.sin(r / 83) + 15 * np.sin(c / 41),
            90 + 40 * np.cos((r + c) / 110),
        ]
        return UvGuides(
            template=np.rint(np.clip(np.stack(channels, -1), 0, 255)).astype(np.uint8).astype(np.float32),
            center=mask["center_face_mask"],
            hair=mask["hair_mask"],
            mouth=mask["mouth_mask"],
            nose_base=mask["nosal_base_mask"],
            nostrils=mask["nostril_mask"],
            layout=mask["unwrap_info_mask"],
            core=MappingProxyType({view: mask[f"major_{view}"] for view in VIEWS}),
            reach=MappingProxyType({view: mask[f"minor_{view}"] for view in VIEWS}),
        )

    return make


@pytest.fixture(scope="session")
def small_guides() -> UvGuides:
    """Guides of a side of 128 for quick tests: a face in the middle of a coloured template."""
    side, rng = 128, np.random.default_rng(5)
    template = 60 + 120 * rng.random((8, 8, 3)).repeat(16, 0).repeat(16, 1)
    face = ellipses(side, (64, 64, 40, 44))
    none = np.zeros((side, side), np.float32)
    return UvGuides(
        template=template.astype(np.float32),
        center=face,
        hair=ellipses(side, (64, 4, 60, 20)),
        mouth=ellipses(side, (64, 74, 12, 5)),
        nose_base=none,
        nostrils=none,
        layout=np.ones((side, side), np.float32),
        core=MappingProxyType(dict.fromkeys(VIEWS, ellipses(side, (64, 64, 30, 34)))),
        reach=MappingProxyType(dict.fromkeys(VIEWS, face)),
    )
