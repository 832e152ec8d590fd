"""MobileNet-V3-Large: the light backbone of 3DDFA-V3's regressor.

Source: A. Howard et al., Searching for MobileNetV3, ICCV 2019, in the variant that the published weights belong to:
squeeze-and-excitation stands before a block's second activation and is made of linear layers.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from faceviewer.networks.layers import conv_norm

WIDTH = 960
"""Channels of the output."""


@dataclass(frozen=True)
class _Row:
    kernel: int
    expanded: int
    outputs: int
    squeezed: int
    """Width inside squeeze-and-excitation; 0 for a block without."""
    activation: type[nn.Module]
    stride: int


_ROWS = (
    _Row(3, 16, 16, 0, nn.ReLU, 1),
    _Row(3, 64, 24, 0, nn.ReLU, 2),
    _Row(3, 72, 24, 0, nn.ReLU, 1),
    _Row(5, 72, 40, 24, nn.ReLU, 2),
    _Row(5, 120, 40, 32, nn.ReLU, 1),
    _Row(5, 120, 40, 32, nn.ReLU, 1),
    _Row(3, 240, 80, 0, nn.Hardswish, 2),
    _Row(3, 200, 80, 0, nn.Hardswish, 1),
    _Row(3, 184, 80, 0, nn.Hardswish, 1),
    _Row(3, 184, 80, 0, nn.Hardswish, 1),
    _Row(3, 480, 112, 120, nn.Hardswish, 1),
    _Row(3, 672, 112, 168, nn.Hardswish, 1),
    _Row(5, 672, 160, 168, nn.Hardswish, 2),
    _Row(5, 960, 160, 240, nn.Hardswish, 1),
    _Row(5, 960, 160, 240, nn.Hardswish, 1),
)


class MobileNetV3(nn.Module):
    """Everything before the pooling."""

    def __init__(self) -> None:
        super().__init__()
        blocks: list[nn.Module] = [conv_norm(3, 16, 3, stride=2, activation=nn.Hardswish())]
        inputs = 16
        for row in _ROWS:
            blocks.append(InvertedResidual(inputs, row))
            inputs = row.outputs
        self.features = nn.Sequential(*blocks)
        self.conv = conv_norm(inputs, WIDTH, 1, activation=nn.Hardswish())

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) to (B, 960, H / 32, W / 32)."""
        return self.conv(self.features(x))


class InvertedResidual(nn.Module):
    """Widen, filter each channel, narrow; with a shortcut where input and output are alike."""

    def __init__(self, inputs: int, row: _Row) -> None:
        super().__init__()
        self.shortcut = row.stride == 1 and inputs == row.outputs
        wide, attention = row.expanded, SqueezeExcite(row.expanded, row.squeezed) if row.squeezed else nn.Identity()
        depthwise = conv_norm(wide, wide, row.kernel, stride=row.stride, groups=wide)
        narrow = conv_norm(wide, row.outputs, 1)
        if inputs == wide:
            layers = [*depthwise, row.activation(), attention, *narrow]
        else:
            widen = conv_norm(inputs, wide, 1, activation=row.activation())
            layers = [*widen, *depthwise, attention, row.activation(), *narrow]
        self.conv = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(x) if self.shortcut else self.conv(x)


class SqueezeExcite(nn.Module):
    """Weighs the channels by what the whole picture holds."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.fc = nn.Sequential(
            nn.Linear(channels, squeezed), nn.ReLU(), nn.Linear(squeezed, channels), nn.Hardsigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        return x * self.fc(x.mean((2, 3)))[:, :, None, None]
