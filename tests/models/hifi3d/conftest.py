"""The tiny model of the vectors, and the demonstration head."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from faceviewer.io.obj_polygons import ObjPolygons, read_polygons
from faceviewer.models.hifi3d.convert import mesh_of_obj
from faceviewer.models.hifi3d.face_model import Hifi3dModel, hifi3d_from_arrays
from faceviewer.types import FaceMesh


@pytest.fixture(scope="session")
def hifi3d_arrays(shared: Path) -> dict[str, np.ndarray]:
    """What ``hifi3dpp_model_info.mat`` would hold, of 81 vertices, by the recipe of the vectors."""
    vectors = np.load(shared / "vectors" / "ffhq_uv" / "hifi3d_model.npz")
    arrays = {name[4:]: vectors[name] for name in vectors.files if name.startswith("mat_")}
    rng = np.random.default_rng(1071)
    rng.random((1, 243))  # the mean colours, which are stored
    for key, columns, scale in (("idBase", 532, 0.004), ("exBase", 45, 0.01), ("texBase", 439, 0.6)):
        arrays[key] = (rng.standard_normal((243, columns)) * scale).astype(np.float32)
    return arrays


@pytest.fixture(scope="session")
def hifi3d_model(hifi3d_arrays: dict[str, np.ndarray]) -> Hifi3dModel:
    return hifi3d_from_arrays(hifi3d_arrays, "hifi3dpp_model_info.mat")


@pytest.fixture(scope="session")
def teaser(shared: Path) -> Path:
    """The folder of the demonstration head."""
    return shared / "data" / "ffhq_uv" / "teaser_1"


@pytest.fixture(scope="session")
def teaser_obj(teaser: Path) -> ObjPolygons:
    return read_polygons(teaser / "mesh_head.obj")


@pytest.fixture(scope="session")
def teaser_mesh(teaser_obj: ObjPolygons) -> FaceMesh:
    return mesh_of_obj(teaser_obj, "mesh_head.obj")
