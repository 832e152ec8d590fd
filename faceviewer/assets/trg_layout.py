"""The tensors of TRG's checkpoints, key by key in load order."""

from __future__ import annotations

from faceviewer.assets.layers import Tensors, conv, linear, norm
from faceviewer.assets.packs import TensorSpec

VERTICES, SUBSET, LANDMARKS = 1220, 305, 68
_GRID = 18 * 18
_STAGES = (64, 128, 256, 512)
_MAP, _SAMPLED, _WIDE = 256, 5, 1024
_POSE, _BOX = 9, 3


def trg() -> tuple[TensorSpec, ...]:
    """The whole network: backbone, upsamplings, samplers, regressors, landmarks."""
    return tuple(_trg())


def _trg() -> Tensors:
    yield TensorSpec("points_grid", (1, 2, _GRID))
    yield from _resnet18("feature_extractor.")
    for number, of in enumerate((_STAGES[-1], _MAP, _MAP)):
        yield TensorSpec(f"deconv_layers.{3 * number}.weight", (of, _MAP, 4, 4))
        yield from norm(f"deconv_layers.{3 * number + 1}", _MAP)
    for number in range(3):
        for layer, (to, of) in enumerate(((128, _MAP), (64, 128 + _MAP), (_SAMPLED, 64 + _MAP))):
            yield from linear(f"laf_extractor.{number}.conv{layer}", to, of, 1)
    for number, points in enumerate((_GRID, SUBSET, SUBSET)):
        yield from _regressor(f"regressor.{number}", _SAMPLED * points)
    yield from conv("predict_68_lmk.0", LANDMARKS, _MAP, 1, bias=True)


def _resnet18(prefix: str) -> Tensors:
    yield from conv(f"{prefix}conv1", 64, 3, 7)
    yield from norm(f"{prefix}bn1", 64)
    of = 64
    for stage, to in enumerate(_STAGES, 1):
        for block in range(2):
            name = f"{prefix}layer{stage}.{block}"
            yield from conv(f"{name}.conv1", to, of, 3)
            yield from norm(f"{name}.bn1", to)
            yield from conv(f"{name}.conv2", to, to, 3)
            yield from norm(f"{name}.bn2", to)
            if of != to:
                yield from conv(f"{name}.downsample.0", to, of, 1)
                yield from norm(f"{name}.downsample.1", to)
            of = to


def _regressor(name: str, sampled: int) -> Tensors:
    yield TensorSpec(f"{name}.init_face", (1, VERTICES, 3))
    yield TensorSpec(f"{name}.init_head_pose", (1, _POSE))
    yield from linear(f"{name}.fc1", _WIDE, sampled + 3 * SUBSET + _POSE + _BOX)
    yield from linear(f"{name}.fc2", _WIDE, _WIDE)
    yield from linear(f"{name}.decshape", 3 * VERTICES, _WIDE)
    yield from linear(f"{name}.decpose", _POSE, _WIDE)
