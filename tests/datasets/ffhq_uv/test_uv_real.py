"""The published example 01223: its attributes, light and latent codes, as numbers."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from ffhq_uv_factory import write_map, write_zip

from faceviewer.datasets.ffhq_uv.details import details, latent_views, latents, light_of
from faceviewer.datasets.ffhq_uv.project import Project
from faceviewer.types import FaceviewerError

LIGHT = (0.80798, -0.03932, 0.23395, -0.18167, 0.01873, 0.02583, -0.15167, -0.01705, -0.12564)


@pytest.fixture(params=["zips", "folders"])
def place(request, shared, tmp_path):
    """A map, and the example's files around it as the pipeline writes them."""
    example = shared / "data" / "ffhq_uv" / "dataset_example" / "01223"
    write_map(tmp_path / "own" / "01223.png")
    project = tmp_path / "own" / "dataset_project"
    for source, file, name in (("attributes", "attributes.json", "01223.json"), ("lights", "lights.npy", "01223.npy")):
        if request.param == "zips":
            write_zip(project / f"{source}.zip", {f"{source}/{name}": (example / file).read_bytes()})
        else:
            (project / source).mkdir(parents=True)
            shutil.copy(example / file, project / source / name)
    (project / "edit" / "01223").mkdir(parents=True)
    shutil.copy(example / "01223_front_latent.pt", project / "edit" / "01223")
    return tmp_path / "own"


def test_the_example_is_read(place, open_at):
    index = open_at(place)
    (entry,) = index.named("1223")
    assert (entry.age, entry.baldness, entry.beard, entry.expression) == (23.0, 0.02, 0.0, 0.65)
    assert (entry.gender, entry.glasses, entry.pitch, entry.yaw) == ("female", False, -5.6, 11.2)
    assert entry.has_light and entry.has_latent and entry.latent_source == "edit"
    light = details(index, entry).light
    assert light is not None and light.dtype == np.float32 and light.shape == (9,)
    np.testing.assert_allclose(light, LIGHT, atol=5e-6)
    np.testing.assert_array_equal(light_of(index, "01223"), light)


def test_the_examples_latent_code_is_read(place, open_at):
    index = open_at(place)
    (entry,) = index.named("01223")
    assert latent_views(index, entry) == {"edit/01223": ["front"]}
    (one,), problems = latents(index, entry)
    assert problems == [] and one.view == "front" and one.code.shape == (1, 18, 512) and one.code.dtype == np.float32
    assert one.attribute is not None
    np.testing.assert_array_equal(one.attribute, [1, *[0] * 8, 0, 0, 0, 0, 1, 0, 23, 0])


def test_codes_of_other_shapes_are_told(place, shared, open_at):
    coefficients = shared / "data" / "ffhq_uv" / "dataset_example" / "01223" / "01223_final_coeffs.pt"
    shutil.copy(coefficients, place / "dataset_project" / "edit" / "01223" / "01223_left_latent.pt")
    index = open_at(place)
    (one,), (problem,) = latents(index, index.named("01223")[0])
    assert one.view == "front" and "a latent code of the shape (1, 18, 512) expected" in problem


def test_a_bare_tensor_from_a_zip(tmp_path):
    import torch

    code = torch.randn(1, 18, 512).requires_grad_()
    path = tmp_path / "00007.pt"
    torch.save(code, path)
    write_zip(tmp_path / "latents.zip", {"latents/00007.pt": path.read_bytes(), "latents/00008.pt": b"PK\3\4junk"})
    project = Project(tmp_path)
    np.testing.assert_array_equal(project.latent("00007"), code.detach().numpy())
    assert project.latent("00009") is None and project.ids("latents") == {"00007", "00008"}
    with pytest.raises(FaceviewerError, match=r"latents.zip.00008.pt: "):
        project.latent("00008")
