"""Making a network ready to be run, only run, and run fast."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from faceviewer.networks.packed import can_pack, pack_convolutions

Network = TypeVar("Network", bound=nn.Module)


def for_inference(network: Network, device: str, dtype: torch.dtype = torch.float32) -> Network:
    """Fold the batch norms into the convolutions before them and move the network to where it will run.

    The network is changed and given back; afterwards its state dict is no longer the published one. Inputs should be of
    the same ``dtype`` and, for speed, ``channels_last``.
    """
    network.eval().requires_grad_(False)
    _fold_batch_norms(network)
    network.to(device, dtype)
    if can_pack(device, dtype):
        pack_convolutions(network)
        return network
    return network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]


@contextmanager
def exact() -> Iterator[None]:
    """Run networks without gradients and in the full precision of float32: cuDNN would use TF32, with 10 bits."""
    with torch.inference_mode(), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        yield


def to_input(pictures: np.ndarray, device: str, dtype: torch.dtype = torch.float32) -> Tensor:
    """(B, H, W, C) to (B, C, H, W) where the network is; ``channels_last``, without a copy on the CPU."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).to(device, dtype)


def _fold_batch_norms(module: nn.Module) -> None:
    """Rely on what all our networks keep to: a batch norm is registered right after the convolution it follows."""
    children = list(module.named_children())
    for (first, convolution), (second, norm) in pairwise(children):
        if isinstance(convolution, nn.Conv2d | nn.ConvTranspose2d) and isinstance(norm, nn.BatchNorm2d):
            dtype, transposed = convolution.weight.dtype, isinstance(convolution, nn.ConvTranspose2d)
            folded = fuse_conv_bn_eval(convolution.double(), norm.double(), transpose=transposed)
            setattr(module, first, folded.to(dtype))  # rounded once
            setattr(module, second, nn.Identity())
    for _, child in children:
        _fold_batch_norms(child)
