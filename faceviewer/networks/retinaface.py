"""RetinaFace on ResNet-50: for every anchor of a picture, is there a face, where, and where are its five points?

Source: J. Deng et al., RetinaFace: single-shot multi-level face localisation in the wild, CVPR 2020.
``detection.retinaface`` prepares its input and reads its output.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from faceviewer.networks.layers import conv_norm
from faceviewer.networks.resnet50 import WIDTHS, ResNet50

INPUT_SIZE = 512
_WIDTH = 256
_ANCHORS_PER_CELL = 2


class RetinaFace(nn.Module):
    """Backbone, feature pyramid, context modules and three heads on three levels."""

    def __init__(self) -> None:
        super().__init__()
        self.body = ResNet50()
        self.fpn = FeaturePyramid()
        self.ssh1, self.ssh2, self.ssh3 = Context(), Context(), Context()
        self.ClassHead = _heads(2)
        self.BboxHead = _heads(4)
        self.LandmarkHead = _heads(10)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, 3, H, W) to raw (B, A, 4) boxes, (B, A, 2) class logits and (B, A, 10) landmarks.

        A: the anchors in the order of ``detection.retinaface.anchors``.
        """
        pyramid = self.fpn(*self.body.levels(x))
        levels = [context(level) for context, level in zip((self.ssh1, self.ssh2, self.ssh3), pyramid, strict=True)]
        boxes, classes, landmarks = (
            torch.cat([head(level) for head, level in zip(heads, levels, strict=True)], 1)
            for heads in (self.BboxHead, self.ClassHead, self.LandmarkHead)
        )
        return boxes, classes, landmarks


class FeaturePyramid(nn.Module):
    """Carries what the coarse levels know down to the fine ones."""

    def __init__(self) -> None:
        super().__init__()
        self.output1, self.output2, self.output3 = (
            conv_norm(width, _WIDTH, 1, activation=nn.ReLU(inplace=True)) for width in WIDTHS
        )
        self.merge1, self.merge2 = (conv_norm(_WIDTH, _WIDTH, 3, activation=nn.ReLU(inplace=True)) for _ in range(2))

    def forward(self, fine: Tensor, middle: Tensor, coarse: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        fine, middle, coarse = self.output1(fine), self.output2(middle), self.output3(coarse)
        middle = self.merge2(middle + functional.interpolate(coarse, size=middle.shape[-2:]))
        fine = self.merge1(fine + functional.interpolate(middle, size=fine.shape[-2:]))
        return fine, middle, coarse


class Context(nn.Module):
    """Windows of 3, 5 and 7 cells side by side, the larger ones as chains of 3x3 convolutions."""

    def __init__(self) -> None:
        super().__init__()
        half, quarter = _WIDTH // 2, _WIDTH // 4
        self.conv3X3 = conv_norm(_WIDTH, half, 3)
        self.conv5X5_1 = conv_norm(_WIDTH, quarter, 3, activation=nn.ReLU(inplace=True))
        self.conv5X5_2 = conv_norm(quarter, quarter, 3)
        self.conv7X7_2 = conv_norm(quarter, quarter, 3, activation=nn.ReLU(inplace=True))
        self.conv7x7_3 = conv_norm(quarter, quarter, 3)

    def forward(self, x: Tensor) -> Tensor:
        chain = self.conv5X5_1(x)
        windows = self.conv3X3(x), self.conv5X5_2(chain), self.conv7x7_3(self.conv7X7_2(chain))
        return torch.relu_(torch.cat(windows, 1))


class Head(nn.Module):
    """The values of every anchor of a level."""

    def __init__(self, values: int) -> None:
        super().__init__()
        self.values = values
        self.conv1x1 = nn.Conv2d(_WIDTH, _ANCHORS_PER_CELL * values, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 256, h, w) to (B, 2 h w, values): cells row by row, the two anchors of a cell one after the other."""
        return self.conv1x1(x).permute(0, 2, 3, 1).reshape(x.shape[0], -1, self.values)


def _heads(values: int) -> nn.ModuleList:
    return nn.ModuleList(Head(values) for _ in range(3))
