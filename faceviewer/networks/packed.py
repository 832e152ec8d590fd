"""Convolutions whose weights lie as the processor wants them.

On x86 torch rearranges a convolution's weights for oneDNN at every call, which takes a fifth of ResNet-50's time when
one face is shown to it. Arranged once, the same instructions give the same numbers.
"""

from __future__ import annotations

import platform

import torch
from torch import Tensor, nn


def can_pack(device: str, dtype: torch.dtype) -> bool:
    """Whether convolutions on ``device`` gain from it."""
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    return device == "cpu" and dtype == torch.float32 and x86 and torch.backends.mkldnn.is_available()


def pack_convolutions(module: nn.Module) -> None:
    """Replace every convolution inside ``module``; afterwards it can be neither trained, saved nor moved."""
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d):
            setattr(module, name, PackedConv2d(child))
        else:
            pack_convolutions(child)


class PackedConv2d(nn.Module):
    """A convolution on the CPU, for inference only. The first input decides for which size the weights are arranged."""

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self._geometry = (convolution.padding, convolution.stride, convolution.dilation, convolution.groups)
        self._weight = convolution.weight.detach().contiguous()
        self._bias = None if convolution.bias is None else convolution.bias.detach()

    def forward(self, x: Tensor) -> Tensor:
        if not self._weight.is_mkldnn:
            size = [1, *x.shape[1:]]
            self._weight = torch.ops.mkldnn._reorder_convolution_weight(self._weight, *self._geometry, size)
        return torch.ops.mkldnn._convolution_pointwise(x, self._weight, self._bias, *self._geometry, "none", [], "")
