"""Meshes whose triangles are those of a model that is known: they have its landmarks, parts and regions."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from faceviewer.assets import trg_layout
from faceviewer.assets.places import Place, locate
from faceviewer.assets.tddfa_v3 import FACE_MODEL, TDDFA_V3, VERTICES
from faceviewer.assets.trg import TRG
from faceviewer.models.hifi3d.topology import is_hifi3d, topology_of_mesh
from faceviewer.models.trg_face import load_trg_face
from faceviewer.types import FaceMesh, FaceviewerError, Topology

_SAME_UV = 1e-4
"""Files round texture coordinates: a tenth of a texel of 1024 is the same place."""


def recognised(topology: Topology, vertex_count: int, place: Place, *, has_uv: bool) -> Topology:
    """The topology of the model that the mesh is of, or ``topology`` itself when no model that is here fits.

    The built-in head, HiFi3D++ heads, which need no file, and 3DDFA-V3's face model and TRG's face, when their files
    lie in ``place``, are tried. What the mesh says of texture coordinates stays when ``has_uv``; otherwise it gets the
    model's, except that of HiFi3D++, of which nothing is shipped. Loading the models takes half a second, once.
    """
    if is_hifi3d(topology.triangles, vertex_count):
        return topology_of_mesh(topology)
    for known in _candidates(vertex_count, place):
        if np.array_equal(known.triangles, topology.triangles):
            return _with_uv_of(known, topology) if has_uv else known
    return topology


def mean_face(path: Path) -> FaceMesh:
    """The mean of 3DDFA-V3's face model in a ``face_model.npy``, at rest in the head frame, with its mean colours.

    Raises FaceviewerError naming the file when it is missing, damaged, hostile or of another kind.
    """
    from faceviewer.models.tddfa_v3.convert import mean_mesh  # brings torch
    from faceviewer.models.tddfa_v3.face_model import load_face_model

    return mean_mesh(load_face_model(path))


def _candidates(vertex_count: int, place: Place) -> list[Topology]:
    from faceviewer.models.head_model import load_head  # brings scipy

    head = load_head()
    candidates = [head.topology] if vertex_count == head.vertex_count else []
    try:
        path = locate(TDDFA_V3, place).files.get(FACE_MODEL) if vertex_count == VERTICES else None
        if path is not None:
            status = path.stat()
            candidates.append(_tddfa_v3(path, status.st_mtime_ns, status.st_size))
        if vertex_count == trg_layout.VERTICES:
            candidates.append(load_trg_face(locate(TRG, place)).topology)
    except (FaceviewerError, OSError):
        pass  # a missing or damaged model is no reason not to show a mesh; ``assets verify`` says what is wrong with it
    return candidates


@lru_cache(maxsize=1)
def _tddfa_v3(path: Path, changed_ns: int, size: int) -> Topology:
    """One topology for all meshes of a file as it is now: views know by its identity what they have drawn before."""
    from faceviewer.models.tddfa_v3.convert import topology_of  # brings torch
    from faceviewer.models.tddfa_v3.face_model import load_face_model

    return topology_of(load_face_model(path))


def _with_uv_of(known: Topology, mesh: Topology) -> Topology:
    """The known topology itself where the mesh has its texture coordinates, else with those of the mesh."""
    if (
        known.uv.shape == mesh.uv.shape
        and np.array_equal(known.uv_triangles, mesh.uv_triangles)
        and np.allclose(known.uv, mesh.uv, rtol=0, atol=_SAME_UV)
    ):
        return known
    return replace(known, uv=mesh.uv, uv_triangles=mesh.uv_triangles)
