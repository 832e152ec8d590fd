"""ResNet-50: the backbone of 3DDFA-V3's regressor and of RetinaFace.

Source: K. He et al., Deep residual learning for image recognition, CVPR 2016, in the layout known as v1.5: the
stride of a block is that of its 3x3 convolution.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTHS = (512, 1024, 2048)
"""Channels of the levels at strides 8, 16 and 32."""


class ResNet50(nn.Module):
    """Everything before the pooling; there is neither pooling nor classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = _stage(64, 64, blocks=3, stride=1)
        self.layer2 = _stage(256, 128, blocks=4, stride=2)
        self.layer3 = _stage(512, 256, blocks=6, stride=2)
        self.layer4 = _stage(1024, 512, blocks=3, stride=2)

    def levels(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, 3, H, W) to the feature maps at strides 8, 16 and 32, ``WIDTHS`` channels wide."""
        x = torch.relu_(self.bn1(self.conv1(x)))
        x = self.layer1(functional.max_pool2d(x, 3, 2, 1))
        eighth = self.layer2(x)
        sixteenth = self.layer3(eighth)
        return eighth, sixteenth, self.layer4(sixteenth)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) to (B, 2048, H / 32, W / 32)."""
        return self.levels(x)[-1]


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolutions beside a shortcut."""

    def __init__(self, inputs: int, narrow: int, stride: int) -> None:
        super().__init__()
        outputs = 4 * narrow
        self.conv1 = nn.Conv2d(inputs, narrow, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(narrow)
        self.conv2 = nn.Conv2d(narrow, narrow, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(narrow)
        self.conv3 = nn.Conv2d(narrow, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample: nn.Module | None = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        x = torch.relu_(self.bn1(self.conv1(x)))
        x = torch.relu_(self.bn2(self.conv2(x)))
        return torch.relu_(self.bn3(self.conv3(x)).add_(shortcut))


def _stage(inputs: int, narrow: int, *, blocks: int, stride: int) -> nn.Sequential:
    rest = (Bottleneck(4 * narrow, narrow, 1) for _ in range(blocks - 1))
    return nn.Sequential(Bottleneck(inputs, narrow, stride), *rest)
