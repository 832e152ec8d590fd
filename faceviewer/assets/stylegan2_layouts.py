"""The tensors of FFHQ-UV's texture generator and of e4e, which share an architecture and name it in two ways."""

from __future__ import annotations

from faceviewer.assets.layers import Tensors, conv, conv_norm, linear, norm, prelu
from faceviewer.assets.packs import TensorSpec

_CHANNELS = {4: 512, 8: 512, 16: 512, 32: 512, 64: 512, 128: 256, 256: 128, 512: 64, 1024: 32}
"""Side of a block -> its channels."""
_STYLE = 512
_IR_SE_50 = ((3, 64), (4, 128), (14, 256), (3, 512))
_HEAD_STEPS = (4,) * 3 + (5,) * 4 + (6,) * 11
"""How often each of the 18 style heads halves its picture."""


def texture_generator() -> tuple[TensorSpec, ...]:
    """StyleGAN2-ADA of torch for maps of 1024."""
    return tuple(_texture_generator())


def e4e() -> tuple[TensorSpec, ...]:
    """The encoder of photos into style codes, and the decoder that comes with it."""
    return (*_encoder("encoder."), *_decoder("decoder."))


def _texture_generator() -> Tensors:
    below = _CHANNELS[4]
    for side, channels in _CHANNELS.items():
        name = f"synthesis.b{side}"
        if side == 4:
            yield TensorSpec(f"{name}.const", (channels, 4, 4))
        yield TensorSpec(f"{name}.resample_filter", (4, 4))
        if side > 4:
            yield from _synthesis_layer(f"{name}.conv0", channels, below, side)
        yield from _synthesis_layer(f"{name}.conv1", channels, channels, side)
        yield from conv(f"{name}.torgb", 3, channels, 1, bias=True)
        yield from linear(f"{name}.torgb.affine", channels, _STYLE)
        below = channels
    yield TensorSpec("mapping.w_avg", (_STYLE,))
    for number in range(8):
        yield from linear(f"mapping.fc{number}", _STYLE, _STYLE)


def _synthesis_layer(name: str, to: int, of: int, side: int) -> Tensors:
    yield from conv(name, to, of, 3)
    yield TensorSpec(f"{name}.noise_strength", ())
    yield TensorSpec(f"{name}.bias", (to,))
    yield TensorSpec(f"{name}.resample_filter", (4, 4))
    yield TensorSpec(f"{name}.noise_const", (side, side))
    yield from linear(f"{name}.affine", of, _STYLE)


def _encoder(prefix: str) -> Tensors:
    yield from conv(f"{prefix}input_layer.0", 64, 3, 3)
    yield from norm(f"{prefix}input_layer.1", 64)
    yield from prelu(f"{prefix}input_layer.2", 64)
    number, channels = 0, 64
    for blocks, width in _IR_SE_50:
        for _ in range(blocks):
            yield from _squeezed_block(f"{prefix}body.{number}", width, channels)
            number, channels = number + 1, width
    for number, steps in enumerate(_HEAD_STEPS):
        for step in range(steps):
            yield from conv(f"{prefix}styles.{number}.convs.{2 * step}", _STYLE, _STYLE, 3, bias=True)
        yield from linear(f"{prefix}styles.{number}.linear", _STYLE, _STYLE)
    yield from conv(f"{prefix}latlayer1", _STYLE, 256, 1, bias=True)
    yield from conv(f"{prefix}latlayer2", _STYLE, 128, 1, bias=True)


def _squeezed_block(name: str, to: int, of: int) -> Tensors:
    if to != of:
        yield from conv_norm(f"{name}.shortcut_layer", to, of, 1)
    yield from norm(f"{name}.res_layer.0", of)
    yield from conv(f"{name}.res_layer.1", to, of, 3)
    yield from prelu(f"{name}.res_layer.2", to)
    yield from conv(f"{name}.res_layer.3", to, to, 3)
    yield from norm(f"{name}.res_layer.4", to)
    yield from conv(f"{name}.res_layer.5.fc1", to // 16, to, 1)
    yield from conv(f"{name}.res_layer.5.fc2", to, to // 16, 1)


def _decoder(prefix: str) -> Tensors:
    for number in range(1, 9):
        yield from linear(f"{prefix}style.{number}", _STYLE, _STYLE)
    yield TensorSpec(f"{prefix}input.input", (1, _CHANNELS[4], 4, 4))
    yield from _styled(f"{prefix}conv1", _CHANNELS[4], _CHANNELS[4])
    yield from _to_rgb(f"{prefix}to_rgb1", _CHANNELS[4])
    sides, below = list(_CHANNELS)[1:], _CHANNELS[4]
    for number, side in enumerate(sides):
        yield from _styled(f"{prefix}convs.{2 * number}", _CHANNELS[side], below, blurred=True)
        yield from _styled(f"{prefix}convs.{2 * number + 1}", _CHANNELS[side], _CHANNELS[side])
        below = _CHANNELS[side]
    for number, side in enumerate(sides):
        yield from _to_rgb(f"{prefix}to_rgbs.{number}", _CHANNELS[side], enlarging=True)
    for number in range(17):
        side = 2 ** ((number + 5) // 2)
        yield TensorSpec(f"{prefix}noises.noise_{number}", (1, 1, side, side))


def _styled(name: str, to: int, of: int, *, blurred: bool = False) -> Tensors:
    yield TensorSpec(f"{name}.conv.weight", (1, to, of, 3, 3))
    if blurred:
        yield TensorSpec(f"{name}.conv.blur.kernel", (4, 4))
    yield from linear(f"{name}.conv.modulation", of, _STYLE)
    yield TensorSpec(f"{name}.noise.weight", (1,))
    yield TensorSpec(f"{name}.activate.bias", (to,))


def _to_rgb(name: str, of: int, *, enlarging: bool = False) -> Tensors:
    yield TensorSpec(f"{name}.bias", (1, 3, 1, 1))
    if enlarging:
        yield TensorSpec(f"{name}.upsample.kernel", (4, 4))
    yield TensorSpec(f"{name}.conv.weight", (1, 3, of, 1, 1))
    yield from linear(f"{name}.conv.modulation", of, _STYLE)
