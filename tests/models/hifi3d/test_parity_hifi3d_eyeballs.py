"""Equality with FFHQ-UV's eyeballs on its demonstration head."""

from __future__ import annotations

from pathlib import Path

import pytest
from parity import Reference

from faceviewer.io.obj_polygons import read_polygons
from faceviewer.models.hifi3d.eyeballs import add_eyeballs, load_templates, similarity_by_lengths


def test_similarity(ffhq_uv_reference: Reference) -> None:
    vectors = ffhq_uv_reference.load("eyeballs.npz")
    transform = similarity_by_lengths(vectors["fit_src"], vectors["fit_dst"])
    ffhq_uv_reference.close("fit_trans", transform, vectors["fit_trans"], 1e-9)
    moved = vectors["fit_pts"] @ transform[:, :3].T + transform[:, 3]
    ffhq_uv_reference.close("fit_moved", moved, vectors["fit_moved"], 1e-9)


@pytest.mark.parametrize(("side", "letter"), [("left", "L"), ("right", "R")])
def test_published_eyeballs(ffhq_uv_reference: Reference, shared: Path, side: str, letter: str) -> None:
    data = shared / "data" / "ffhq_uv"
    vectors = ffhq_uv_reference.load("eyeballs.npz")
    head = read_polygons(data / "teaser_1" / "mesh_head.obj")
    ball = add_eyeballs(head.vertices, load_templates(data))[side]
    ffhq_uv_reference.close(f"teaser_1_{letter}", ball.vertices, vectors[f"teaser_1_{letter}"], 1e-5)
    ffhq_uv_reference.close(f"teaser_1_{letter}n", ball.normals, vectors[f"teaser_1_{letter}n"], 1e-5)
    published = read_polygons(data / "teaser_1" / f"mesh_eye_ball_{letter}.obj").vertices
    ffhq_uv_reference.close(f"published {letter}", ball.vertices, published, 1e-5)
