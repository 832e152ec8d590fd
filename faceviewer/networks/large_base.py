"""The 106-point network: a heat map per landmark, and where on it the landmark lies.

``detection.landmarks106`` cuts its input and lays its output on the photo.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from faceviewer.networks.layers import conv_norm

INPUT_SIZE = 224
LANDMARKS = 106


@dataclass(frozen=True)
class _Row:
    inputs: int
    outputs: int
    expansion: int
    stride: int
    shortcut: bool


_ROWS = (
    _Row(64, 64, 2, 1, False),
    _Row(64, 64, 2, 2, False),
    *[_Row(64, 64, 2, 1, True)] * 4,
    _Row(64, 128, 2, 2, False),
    _Row(128, 128, 4, 1, False),
    *[_Row(128, 128, 4, 1, True)] * 5,
    _Row(128, 128, 2, 1, False),
    _Row(128, 128, 2, 2, False),
    _Row(128, 128, 2, 1, False),
)


class LargeBase(nn.Module):
    """``block1`` to ``block19``, one after the other, and the soft-argmax of what they give."""

    def __init__(self) -> None:
        super().__init__()
        blocks = [
            conv_norm(3, 64, 3, stride=2, activation=nn.PReLU(64)),
            *(InvertedResidual(row) for row in _ROWS),
            conv_norm(128, 256, 3, activation=nn.PReLU(256)),
            nn.Conv2d(256, LANDMARKS, 3, padding=1, bias=False),
        ]
        for number, block in enumerate(blocks, 1):
            self.add_module(f"block{number}", block)

    def heatmaps(self, x: Tensor) -> Tensor:
        """(B, 3, 224, 224) to (B, 106, 14, 14) raw heat maps."""
        for block in self.children():
            x = block(x)
        return x

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, 224, 224) to (B, 212): x0, y0, x1, y1 ... in units of the crop, 0 to 1."""
        return soft_argmax(self.heatmaps(x))


class InvertedResidual(nn.Module):
    """Widen, filter each channel, narrow."""

    def __init__(self, row: _Row) -> None:
        super().__init__()
        wide = row.inputs * row.expansion
        self.shortcut = row.shortcut
        self.conv = nn.Sequential(
            *conv_norm(row.inputs, wide, 1, activation=nn.PReLU(wide)),
            *conv_norm(wide, wide, 3, stride=row.stride, groups=wide, activation=nn.PReLU(wide)),
            *conv_norm(wide, row.outputs, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(x) if self.shortcut else self.conv(x)


def soft_argmax(heatmaps: Tensor) -> Tensor:
    """(B, L, h, w) raw heat maps to (B, 2 L) expected positions x0, y0, x1, y1 ..., 0 to 1, float32.

    x is the expected row over the height and y the expected column over the width: the network was trained with
    transposed heat maps. Both lie on a cell's first corner, not its middle.
    """
    height, width = heatmaps.shape[-2:]
    share = torch.softmax(heatmaps.float().flatten(2), -1).unflatten(-1, (height, width))
    rows = torch.arange(height, device=share.device, dtype=share.dtype) / height
    columns = torch.arange(width, device=share.device, dtype=share.dtype) / width
    return torch.stack([share.sum(3) @ rows, share.sum(2) @ columns], -1).flatten(1)
