"""Engines get whole files with the keys of their networks, or one sentence that names file and reason."""

from __future__ import annotations

import numpy as np
import pytest
from small_pack import LARGE, OLD

from faceviewer.assets.loading import load_asset
from faceviewer.assets.places import find
from faceviewer.types import FaceviewerError


@pytest.fixture
def located(small):
    return find(small)[0]


def test_weights_come_unwrapped_with_the_keys_of_the_network(located):
    assert list(load_asset(located, "large.pth")) == [tensor.key for tensor in LARGE.tensors]
    old = load_asset(located, "old.pth")  # whose file has another prefix
    assert list(old) == [tensor.key for tensor in OLD.tensors]
    np.testing.assert_array_equal(old["c.weight"], np.ones(5, np.float32))


def test_arrays_lists_and_meshes_come_as_they_are(located):
    assert [part.tolist() for part in load_asset(located, "model.npy")["parts"]] == [[0, 1], [2, 3, 1]]
    assert load_asset(located, "points.mat")["lm"].shape == (68, 3)
    assert load_asset(located, "map.npy").tolist() == [8, 0, 3, 5]
    assert load_asset(located, "mean.obj").colors.tolist() == np.eye(3).tolist()


def test_other_files_are_refused_with_a_sentence(located, small):
    (small / "large.pth").write_bytes((small / "small.pth").read_bytes())
    with pytest.raises(FaceviewerError) as caught:
        load_asset(located, "large.pth")
    assert (
        str(caught.value)
        == f"{small / 'large.pth'}: it holds the weights of the small net, which belong into small.pth"
    )
    (small / "old.pth").unlink()
    with pytest.raises(FaceviewerError, match=r"old\.pth: there is no such file"):
        load_asset(located, "old.pth")
    with pytest.raises(FaceviewerError, match=r"lacks old\.pth"):
        load_asset(find(small)[0], "old.pth")
