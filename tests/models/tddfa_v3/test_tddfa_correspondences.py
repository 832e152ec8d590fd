"""The four meshes of the Basel Face Model: vertices, landmarks, parts and triangles carried between them."""

from __future__ import annotations

import numpy as np
import pytest

from faceviewer.models.tddfa_v3.correspondences import (
    FILES,
    convert_ids,
    convert_part,
    convert_triangles,
    convert_vertices,
    correspondences_from_arrays,
    load_correspondences,
)
from faceviewer.types import FaceviewerError


@pytest.fixture(scope="module")
def files():
    """Nested meshes, as published: each smaller one is a selection of each larger one."""
    rng = np.random.default_rng(0)
    in_53490 = {53490: np.arange(53490)}
    for larger, smaller in ((53490, 53215), (53215, 38365), (38365, 35709)):
        in_53490[smaller] = np.sort(rng.choice(in_53490[larger], smaller, replace=False))
    return {(a, b): np.searchsorted(in_53490[a], in_53490[b]) for a, b in FILES}, in_53490


def test_both_directions_and_ways_through_others(files):
    arrays, places = files
    relations = correspondences_from_arrays(arrays)
    for source in places:
        for target in places:
            found = relations.source_of(source, target)
            assert len(found) == target
            known = found >= 0
            assert (places[source][found[known]] == places[target][known]).all()
    assert (relations.source_of(53490, 35709) >= 0).all()
    assert (relations.source_of(38365, 53215) >= 0).sum() == 38365
    assert (relations.source_of(53490, 38365) >= 0).sum() == 35709  # only what the smallest mesh has is known


def test_meshes_landmarks_parts_and_triangles(files):
    arrays, _ = files
    relations = correspondences_from_arrays(arrays)
    values = np.random.default_rng(1).random((53490, 3)).astype(np.float32)
    down = relations.source_of(53490, 35709)
    small = convert_vertices(values, down)
    assert (small == values[arrays[53490, 35709]]).all() and small.dtype == np.float32
    back = convert_vertices(small, relations.source_of(35709, 53490))
    known = ~np.isnan(back[:, 0])
    assert known.sum() == 35709 and (back[known] == values[known]).all()
    ids = np.array([[0, 5], [100, 35708]])
    large = convert_ids(ids, relations.source_of(35709, 53490), 35709)
    assert (large == arrays[53490, 35709][ids]).all()
    assert (convert_ids(large, down, 53490) == ids).all()
    lost = np.setdiff1d(np.arange(53490), arrays[53490, 35709])[:3]
    assert (convert_ids(lost, down, 53490) == -1).all()
    assert convert_part(np.concatenate([large.ravel(), lost]), down, 53490).tolist() == [0, 5, 100, 35708]
    triangles = np.array([large.ravel()[:3], [lost[0], *large.ravel()[:2]]])
    assert convert_triangles(triangles, down, 53490).tolist() == [[0, 5, 100]]


def test_a_file_may_point_the_other_way():
    turned = correspondences_from_arrays({(53490, 35709): np.arange(53490) % 35709})
    assert (turned.source_of(35709, 53490) == np.arange(53490) % 35709).all()
    assert (turned.source_of(53490, 35709) == np.arange(35709)).all()


def test_what_does_not_fit_is_refused(files):
    arrays, _ = files
    with pytest.raises(FaceviewerError, match=r"indices_53490_35709.npy: 10 entries"):
        correspondences_from_arrays({(53490, 35709): np.arange(10)})
    with pytest.raises(FaceviewerError, match="do not relate"):
        correspondences_from_arrays({(53490, 35709): np.full(35709, 53490)})
    with pytest.raises(FaceviewerError, match="no file relates"):
        correspondences_from_arrays({(53490, 35709): arrays[53490, 35709]}).source_of(53215, 35709)


def test_loaded_from_a_folder_with_some_of_the_files(files, tmp_path):
    arrays, _ = files
    for larger, smaller in FILES[1:3]:
        np.save(tmp_path / f"indices_{larger}_{smaller}.npy", arrays[larger, smaller])
    relations = load_correspondences(tmp_path)
    assert (relations.source_of(53215, 35709) == arrays[53215, 35709]).all()
    assert (relations.source_of(38365, 35709) >= 0).sum() == 35709  # by way of the largest mesh
