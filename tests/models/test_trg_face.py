"""TRG's face is known again where a file shows it, and its absence is no error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from faceviewer.assets.places import Place, find
from faceviewer.models.known_topologies import recognised
from faceviewer.models.trg_face import load_trg_face, small_files
from faceviewer.types import FaceviewerError, Topology


@pytest.fixture
def place(trg_assets: Path) -> Place:
    return Place(trg_assets, "chosen")


def plain(triangles: np.ndarray) -> Topology:
    """As a file without texture coordinates is read."""
    return Topology("mesh", triangles, np.zeros((1, 2), np.float32), np.zeros_like(triangles))


def test_a_mesh_of_the_face_has_its_landmarks_again(place: Place, tmp_path: Path) -> None:
    face = load_trg_face(find(place.folder)[0])
    triangles = face.topology.triangles.copy()
    assert recognised(plain(triangles), 1220, place, has_uv=False) is face.topology
    other = plain(triangles[::-1].copy())
    assert recognised(other, 1220, place, has_uv=False) is other
    unknown = plain(triangles)
    assert recognised(unknown, 1220, Place(tmp_path, "chosen"), has_uv=False) is unknown


def test_what_the_mesh_says_of_texture_coordinates_stays(place: Place) -> None:
    face = load_trg_face(find(place.folder)[0])
    mesh = Topology("mesh", face.topology.triangles, np.full((1220, 2), 0.5, np.float32), face.topology.triangles)
    found = recognised(mesh, 1220, place, has_uv=True)
    assert found.name == "trg" and (found.uv == 0.5).all() and "68" in found.landmarks


def test_the_landmarks_are_left_and_right_alike(place: Place) -> None:
    """But for the two pairs in which the published list is not the same on both sides."""
    topology = load_trg_face(find(place.folder)[0]).topology
    ids = topology.landmarks["68"][0][:, 0]
    assert topology.symmetry is not None
    jaw = [topology.symmetry[ids[k]] == ids[16 - k] for k in range(17)]
    assert [k for k, alike in enumerate(jaw) if not alike] == [1, 15]


def test_files_that_are_not_there_are_named(tmp_path: Path, place: Place) -> None:
    (located,) = find(place.folder)
    assert len(small_files(located)) == 4
    (tmp_path / "kpt_ind.npy").write_bytes(b"")
    (half,) = find(tmp_path)
    with pytest.raises(FaceviewerError, match=r"lacks arkit_subsample\.pkl \(Which 305"):
        load_trg_face(half)
