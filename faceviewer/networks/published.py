"""The published checkpoints: how their files are wrapped, which network they fill, and what is wrong with a file.

Reading the files is the business of ``io.safe_load``; here they are mappings already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from faceviewer.networks.large_base import LargeBase
from faceviewer.networks.recon import recon_mobilenet_v3, recon_resnet50
from faceviewer.networks.retinaface import RetinaFace
from faceviewer.networks.trg import Trg
from faceviewer.types import FaceviewerError


@dataclass(frozen=True)
class Published:
    """One kind of checkpoint."""

    title: str
    build: Callable[[], nn.Module]
    telltale: str
    """A key that no other kind has."""
    wrapped_in: str = ""
    """The entry of the file that holds the weights; "" where they lie in the file itself."""
    strip: str = ""
    """What is left out of every key, wherever it stands."""
    may_be_wrapped_in: str = ""
    """An entry that may hold them where they need not be wrapped."""


PUBLISHED: Mapping[str, Published] = {
    "resnet50": Published(
        "the ResNet-50 backbone", recon_resnet50, "backbone.layer4.2.conv3.weight", wrapped_in="net_recon"
    ),
    "mbnetv3": Published(
        "the MobileNet-V3 backbone", recon_mobilenet_v3, "backbone.features.15.conv.7.weight", wrapped_in="net_recon"
    ),
    "retinaface": Published("the RetinaFace detector", RetinaFace, "ssh1.conv3X3.0.weight"),
    "large_base": Published(
        "the 106-point network", LargeBase, "block19.weight", wrapped_in="state_dict", strip="module."
    ),
    "trg": Published(
        "the TRG network", Trg, "regressor.0.decshape.weight", strip="module.", may_be_wrapped_in="state_dict"
    ),
}
"""By the names that the published programs have for them."""


def load_published(kind: str, checkpoint: Mapping[str, Any], where: str) -> nn.Module:
    """The network ``kind``, one of ``PUBLISHED``, with the weights of a file; on the CPU, ready for ``for_inference``.

    checkpoint: what the file holds; where: its name, for errors. Raises FaceviewerError with one sentence when an
    entry is missing, of another shape, not finite or not known to the network, or belongs to another network.
    """
    published = PUBLISHED[kind]
    weights = published_weights(published, checkpoint, where)
    with torch.device("meta"):  # nobody needs the random weights
        network = published.build()
    load_state(network, weights, where)
    return network


def published_weights(published: Published, checkpoint: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Key -> value of the weights inside a checkpoint, named as the network names them.

    Raises FaceviewerError when the file is wrapped otherwise or its weights are those of another kind.
    """
    weights: Any = checkpoint.get(published.wrapped_in) if published.wrapped_in else checkpoint
    if isinstance(inner := checkpoint.get(published.may_be_wrapped_in), Mapping):
        weights = inner
    other = _other_kind(published, checkpoint)
    if other is not None:
        raise FaceviewerError(f"{where}: holds the weights of {other.title}, not of {published.title}")
    if not isinstance(weights, Mapping):
        raise FaceviewerError(f"{where}: has no entry {published.wrapped_in!r} with the weights of {published.title}")
    if not published.strip:
        return dict(weights)
    return {str(key).replace(published.strip, ""): value for key, value in weights.items()}


def load_state(module: nn.Module, state: Mapping[str, Any], where: str) -> None:
    """Fill a network, strictly: every key, every shape, finite numbers.

    state: key -> tensor or array; the network takes them over where they can be written to and have its type.
    Raises FaceviewerError with one sentence that names the first entry that is wrong and how many more there are.
    """
    expected = module.state_dict()
    findings = [
        *(f"lacks {key!r}" for key in expected if key not in state),
        *(f"has {key!r}, which this network does not know" for key in state if key not in expected),
        *(finding for key in expected if key in state and (finding := _fault(key, state[key], expected[key]))),
    ]
    if findings:
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        raise FaceviewerError(f"{where}: {findings[0]}{more}")
    tensors = {key: _as_tensor(state[key]).to(value.dtype) for key, value in expected.items()}
    module.load_state_dict(tensors, assign=True)


def _other_kind(published: Published, checkpoint: Mapping[str, Any]) -> Published | None:
    """The kind whose weights a checkpoint holds, wherever they lie in it, if it is another one."""
    places = [place for place in (checkpoint, *checkpoint.values()) if isinstance(place, Mapping)]
    keys = {str(key).replace("module.", "") for place in places for key in place}
    if published.telltale in keys:
        return None
    return next((other for other in PUBLISHED.values() if other.telltale in keys), None)


def _fault(key: str, value: Any, expected: Tensor) -> str:
    if not isinstance(value, Tensor | np.ndarray | np.generic):
        return f"{key!r} is a {type(value).__name__}, not an array"
    if tuple(value.shape) != tuple(expected.shape):
        return f"{key!r} has the shape {tuple(value.shape)} instead of {tuple(expected.shape)}"
    dtype = _type_name(value)
    if not re.fullmatch("b?float(16|32|64)" if expected.is_floating_point() else "u?int(8|16|32|64)", dtype):
        return f"{key!r} has the type {dtype} instead of {_type_name(expected)}"
    if not torch.isfinite(_as_tensor(value)).all():
        return f"{key!r} holds numbers that are not finite"
    return ""


def _type_name(value: Tensor | np.ndarray | np.generic) -> str:
    return str(value.dtype).removeprefix("torch.") if isinstance(value, Tensor) else value.dtype.name


def _as_tensor(value: Tensor | np.ndarray | np.generic) -> Tensor:
    """Torch shares the memory of arrays and minds those that are read-only or of the other byte order."""
    if isinstance(value, Tensor):
        return value
    return torch.from_numpy(np.require(value, value.dtype.newbyteorder("="), "W"))
