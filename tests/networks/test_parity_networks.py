"""Equality with the reference's networks, on weights that both fill by the same recipe."""

from __future__ import annotations

import pytest
import torch
from parity import Array, Reference, statistics, uniform
from torch import Tensor

from faceviewer.networks.inference import exact, for_inference, to_input
from faceviewer.networks.large_base import LargeBase, soft_argmax
from faceviewer.networks.recon import recon_mobilenet_v3, recon_resnet50
from faceviewer.networks.retinaface import RetinaFace


def channels_last(x: Array) -> Tensor:
    return torch.from_numpy(x).contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(
    ("build", "name", "k"), [(recon_resnet50, "resnet50", 10), (recon_mobilenet_v3, "mbnetv3", 11)]
)
def test_backbone(reference: Reference, build, name: str, k: int) -> None:
    vectors = reference.load(f"net_recon_{name}.npz")
    network = for_inference(reference.filled(build()), "cpu")
    with exact():
        x = channels_last(uniform(k, 0, 1, (2, 3, 224, 224)))
        reference.close("out", network(x), vectors["out"], 1e-4, relative=True)
        reference.close("pooled", network.pooled(x).flatten(1), vectors["pooled"], 1e-4, relative=True)


@pytest.mark.parametrize(("build", "name"), [(recon_resnet50, "resnet50"), (recon_mobilenet_v3, "mbnetv3")])
def test_coefficients_of_a_picture(reference: Reference, build, name: str) -> None:
    """Final layers scaled, so that the coefficients are plausible."""
    vectors = reference.load("pipeline.npz")
    network = reference.filled(build())
    for layer in network.final_layers:
        layer.weight.data *= float(vectors[f"{name}_final_layers_scale"])
    network = for_inference(network, "cpu")
    with exact():
        got = network(to_input(vectors[f"{name}_image"][None], "cpu") / 255)
    reference.close("alpha", got, vectors[f"{name}_alpha"], 1e-4)


def test_large_base(reference: Reference) -> None:
    vectors = reference.load("net_large_base.npz")
    network = reference.filled(LargeBase())
    scaled = reference.filled(LargeBase())
    scaled.block19.weight.data *= float(vectors["block19_scale"])
    network, scaled = for_inference(network, "cpu"), for_inference(scaled, "cpu")
    with exact():
        x = channels_last(uniform(12, -0.5, 0.6, (2, 3, 224, 224)))
        reference.close("heatmap", network.heatmaps(x), vectors["heatmap"], 1e-4, relative=True)
        reference.close("out", network(x), vectors["out"], 1e-4)
        reference.close("out_block19_scaled", scaled(x), vectors["out_block19_scaled"], 1e-3)


def test_soft_argmax(reference: Reference) -> None:
    vectors = reference.load("net_large_base.npz")
    got = soft_argmax(torch.from_numpy(vectors["softargmax_in"]))
    reference.close("softargmax", got, vectors["softargmax_out"], 1e-5)


def test_retinaface(reference: Reference) -> None:
    vectors = reference.load("net_retinaface.npz")
    network = for_inference(reference.filled(RetinaFace()), "cpu")
    with exact():
        large = network(channels_last(uniform(14, -2, 2, (1, 3, 512, 512))))
        small = network(channels_last(uniform(15, -2, 2, (1, 3, 256, 320))))
    for name, values, few in zip(("bbox", "cls", "land"), large, small, strict=True):
        reference.close(f"{name}512", values[:, ::4], vectors[f"{name}512"], 1e-4, relative=True)
        reference.close(f"{name}256x320", few, vectors[f"{name}256x320"], 1e-4, relative=True)
        got = statistics(values[0].numpy())
        reference.close(f"{name}512_stats", got, vectors[f"{name}512_stats"], 1e-4, relative=True)
