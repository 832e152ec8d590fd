"""The pieces that the published networks are put together from."""

from __future__ import annotations

from torch import nn


def conv_norm(
    inputs: int, outputs: int, kernel: int, *, stride: int = 1, groups: int = 1, activation: nn.Module | None = None
) -> nn.Sequential:
    """Convolution without bias (``.0``), batch norm (``.1``) and, where given, an activation (``.2``).

    The padding keeps the size at stride 1.
    """
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    layers = [convolution, nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([] if activation is None else [activation]))
