"""Textures between the built-in head and a HiFi3D++ head."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faceviewer.io.images import read_png
from faceviewer.io.resources import resource_path
from faceviewer.io.safe_load import load_npz
from faceviewer.models.head_model import load_head
from faceviewer.models.hifi3d.correspondence import correspondence_arrays, load_correspondence
from faceviewer.models.hifi3d.points import LANDMARKS_68
from faceviewer.models.hifi3d.transfer import TexelMap, _charts, texel_map, transfer_texture
from faceviewer.types import FaceviewerError, Origin, Texture, Topology

SIZE = 256


@pytest.fixture(scope="module")
def head() -> Topology:
    return load_head().topology


def smooth_texture(size: int, seed: int = 0, origin: int = Origin.PHOTO) -> Texture:
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:size, 0:size] / size
    waves = [np.sin(a * rows + b * columns + c) for a, b, c in rng.uniform(-5, 5, (3, 3))]
    return Texture((127 + 100 * np.stack(waves, -1)).astype(np.uint8), np.full((size, size), origin, np.uint8))


def covered(places: TexelMap) -> np.ndarray:
    """(S, S) bool: texels with a counterpart."""
    mask = np.zeros(places.atlas.size**2, bool)
    mask[np.asarray(places.atlas.texels)[places.known]] = True
    return mask.reshape(places.atlas.size, -1)


def uv_of_vertices(topology: Topology) -> np.ndarray:
    """(N, 2); where charts meet, that of the largest one, the skin."""
    uv, chart = np.zeros((int(topology.triangles.max()) + 1, 2)), _charts(topology)
    skin = chart == np.bincount(chart).argmax()
    for chosen in (~skin, skin):
        uv[topology.triangles[chosen]] = topology.uv[topology.uv_triangles[chosen]]
    return uv


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000))
def test_there_and_back_on_smooth_textures(head, teaser_mesh, seed):
    hifi3d, texture = teaser_mesh.topology, smooth_texture(SIZE, seed)
    there = transfer_texture(texture, hifi3d, head)
    back = transfer_texture(there, head, hifi3d)
    both = covered(texel_map(head, hifi3d, SIZE)) & (back.origin == Origin.PHOTO)
    difference = np.abs(back.rgb[both].astype(int) - texture.rgb[both])
    assert both.mean() > 0.7 and np.median(difference) <= 1 and np.percentile(difference, 98) < 15


def test_provenance_and_what_has_no_counterpart(head, teaser_mesh):
    texture = smooth_texture(SIZE, origin=Origin.MIRRORED)
    bare = transfer_texture(texture, teaser_mesh.topology, head)
    assert set(np.unique(bare.origin)) == {Origin.EMPTY, Origin.MIRRORED}
    base = Texture(np.full((SIZE, SIZE, 3), 7, np.uint8), np.full((SIZE, SIZE), Origin.MODEL, np.uint8))
    full = transfer_texture(texture, teaser_mesh.topology, head, base=base)
    known = covered(texel_map(teaser_mesh.topology, head, SIZE))
    assert (full.origin[known] == Origin.MIRRORED).all() and (full.rgb[full.origin == Origin.MODEL] == 7).all()
    assert (full.origin == Origin.MODEL).mean() > 0.02, "eyeballs and teeth"


def test_any_size(head, teaser_mesh):
    small = transfer_texture(smooth_texture(SIZE), head, teaser_mesh.topology, 64)
    assert small.rgb.shape == (64, 64, 3) and small.origin.shape == (64, 64)


def test_landmarks_meet(head, teaser_mesh):
    """The texels at the built-in head's landmarks look at the places of the same landmarks in the other layout."""
    size, hifi3d = 512, teaser_mesh.topology
    arrays = load_npz(resource_path("head.npz"))
    corners, weights = arrays["anatomical68/vertices"], arrays["anatomical68/weights"]
    there, here = uv_of_vertices(hifi3d), uv_of_vertices(head)
    places = texel_map(hifi3d, head, size)
    texels = np.asarray(places.atlas.texels)
    for point in (19, 24, 30, 33, 36, 39, 42, 45, 48, 51, 54, 57):
        at = np.einsum("k,kc->c", weights[point], here[corners[point]]) * (size, -size) + (0, size)
        far = np.hypot(texels % size + 0.5 - at[0], texels // size + 0.5 - at[1])
        far[~places.known] = np.inf
        near = np.argsort(far)[:4]
        away = np.abs(places.uv[near] - there[LANDMARKS_68[point]]).max(1).min() * size
        assert far[near[0]] < 3 and away < 4, (point, away)


def test_the_demonstration_map_on_the_built_in_head(head, teaser, teaser_mesh):
    rgb = read_png(teaser / "tex_uv.png")
    texture = Texture(rgb, np.full(rgb.shape[:2], Origin.PHOTO, np.uint8))
    worn = transfer_texture(texture, teaser_mesh.topology, head, 512)
    uv = uv_of_vertices(head)

    def color(part: str, percent: float = 50) -> np.ndarray:
        xy = np.clip((uv[head.parts[part]] * (512, -512) + (0, 512)).astype(int), 0, 511)
        return np.percentile(worn.rgb[xy[:, 1], xy[:, 0]], percent, axis=0)

    nose, lip, brow = color("nose"), color("down_lip"), color("left_eyebrow", 10)
    assert nose[0] > nose[1] > nose[2] > 80
    assert lip[0] - lip[1] > nose[0] - nose[1] + 10, "lips are redder than the nose"
    assert brow.mean() < nose.mean() - 40, "brows are darker"


def test_strangers_are_refused(head, teaser_mesh):
    other = Topology("cube", np.array([[0, 1, 2]]), np.zeros((3, 2), np.float32), np.array([[0, 1, 2]]))
    with pytest.raises(FaceviewerError, match=r"between the built-in head and HiFi3D\+\+ heads; cube is neither"):
        transfer_texture(smooth_texture(64), other, head)
    with pytest.raises(FaceviewerError, match="side of 64 texels, not of 128"):
        transfer_texture(smooth_texture(64), teaser_mesh.topology, head, 128, base=smooth_texture(64))


def test_the_correspondence_comes_back_from_its_arrays(tmp_path):
    known = load_correspondence()
    arrays = correspondence_arrays(known)
    np.savez(tmp_path / "again.npz", **arrays)
    again = load_correspondence(tmp_path / "again.npz")
    assert (again.triangle == known.triangle).all() and (again.symmetry == known.symmetry).all()
    assert np.abs(again.weights - known.weights).max() < 1e-3
    assert all((again.parts[name] == ids).all() for name, ids in known.parts.items())
    for number, (change, said) in enumerate((
        ({"schema": np.array("x")}, "not a correspondence of format"),
        ({"parts": arrays["parts"][:5]}, "not one of 20481 vertices"),
    )):  # fmt: skip
        path = tmp_path / f"{number}.npz"
        np.savez(path, **(arrays | change))
        with pytest.raises(FaceviewerError, match=said):
            load_correspondence(path)
