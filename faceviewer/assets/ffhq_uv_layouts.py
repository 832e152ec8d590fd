"""The tensors of FFHQ-UV's checkpoints, key by key in load order; its generators are in ``stylegan2_layouts``."""

from __future__ import annotations

from itertools import chain

from faceviewer.assets.layers import Tensors, conv, conv_norm, linear, norm, prelu
from faceviewer.assets.layouts import resnet50
from faceviewer.assets.packs import TensorSpec

_STAGES = (64, 128, 256, 512)
_COEFFICIENTS = (("0", 532), ("1.0", 45), ("2", 439), ("3", 3), ("4", 27), ("5", 2), ("6", 1))
"""Last layer -> outputs: identity, expression, albedo, angles, lighting, x and y, z."""
_VGG19 = (64, 64, 0, 128, 128, 0, *[256] * 4, 0, *[512] * 4, 0, *[512] * 4, 0)
"""Channels of the convolutions; 0 stands for pooling."""
_HOURGLASS = (16, 16, 32, 64, 155)
"""Channels from the outermost to the innermost level of DPR's network."""


def deep3d() -> tuple[TensorSpec, ...]:
    """The coefficient network: ResNet-50 with seven output layers."""
    heads = (linear(f"final_layers.{name}", outputs, 2048, 1, 1) for name, outputs in _COEFFICIENTS)
    return (*resnet50("backbone."), *chain.from_iterable(heads))


def arcface_r50() -> tuple[TensorSpec, ...]:
    """IResNet-50, which recognises people."""
    return tuple(_arcface_r50())


def bisenet() -> tuple[TensorSpec, ...]:
    """The network that parses faces into 19 classes."""
    return tuple(_bisenet())


def resnet18(prefix: str = "", *, counted: bool = False) -> tuple[TensorSpec, ...]:
    """ResNet-18 without its last layer."""
    return tuple(_resnet18(prefix, counted))


def resnet18_imagenet() -> tuple[TensorSpec, ...]:
    """ResNet-18 as torchvision first offered it."""
    return (*resnet18(), *linear("fc", 1000, 512))


def dpr() -> tuple[TensorSpec, ...]:
    """The hourglass that reads a portrait's light."""
    return tuple(_dpr())


def expression() -> tuple[TensorSpec, ...]:
    """VGG-19 with seven expressions."""
    return tuple(_expression())


def styleflow() -> tuple[TensorSpec, ...]:
    """The continuous flow between attributes and style codes."""
    return tuple(_styleflow())


def _arcface_r50() -> Tensors:
    yield from conv("conv1", 64, 3, 3)
    yield from norm("bn1", 64)
    yield from prelu("prelu", 64)
    channels = 64
    for stage, (blocks, width) in enumerate(zip((3, 4, 14, 3), _STAGES, strict=True), 1):
        for block in range(blocks):
            name = f"layer{stage}.{block}"
            yield from norm(f"{name}.bn1", channels)
            yield from conv(f"{name}.conv1", width, channels, 3)
            yield from norm(f"{name}.bn2", width)
            yield from prelu(f"{name}.prelu", width)
            yield from conv(f"{name}.conv2", width, width, 3)
            yield from norm(f"{name}.bn3", width)
            if block == 0:
                yield from conv_norm(f"{name}.downsample", width, channels, 1)
            channels = width
    yield from norm("bn2", 512)
    yield from linear("fc", 512, 512 * 7 * 7)
    yield from norm("features", 512)


def _resnet18(prefix: str, counted: bool) -> Tensors:
    yield from conv(f"{prefix}conv1", 64, 3, 7)
    yield from norm(f"{prefix}bn1", 64, counted=counted)
    channels = 64
    for stage, width in enumerate(_STAGES, 1):
        for block in (0, 1):
            name = f"{prefix}layer{stage}.{block}"
            yield from conv(f"{name}.conv1", width, channels, 3)
            yield from norm(f"{name}.bn1", width, counted=counted)
            yield from conv(f"{name}.conv2", width, width, 3)
            yield from norm(f"{name}.bn2", width, counted=counted)
            if width != channels:
                yield from conv_norm(f"{name}.downsample", width, channels, 1, counted=counted)
            channels = width


def _named_conv_norm(name: str, to: int, of: int, kernel: int) -> Tensors:
    yield from conv(f"{name}.conv", to, of, kernel)
    yield from norm(f"{name}.bn", to)


def _bisenet() -> Tensors:
    yield from resnet18("cp.resnet.", counted=True)
    for name, channels in (("cp.arm16", 256), ("cp.arm32", 512)):
        yield from _named_conv_norm(f"{name}.conv", 128, channels, 3)
        yield from conv(f"{name}.conv_atten", 128, 128, 1)
        yield from norm(f"{name}.bn_atten", 128)
    yield from _named_conv_norm("cp.conv_head32", 128, 128, 3)
    yield from _named_conv_norm("cp.conv_head16", 128, 128, 3)
    yield from _named_conv_norm("cp.conv_avg", 128, 512, 1)
    yield from _named_conv_norm("ffm.convblk", 256, 256, 1)
    yield from conv("ffm.conv1", 64, 256, 1)
    yield from conv("ffm.conv2", 256, 64, 1)
    for name, middle, channels in (("conv_out", 256, 256), ("conv_out16", 64, 128), ("conv_out32", 64, 128)):
        yield from _named_conv_norm(f"{name}.conv", middle, channels, 3)
        yield from conv(f"{name}.conv_out", 19, middle, 1)


def _dpr() -> Tensors:
    yield from conv("pre_conv", 16, 1, 5, bias=True)
    yield from norm("pre_bn", 16)
    yield from _dpr_light("light")
    for level in range(4):  # shared blocks are stored once for each level that holds them
        yield from _dpr_level(f"HG{level}", level)
    for number, kernel in ((1, 3), (2, 1), (3, 1)):
        yield from conv(f"conv_{number}", 16, 16, kernel, bias=True)
        yield from norm(f"bn_{number}", 16)
    yield from conv("output", 1, 16, 1, bias=True)


def _dpr_level(name: str, level: int) -> Tensors:
    inner, outer = _HOURGLASS[4 - level], _HOURGLASS[3 - level]
    yield from _dpr_block(f"{name}.upper", outer, outer)
    yield from _dpr_block(f"{name}.low1", inner, outer, normed=True)
    if level:
        yield from _dpr_level(f"{name}.middle", level - 1)
    else:
        yield from _dpr_light(f"{name}.middle")
    yield from _dpr_block(f"{name}.low2", outer, inner)


def _dpr_block(name: str, to: int, of: int, *, normed: bool = False) -> Tensors:
    yield from conv(f"{name}.conv1", to, of, 3)
    yield from conv(f"{name}.conv2", to, to, 3)
    if normed:
        yield from norm(f"{name}.bn1", to)
        yield from norm(f"{name}.bn2", to)
    yield from conv(f"{name}.shortcuts", to, of, 1)


def _dpr_light(name: str) -> Tensors:
    for part, (first, second) in (("predict", ((128, 27), (9, 128))), ("post", ((128, 9), (27, 128)))):
        yield from conv(f"{name}.{part}_FC1", *first, 1)
        yield from prelu(f"{name}.{part}_relu1", 1)
        yield from conv(f"{name}.{part}_FC2", *second, 1)


def _expression() -> Tensors:
    number, channels = 0, 3
    for width in _VGG19:
        if width:
            yield from conv(f"features.{number}", width, channels, 3, bias=True)
            yield from norm(f"features.{number + 1}", width)
            channels = width
        number += 3 if width else 1
    yield from linear("classifier", 7, 512)


def _styleflow() -> Tensors:
    yield from _moving_norm("chain.0")
    yield TensorSpec("chain.1.sqrt_end_time", ())
    yield TensorSpec("chain.1.odefunc._num_evals", ())
    for number in range(6):
        name = f"chain.1.odefunc.diffeq.layers.{number}"
        yield from linear(f"{name}._layer", 512, 512)
        yield TensorSpec(f"{name}._hyper_bias.weight", (512, 18))
        yield from linear(f"{name}._hyper_gate", 512, 18)
    yield from _moving_norm("chain.2")


def _moving_norm(name: str) -> Tensors:
    for part, count in (("weight", 512), ("bias", 512), ("step", 1), ("running_mean", 512), ("running_var", 512)):
        yield TensorSpec(f"{name}.{part}", (count,))
