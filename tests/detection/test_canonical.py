from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.detection.bundle import default_bundle
from faceviewer.detection.canonical import canonical_face, parse_canonical_face
from faceviewer.detection.topology import BLENDSHAPE_POINTS, LEFT_EYELIDS, RIGHT_EYELIDS
from faceviewer.types import BLENDSHAPE_NAMES, FaceviewerError

MESSAGE = default_bundle().geometry


def test_mesh() -> None:
    face = canonical_face()
    assert face.xyz_cm.shape == (468, 3) and face.uv.shape == (468, 2) and face.triangles.shape == (898, 3)
    assert set(face.triangles.ravel()) == set(range(468))
    assert 13 < np.ptp(face.xyz_cm[:, 0]) < 17  # a head's width in cm
    assert face.xyz_cm[33, 0] < 0 < face.xyz_cm[263, 0]  # the subject's right eye lies at -x


def test_triangles_face_outwards() -> None:
    face = canonical_face()
    a, b, c = (face.xyz_cm[face.triangles[:, k]] for k in range(3))
    assert (np.cross(b - a, c - a)[:, 2] > 0).mean() > 0.95


def test_mirroring_is_its_own_inverse_and_maps_the_triangles() -> None:
    face = canonical_face()
    assert (face.mirrored[face.mirrored] == np.arange(478)).all()
    assert set(face.mirrored[RIGHT_EYELIDS]) == set(LEFT_EYELIDS)
    triangles = {frozenset(t) for t in face.triangles.tolist()}
    assert {frozenset(t) for t in face.mirrored[face.triangles].tolist()} == triangles


def test_blendshape_facts() -> None:
    assert len(BLENDSHAPE_POINTS) == 146 == len(set(BLENDSHAPE_POINTS))
    assert len(BLENDSHAPE_NAMES) == 52 == len(set(BLENDSHAPE_NAMES))
    # what an expression network reads cannot prefer a side
    assert set(canonical_face().mirrored[BLENDSHAPE_POINTS]) == set(BLENDSHAPE_POINTS)


@given(st.integers(0, len(MESSAGE) - 1), st.integers(0, 255))
def test_damage_is_refused_or_harmless(position: int, value: int) -> None:
    damaged = bytearray(MESSAGE)
    damaged[position] = value
    try:
        face = parse_canonical_face(bytes(damaged))
    except FaceviewerError:
        return
    assert face.triangles.max() < 468 and face.triangles.min() >= 0


@pytest.mark.parametrize("length", [0, 1, 2, 1000, len(MESSAGE) // 2])
def test_truncation_is_refused(length: int) -> None:
    with pytest.raises(FaceviewerError, match="damaged"):
        parse_canonical_face(MESSAGE[:length])
