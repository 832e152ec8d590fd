"""Keys equal to the published ones, and a sentence for every file that is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from faceviewer.io.safe_load import load_checkpoint
from faceviewer.networks.large_base import LargeBase
from faceviewer.networks.published import PUBLISHED, load_published, load_state
from faceviewer.types import FaceviewerError

KEYS = {
    "resnet50": "recon_resnet50",
    "mbnetv3": "recon_mbnetv3",
    "retinaface": "retinaface",
    "large_base": "large_base",
}


def published_keys(shared: Path, kind: str) -> dict:
    return json.loads((shared / "vectors/3ddfa_v3" / f"keys_{KEYS[kind]}.json").read_text())


def weights_of(kind: str) -> dict[str, torch.Tensor]:
    """Tensors of the right shapes that take no memory: one number each, repeated."""
    with torch.device("meta"):
        state = PUBLISHED[kind].build().state_dict()
    return {key: torch.ones((), dtype=value.dtype).expand(value.shape) for key, value in state.items()}


def checkpoint_of(kind: str) -> dict:
    published = PUBLISHED[kind]
    weights = weights_of(kind)
    return {"epoch": 20, published.wrapped_in: weights} if published.wrapped_in else dict(weights)


@pytest.mark.parametrize("kind", KEYS)
def test_keys_shapes_types_and_their_order(shared: Path, kind: str) -> None:
    with torch.device("meta"):
        network = PUBLISHED[kind].build()
    ours = [[key, list(v.shape), str(v.dtype).removeprefix("torch.")] for key, v in network.state_dict().items()]
    wanted = published_keys(shared, kind)
    assert ours == wanted["keys"]
    assert sum(parameter.numel() for parameter in network.parameters()) == wanted["parameters"]
    assert (PUBLISHED[kind].wrapped_in or None) == wanted["wrapped_in"]
    assert (PUBLISHED[kind].strip or None) == wanted["strip_substring"]


@pytest.mark.parametrize("kind", PUBLISHED)
def test_load(kind: str) -> None:
    network = load_published(kind, checkpoint_of(kind), "file.pth")
    assert all((value == 1).all() and value.device.type == "cpu" for value in network.state_dict().values())


def test_the_prefix_of_parallel_training_is_left_out() -> None:
    weights = {f"module.{key}": value for key, value in weights_of("large_base").items()}
    load_published("large_base", {"state_dict": weights}, "file.pth")


@pytest.mark.parametrize("prefix", ["", "module."])
@pytest.mark.parametrize("wrapped", [False, True])
def test_weights_that_may_be_wrapped_or_not(prefix: str, wrapped: bool) -> None:
    weights = {f"{prefix}{key}": value for key, value in weights_of("trg").items()}
    network = load_published("trg", {"state_dict": weights} if wrapped else weights, "file.bin")
    assert (network.get_buffer("points_grid") == 1).all()
    del weights[f"{prefix}regressor.2.init_face"]
    with pytest.raises(FaceviewerError, match=r"file\.bin: lacks 'regressor\.2\.init_face'$"):
        load_published("trg", {"state_dict": weights} if wrapped else weights, "file.bin")


def test_weights_in_half_or_double_precision_are_converted() -> None:
    weights = {key: v.half() if v.is_floating_point() else v for key, v in weights_of("large_base").items()}
    network = load_published("large_base", {"state_dict": weights}, "file.pth")
    assert next(network.parameters()).dtype == torch.float32


def test_arrays_serve_as_tensors_do() -> None:
    """Even read-only, of the other byte order, or a mere number, as files give them."""
    arrays = {key: np.array(value.numpy()) for key, value in weights_of("large_base").items()}
    arrays["block1.1.bias"] = np.arange(64, dtype=">f8")
    arrays["block1.1.bias"].setflags(write=False)
    arrays["block1.1.num_batches_tracked"] = np.int64(7)
    state = load_published("large_base", {"state_dict": arrays}, "file.pth").state_dict()
    assert state["block1.1.bias"].tolist() == list(range(64)) and state["block1.1.num_batches_tracked"] == 7
    assert {value.dtype for value in state.values()} == {torch.float32, torch.int64}


def test_from_a_file_of_torch(tmp_path: Path) -> None:
    network = LargeBase()
    path = tmp_path / "large_base_net.pth"
    torch.save({"epoch": 1, "state_dict": {f"module.{key}": v for key, v in network.state_dict().items()}}, path)
    loaded = load_published("large_base", load_checkpoint(path), str(path)).state_dict()
    assert all(torch.equal(loaded[key], value) for key, value in network.state_dict().items())


@pytest.mark.parametrize(("kind", "other"), [(a, b) for a in PUBLISHED for b in PUBLISHED if a != b])
def test_weights_of_another_network(kind: str, other: str) -> None:
    with pytest.raises(FaceviewerError) as caught:
        load_published(kind, checkpoint_of(other), "net.pth")
    expected = f"net.pth: holds the weights of {PUBLISHED[other].title}, not of {PUBLISHED[kind].title}"
    assert str(caught.value) == expected


@pytest.mark.parametrize("kind", ["resnet50", "mbnetv3", "large_base"])
@pytest.mark.parametrize("checkpoint", [{}, {"epoch": 3}, {"net_recon": None, "state_dict": [1]}])
def test_no_weights(kind: str, checkpoint: dict) -> None:
    with pytest.raises(FaceviewerError, match=rf"net\.pth: has no entry '{PUBLISHED[kind].wrapped_in}' with the"):
        load_published(kind, checkpoint, "net.pth")


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ({"block19.weight": None}, "net.pth: 'block19.weight' is a NoneType, not an array"),
        ({"block19.weight": [1.0]}, "net.pth: 'block19.weight' is a list, not an array"),
        (
            {"block1.1.bias": np.array(["x"] * 64)},
            "net.pth: 'block1.1.bias' has the type str32 instead of float32",
        ),
        ({"block19.bias": torch.ones(3)}, "net.pth: has 'block19.bias', which this network does not know"),
        (
            {"block1.1.bias": torch.ones(32)},
            "net.pth: 'block1.1.bias' has the shape (32,) instead of (64,)",
        ),
        (
            {"block1.1.bias": torch.ones(64, dtype=torch.int64)},
            "net.pth: 'block1.1.bias' has the type int64 instead of float32",
        ),
        (
            {"block1.1.bias": torch.full((64,), torch.nan), "block2.conv.1.bias": torch.full((128,), torch.inf)},
            "net.pth: 'block1.1.bias' holds numbers that are not finite (and 1 more)",
        ),
    ],
)
def test_a_damaged_entry_is_named(damage: dict, sentence: str) -> None:
    with pytest.raises(FaceviewerError) as caught:
        load_state(LargeBase(), weights_of("large_base") | damage, "net.pth")
    assert str(caught.value) == sentence


def test_missing_keys_are_named_and_counted() -> None:
    weights = weights_of("large_base")
    del weights["block3.conv.1.weight"], weights["block4.conv.1.weight"]
    with pytest.raises(FaceviewerError, match=r"net\.pth: lacks 'block3\.conv\.1\.weight' \(and 1 more\)"):
        load_state(LargeBase(), weights, "net.pth")
