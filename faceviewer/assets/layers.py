"""The tensors of single layers, in load order: what the layouts of networks are put together from."""

from __future__ import annotations

from collections.abc import Iterator

from faceviewer.assets.packs import TensorSpec

Tensors = Iterator[TensorSpec]


def conv(name: str, to: int, of: int, kernel: int, *, bias: bool = False) -> Tensors:
    """A convolution of square kernels."""
    yield TensorSpec(f"{name}.weight", (to, of, kernel, kernel))
    if bias:
        yield TensorSpec(f"{name}.bias", (to,))


def linear(name: str, *shape: int) -> Tensors:
    """Weight and bias; ``shape`` is the weight's."""
    yield TensorSpec(f"{name}.weight", shape)
    yield TensorSpec(f"{name}.bias", shape[:1])


def norm(name: str, channels: int, *, counted: bool = True) -> Tensors:
    """Batch normalisation; files of the first torch lack the count of batches."""
    for part in ("weight", "bias", "running_mean", "running_var"):
        yield TensorSpec(f"{name}.{part}", (channels,))
    if counted:
        yield TensorSpec(f"{name}.num_batches_tracked", (), "int64")


def conv_norm(name: str, to: int, of: int, kernel: int, *, counted: bool = True) -> Tensors:
    """A convolution and its normalisation, in a sequence of their own."""
    yield from conv(f"{name}.0", to, of, kernel)
    yield from norm(f"{name}.1", to, counted=counted)


def prelu(name: str, slopes: int) -> Tensors:
    """A rectifier with learnt slopes."""
    yield TensorSpec(f"{name}.weight", (slopes,))
