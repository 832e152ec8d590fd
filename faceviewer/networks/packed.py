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
    """Replace every convolution inside ``module``, and every transposed one that doubles a map's sides.

    Afterwards it can be neither trained, saved nor moved.
    """
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d):
            setattr(module, name, PackedConv2d(child))
        elif isinstance(child, nn.ConvTranspose2d) and _doubles(child):
            setattr(module, name, PackedDoubling(child))
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


class PackedDoubling(nn.Module):
    """A transposed convolution of kernel 4, stride 2 and padding 1, computed as four ordinary ones side by side.

    Of the kernel's taps, two along each side meet a cell of the result, which two depends on whether it is even or odd.
    """

    def __init__(self, transposed: nn.ConvTranspose2d) -> None:
        super().__init__()
        taps = ([3, 1], [2, 0])  # of the even and the odd cells, from the source cell before to the one behind
        kernels = [transposed.weight.detach()[:, :, rows][..., columns] for rows in taps for columns in taps]
        convolution = nn.Conv2d(transposed.in_channels, 4 * transposed.out_channels, 2, padding=1, bias=False)
        convolution.weight = nn.Parameter(torch.cat(kernels, 1).transpose(0, 1).contiguous(), requires_grad=False)
        if transposed.bias is not None:
            convolution.bias = nn.Parameter(transposed.bias.detach().repeat(4), requires_grad=False)
        self._convolution = PackedConv2d(convolution)

    def forward(self, x: Tensor) -> Tensor:
        count, _, height, width = x.shape
        parts = self._convolution(x).chunk(4, 1)
        doubled = x.new_empty(count, parts[0].shape[1], 2 * height, 2 * width)
        for part, (row, column) in zip(parts, ((0, 0), (0, 1), (1, 0), (1, 1)), strict=True):
            doubled[:, :, row::2, column::2] = part[:, :, row : row + height, column : column + width]
        return doubled


def _doubles(transposed: nn.ConvTranspose2d) -> bool:
    geometry = (transposed.kernel_size, transposed.stride, transposed.padding, transposed.output_padding)
    usual = transposed.dilation == (1, 1) and transposed.groups == 1
    return usual and geometry == ((4, 4), (2, 2), (1, 1), (0, 0))
