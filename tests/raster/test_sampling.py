"""Colours between pixels: exact on centres, right in between, clamped outside."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from faceviewer.raster.sampling import sample_bicubic, sample_bilinear

BOTH = pytest.mark.parametrize("sample", [sample_bilinear, sample_bicubic])


def centres(height: int, width: int) -> torch.Tensor:
    return torch.stack(torch.meshgrid(torch.arange(width) + 0.5, torch.arange(height) + 0.5, indexing="xy"), -1)


@BOTH
@pytest.mark.parametrize("size", [(7, 5), (513, 1025), (3, 4096)])
def test_pixel_centres_give_the_pixels(sample, size):
    image = torch.randint(0, 256, (*size, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    colors = sample(image, centres(*size))
    assert colors.dtype == torch.float32 and colors.shape == image.shape
    assert torch.equal(colors.round().to(torch.uint8), image)
    torch.testing.assert_close(colors, image.float(), atol=0.1, rtol=0)


@BOTH
def test_outside_the_border_colour_holds(sample):
    image = torch.rand(6, 9, 2)
    positions = torch.tensor([[-50.0, 2.5], [99, 5.5], [4.5, -1e6], [0.2, 0.1], [8.9, 5.9]])
    expected = torch.stack([image[2, 0], image[5, 8], image[0, 4]])
    torch.testing.assert_close(sample(image, positions)[:3], expected)
    assert sample(image, positions).isfinite().all()


@settings(max_examples=30, deadline=None)
@given(a=st.floats(-3, 3), b=st.floats(-3, 3), x=st.floats(3, 17), y=st.floats(3, 12))
def test_a_ramp_is_reproduced_anywhere_inside(a, b, x, y):
    positions = torch.tensor([[x, y]])
    image = (centres(15, 20) * torch.tensor([a, b])).sum(-1, keepdim=True)
    bilinear = sample_bilinear(image, positions)
    torch.testing.assert_close(bilinear, (positions * torch.tensor([a, b])).sum(-1, keepdim=True), atol=1e-3, rtol=1e-4)


def test_bicubic_follows_a_smooth_picture_better_than_bilinear():
    def scene(xy):
        return torch.sin(xy[..., :1] * 0.9) + torch.cos(xy[..., 1:] * 0.7)

    generator = torch.Generator().manual_seed(1)
    positions = torch.rand(2000, 2, generator=generator) * 40 + 4
    image = scene(centres(48, 48))
    errors = [
        (sample(image, positions) - scene(positions)).abs().mean() for sample in (sample_bilinear, sample_bicubic)
    ]
    assert errors[1] < 0.5 * errors[0]


@BOTH
def test_a_batch_of_planar_images_equals_its_members(sample):
    images = torch.rand(3, 4, 11, 13)
    positions = torch.rand(3, 5, 6, 2) * 13
    together = sample(images, positions)
    assert together.shape == (3, 5, 6, 4)
    for image, xy, colors in zip(images, positions, together, strict=True):
        torch.testing.assert_close(sample(image.permute(1, 2, 0), xy), colors)


def test_gradients_reach_positions_and_picture():
    image = torch.rand(9, 9, 3, requires_grad=True)
    positions = torch.full((4, 2), 4.2, requires_grad=True)
    sample_bicubic(image, positions).sum().backward()
    assert image.grad is not None and positions.grad is not None
    assert image.grad.sum() == pytest.approx(12, rel=1e-4) and positions.grad.abs().sum() > 0


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="cannot sample"):
        sample_bilinear(torch.rand(2, 3, 4, 4), torch.rand(1, 5, 2))
