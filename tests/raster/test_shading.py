"""Normals and spherical-harmonics light against closed forms and numerical integration."""

from __future__ import annotations

import math

import numpy as np
import torch
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from faceviewer.raster.shading import COSINE_LOBE, fit_light, irradiance, sh_basis, vertex_normals


def directions(n: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.nn.functional.normalize(torch.randn(n, 3, generator=generator, dtype=torch.float64), dim=-1)


def sphere() -> tuple[torch.Tensor, torch.Tensor]:
    mesh = trimesh.creation.icosphere(4)
    return torch.tensor(np.array(mesh.vertices)), torch.tensor(np.array(mesh.faces))


def test_basis_is_orthonormal_over_the_sphere():
    basis = sh_basis(directions(400_000))
    gram = basis.T @ basis / len(basis) * 4 * math.pi
    torch.testing.assert_close(gram, torch.eye(9, dtype=gram.dtype), atol=0.02, rtol=0)


def test_a_distant_lamp_arrives_as_its_clamped_cosine():
    lamp = torch.tensor([0.48, 0.6, 0.64], dtype=torch.float64)
    radiance = sh_basis(lamp)  # projection of a unit point light
    light = (radiance * torch.tensor(COSINE_LOBE, dtype=torch.float64))[:, None]
    normals = directions(5000)
    error = irradiance(normals, light)[:, 0] - (normals @ lamp).clamp(min=0)
    assert error.abs().mean() < 0.04 and error.abs().max() < 0.1  # what bands above 2 hold


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), channels=st.integers(1, 3))
def test_light_is_found_again(seed, channels):
    light = torch.randn(9, channels, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    normals = directions(300, seed)
    found = fit_light(normals, irradiance(normals, light), damping=0.0)
    torch.testing.assert_close(found, light, atol=1e-6, rtol=1e-5)


def test_weights_leave_samples_out_and_batches_equal_their_members():
    light = torch.randn(2, 9, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    normals = directions(400).reshape(2, 200, 3)
    colors = irradiance(normals, light)
    weights = torch.ones(2, 200, dtype=torch.float64)
    weights[:, ::3] = 0
    colors[:, ::3] = 99.0
    found = fit_light(normals, colors, weights)
    assert (irradiance(normals, found) - irradiance(normals, light))[:, 1::3].abs().max() < 0.05
    torch.testing.assert_close(fit_light(normals[1], colors[1], weights[1]), found[1])


def test_few_normals_give_a_modest_light():
    normals = torch.tensor([[0.0, 0, 1], [0.0, 0.01, 1]])
    found = fit_light(torch.nn.functional.normalize(normals, dim=-1), torch.tensor([[0.5], [0.6]]))
    assert irradiance(directions(1000).float(), found).abs().max() < 5


def test_normals_of_a_sphere_point_outward_and_pass_gradients():
    vertices, triangles = sphere()
    vertices.requires_grad_()
    normals = vertex_normals(vertices, triangles)
    assert ((normals * vertices).sum(-1) > 0.999).all()
    normals[:, 0].sum().backward()
    assert vertices.grad is not None and vertices.grad.isfinite().all()


def test_normals_are_weighted_by_area_batched_and_zero_where_undefined():
    vertices = torch.tensor([[0.0, 0, 0], [3, 0, 0], [0, 3, 0], [0, 0, 1], [9, 9, 9]])
    triangles = torch.tensor([[0, 1, 2], [0, 2, 3]])  # area 4.5 facing +z, 1.5 facing +x
    normals = vertex_normals(vertices, triangles)
    torch.testing.assert_close(normals[0], torch.tensor([3.0, 0, 9]) / math.hypot(3, 9))
    assert not normals[4].any()
    batch = vertex_normals(torch.stack([vertices, 2 * vertices]), triangles)
    torch.testing.assert_close(batch[0], normals)
    torch.testing.assert_close(batch[1], normals)
