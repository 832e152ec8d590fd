"""The tensors of published checkpoints, key by key in load order, as the layers of their networks have them."""

from __future__ import annotations

from faceviewer.assets.layers import Tensors, conv, conv_norm, linear, norm, prelu
from faceviewer.assets.packs import TensorSpec

_RESNET50_STAGES = ((3, 64), (4, 128), (6, 256), (3, 512))
_HEADS = (80, 64, 80, 3, 27, 2, 1)
"""Outputs of the seven layers behind a backbone: identity, expression, albedo, angles, lighting, x and y, z."""
_MOBILENET = (  # kernel, expanded, out, hidden channels of squeeze-and-excitation
    (3, 16, 16, 0), (3, 64, 24, 0), (3, 72, 24, 0), (5, 72, 40, 24), (5, 120, 40, 32), (5, 120, 40, 32),
    (3, 240, 80, 0), (3, 200, 80, 0), (3, 184, 80, 0), (3, 184, 80, 0), (3, 480, 112, 120), (3, 672, 112, 168),
    (5, 672, 160, 168), (5, 960, 160, 240), (5, 960, 160, 240),
)  # fmt: skip
_LARGE_BASE = (  # in, out, expansion of blocks 2 to 17
    (64, 64, 2), (64, 64, 2), *[(64, 64, 2)] * 4, (64, 128, 2), (128, 128, 4), *[(128, 128, 4)] * 5,
    *[(128, 128, 2)] * 3,
)  # fmt: skip


def resnet50_regressor() -> tuple[TensorSpec, ...]:
    """ResNet-50 of 3DDFA-V3 with its seven output layers."""
    return (*resnet50("backbone."), *_final_layers(2048))


def mobilenet_v3_regressor() -> tuple[TensorSpec, ...]:
    """MobileNet-V3-Large of 3DDFA-V3 with its seven output layers."""
    return (*_mobilenet_v3("backbone."), *_final_layers(960))


def retinaface_resnet50() -> tuple[TensorSpec, ...]:
    """RetinaFace on ResNet-50: body, feature pyramid, context modules, three heads on each of three levels."""
    return (*resnet50("body."), *_pyramid(), *_context_modules(), *_detection_heads())


def large_base() -> tuple[TensorSpec, ...]:
    """The 106-point network."""
    return tuple(_large_base())


def resnet50(prefix: str) -> Tensors:
    """The body of ResNet-50, without its last layer."""
    yield from conv(f"{prefix}conv1", 64, 3, 7)
    yield from norm(f"{prefix}bn1", 64)
    channels = 64
    for stage, (blocks, width) in enumerate(_RESNET50_STAGES, 1):
        for block in range(blocks):
            name = f"{prefix}layer{stage}.{block}"
            yield from _bottleneck(name, channels, width)
            channels = 4 * width


def _bottleneck(name: str, channels: int, width: int) -> Tensors:
    for number, (to, of, kernel) in enumerate(((width, channels, 1), (width, width, 3), (4 * width, width, 1)), 1):
        yield from conv(f"{name}.conv{number}", to, of, kernel)
        yield from norm(f"{name}.bn{number}", to)
    if name.endswith(".0"):
        yield from conv_norm(f"{name}.downsample", 4 * width, channels, 1)


def _final_layers(channels: int) -> Tensors:
    for number, outputs in enumerate(_HEADS):
        yield from linear(f"final_layers.{number}", outputs, channels, 1, 1)


def _mobilenet_v3(prefix: str) -> Tensors:
    yield from conv_norm(f"{prefix}features.0", 16, 3, 3)
    channels = 16
    for number, (kernel, expanded, to, hidden) in enumerate(_MOBILENET, 1):
        name = f"{prefix}features.{number}.conv"
        if expanded == channels:
            yield from conv(f"{name}.0", expanded, 1, kernel)
            yield from norm(f"{name}.1", expanded)
            yield from conv(f"{name}.4", to, expanded, 1)
            yield from norm(f"{name}.5", to)
        else:
            yield from _expanding_block(name, channels, (kernel, expanded, to, hidden))
        channels = to
    yield from conv_norm(f"{prefix}conv", 960, 160, 1)


def _expanding_block(name: str, channels: int, layout: tuple[int, int, int, int]) -> Tensors:
    kernel, expanded, to, hidden = layout
    yield from conv(f"{name}.0", expanded, channels, 1)
    yield from norm(f"{name}.1", expanded)
    yield from conv(f"{name}.3", expanded, 1, kernel)
    yield from norm(f"{name}.4", expanded)
    if hidden:
        yield from linear(f"{name}.5.fc.0", hidden, expanded)
        yield from linear(f"{name}.5.fc.2", expanded, hidden)
    yield from conv(f"{name}.7", to, expanded, 1)
    yield from norm(f"{name}.8", to)


def _pyramid() -> Tensors:
    for number, channels in enumerate((512, 1024, 2048), 1):
        yield from conv_norm(f"fpn.output{number}", 256, channels, 1)
    for number in (1, 2):
        yield from conv_norm(f"fpn.merge{number}", 256, 256, 3)


def _context_modules() -> Tensors:
    layers = (("conv3X3", 128, 256), ("conv5X5_1", 64, 256), ("conv5X5_2", 64, 64), ("conv7X7_2", 64, 64))
    for number in (1, 2, 3):
        for layer, to, of in (*layers, ("conv7x7_3", 64, 64)):
            yield from conv_norm(f"ssh{number}.{layer}", to, of, 3)


def _detection_heads() -> Tensors:
    for head, outputs in (("ClassHead", 4), ("BboxHead", 8), ("LandmarkHead", 20)):
        for level in range(3):
            yield from linear(f"{head}.{level}.conv1x1", outputs, 256, 1, 1)


def _large_base() -> Tensors:
    yield from _prelu_unit("block1", (0, 1, 2), 64, 3, 3)
    for number, (of, to, expansion) in enumerate(_LARGE_BASE, 2):
        name, expanded = f"block{number}.conv", of * expansion
        yield from _prelu_unit(name, (0, 1, 2), expanded, of, 1)
        yield from _prelu_unit(name, (3, 4, 5), expanded, 1, 3)
        yield from conv(f"{name}.6", to, expanded, 1)
        yield from norm(f"{name}.7", to)
    yield from _prelu_unit("block18", (0, 1, 2), 256, 128, 3)
    yield from conv("block19", 106, 256, 3)


def _prelu_unit(name: str, numbers: tuple[int, int, int], to: int, of: int, kernel: int) -> Tensors:
    first, second, third = numbers
    yield from conv(f"{name}.{first}", to, of, kernel)
    yield from norm(f"{name}.{second}", to)
    yield from prelu(f"{name}.{third}", to)
