from __future__ import annotations

import pytest
import torch
from torch import nn

from faceviewer.networks.inference import exact, for_inference
from faceviewer.networks.layers import conv_norm
from faceviewer.networks.packed import PackedConv2d, PackedDoubling, can_pack


@pytest.fixture
def network() -> nn.Sequential:
    """Two convolutions with batch norms that have seen pictures."""
    torch.manual_seed(0)
    network = nn.Sequential(conv_norm(3, 8, 3, stride=2, activation=nn.ReLU()), conv_norm(8, 8, 3, groups=8))
    for _ in range(3):
        network(torch.randn(4, 3, 32, 32) * 3 + 1)
    return network.eval()


@pytest.fixture
def pictures() -> torch.Tensor:
    return torch.randn(2, 3, 32, 40, generator=torch.Generator().manual_seed(1))


def test_it_computes_what_it_computed_before(network: nn.Sequential, pictures: torch.Tensor) -> None:
    with exact():
        before = network(pictures)
        ready = for_inference(network, "cpu")
        torch.testing.assert_close(ready(pictures), before, rtol=1e-5, atol=1e-5)
        assert not any(isinstance(module, nn.BatchNorm2d) for module in ready.modules())


def test_a_packed_network_takes_pictures_of_any_size(network: nn.Sequential, pictures: torch.Tensor) -> None:
    others = [pictures[:1], pictures[:, :, :24, :16], torch.cat([pictures, pictures])]
    with exact():
        before = [network(other) for other in [pictures, *others]]
        ready = for_inference(network, "cpu")
        for want, other in zip(before, [pictures, *others], strict=True):
            torch.testing.assert_close(ready(other), want, rtol=1e-5, atol=1e-5)


@pytest.mark.skipif(not can_pack("cpu", torch.float32), reason="oneDNN for x86 is absent")
def test_convolutions_are_packed_on_this_machine(network: nn.Sequential) -> None:
    assert sum(isinstance(module, PackedConv2d) for module in for_inference(network, "cpu").modules()) == 2


@pytest.mark.parametrize("bias", [False, True])
def test_a_map_is_doubled_as_a_transposed_convolution_does_it(bias: bool, pictures: torch.Tensor) -> None:
    """With its batch norm folded in, for maps of any size; other transposed convolutions stay what they are."""
    torch.manual_seed(0)
    doubling = nn.Sequential(nn.ConvTranspose2d(3, 5, 4, 2, 1, bias=bias), nn.BatchNorm2d(5), nn.ReLU(inplace=True))
    network = nn.Sequential(doubling, nn.ConvTranspose2d(5, 2, 3, 2))
    for _ in range(3):
        network(torch.randn(2, 3, 6, 7) * 3 + 1)
    network.eval()
    with exact():
        others = [pictures, pictures[:1, :, :9, :5], pictures.contiguous(memory_format=torch.channels_last)]
        before = [network(other) for other in others]
        ready = for_inference(network, "cpu")
        for want, other in zip(before, others, strict=True):
            torch.testing.assert_close(ready(other), want, rtol=1e-5, atol=1e-5)
    kinds = [type(module) for module in ready.modules()]
    assert nn.BatchNorm2d not in kinds
    assert (PackedDoubling in kinds) == can_pack("cpu", torch.float32) and kinds[-1] is nn.ConvTranspose2d


def test_other_devices_and_types_are_not_packed() -> None:
    assert not can_pack("cuda", torch.float32) and not can_pack("cpu", torch.bfloat16)


def test_half_precision(network: nn.Sequential, pictures: torch.Tensor) -> None:
    with exact():
        before = network(pictures)
        ready = for_inference(network, "cpu", torch.bfloat16)
        got = ready(pictures.to(torch.bfloat16))
    assert got.dtype == torch.bfloat16
    torch.testing.assert_close(got.float(), before, rtol=0.05, atol=0.05)


def test_exact_leaves_the_settings_as_they_were() -> None:
    before = torch.backends.cudnn.allow_tf32
    with exact():
        assert torch.is_inference_mode_enabled() and not torch.backends.cudnn.allow_tf32
    assert torch.backends.cudnn.allow_tf32 == before and not torch.is_inference_mode_enabled()
