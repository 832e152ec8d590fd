"""3DDFA-V3's regressor: a 224 x 224 face to the 257 coefficients of its head."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from faceviewer.networks import mobilenet_v3, resnet50

INPUT_SIZE = 224
HEADS = (80, 64, 80, 3, 27, 2, 1)
"""Outputs of the final layers: identity, expression, albedo, angles, lighting, shift in the picture, depth."""


class ReconNet(nn.Module):
    """A backbone, its mean over the picture, and seven linear maps side by side."""

    def __init__(self, backbone: nn.Module, width: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.final_layers = nn.ModuleList(nn.Conv2d(width, outputs, 1) for outputs in HEADS)

    def pooled(self, x: Tensor) -> Tensor:
        """(B, 3, 224, 224) RGB, 0 to 1, to (B, C, 1, 1) features."""
        return self.backbone(x).mean((2, 3), keepdim=True)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, 224, 224) RGB, 0 to 1, to (B, 257) coefficients."""
        features = self.pooled(x)
        return torch.cat([layer(features) for layer in self.final_layers], 1).flatten(1)


def recon_resnet50() -> ReconNet:
    """The regressor on ResNet-50, with random weights."""
    return ReconNet(resnet50.ResNet50(), resnet50.WIDTHS[-1])


def recon_mobilenet_v3() -> ReconNet:
    """The regressor on MobileNet-V3-Large, with random weights."""
    return ReconNet(mobilenet_v3.MobileNetV3(), mobilenet_v3.WIDTH)
