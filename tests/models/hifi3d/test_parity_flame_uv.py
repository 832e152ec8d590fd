"""FFHQ-UV's layout for FLAME heads, read from an OBJ like the published one, with triangles of our own for FLAME's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from parity import Reference

from faceviewer.models.hifi3d.flame import FIRST_EYE_VERTEX, load_flame_layout, with_ffhq_uv
from faceviewer.types import FaceviewerError


@pytest.fixture
def layout_obj(ffhq_uv_reference: Reference, tmp_path: Path) -> Path:
    vectors = ffhq_uv_reference.load("flame_uv.npz")
    rng = np.random.default_rng(0)
    corners = np.unpackbits(vectors["eye_corner"])[: 9976 * 3].reshape(-1, 3) > 0
    triangles = np.where(
        corners, rng.integers(FIRST_EYE_VERTEX, 5023, (9976, 3)), rng.integers(0, FIRST_EYE_VERTEX, (9976, 3))
    )
    lines = [f"v {x} 0 0" for x in range(5023)]
    lines += [f"vt {u:.9g} {v:.9g}" for u, v in vectors["vt"]]
    pairs = np.stack([triangles, vectors["fvt"].astype(int)], -1) + 1
    lines += ["f " + " ".join(f"{v}/{t}" for v, t in face) for face in pairs]
    path = tmp_path / "layout.obj"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_layout(ffhq_uv_reference: Reference, layout_obj: Path) -> None:
    vectors, layout = ffhq_uv_reference.load("flame_uv.npz"), load_flame_layout(layout_obj)
    ffhq_uv_reference.close("vt", layout.uv, vectors["vt"], 0)
    ffhq_uv_reference.close("fvt", layout.uv_triangles, vectors["fvt"], 0)
    ffhq_uv_reference.close("n_eye_faces", layout.eyes.sum(), vectors["n_eye_faces"], 0)


def test_a_head_in_two_meshes(layout_obj: Path) -> None:
    layout = load_flame_layout(layout_obj)
    head = with_ffhq_uv(np.zeros((5023, 3)), layout.triangles, layout)
    assert len(head.eyes.topology.triangles) == 2176 and len(head.skin.topology.triangles) == 7800
    for mesh in (head.skin, head.eyes):
        used = mesh.topology.uv[mesh.topology.uv_triangles]
        assert used.min() >= 0 and used.max() <= 1 and len(mesh.vertices) == 5023


def test_other_meshes_and_files_are_refused(layout_obj: Path, tmp_path: Path) -> None:
    layout = load_flame_layout(layout_obj)
    with pytest.raises(FaceviewerError, match="not a FLAME head: 5023 vertices and 9976 triangles, or these"):
        with_ffhq_uv(np.zeros((5023, 3)), np.zeros((9976, 3), np.int32), layout)
    other = tmp_path / "other.obj"
    other.write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    with pytest.raises(FaceviewerError, match=r"other.obj: not the layout for FLAME heads: it has 3 vertices"):
        load_flame_layout(other)
