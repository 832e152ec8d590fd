"""Which point of the mesh every texel shows, its mirrored twin, and the surroundings of the charts."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from factories import make_topology
from painted_head import head_mesh
from scipy.ndimage import distance_transform_edt

from faceviewer.raster.texture.uv_atlas import gutter_texels, uv_atlas


@pytest.fixture(scope="module")
def topology():
    return head_mesh().topology


@pytest.mark.parametrize("size", [256, 1536])
def test_every_texel_lies_where_its_triangle_and_weights_say(topology, size):
    atlas = uv_atlas(topology, size)
    corners = topology.uv[topology.uv_triangles][atlas.triangle.numpy()]
    uv = (corners * atlas.barycentric.numpy()[..., None]).sum(1)
    row, column = np.divmod(atlas.texels.numpy(), size)
    assert np.abs(uv[:, 0] * size - column - 0.5).max() < 0.01
    assert np.abs((1 - uv[:, 1]) * size - row - 0.5).max() < 0.01


def test_values_of_vertices_are_weighted_for_all_texels_and_for_chosen_ones(topology):
    atlas = uv_atlas(topology, 128)
    values = torch.rand((int(topology.triangles.max()) + 1, 4), generator=torch.Generator().manual_seed(0))
    chosen = torch.arange(0, len(atlas), 7)
    whole = torch.cat([atlas.interpolate(values, part) for part in atlas.chunks()])
    corners = values[torch.tensor(topology.triangles)[atlas.triangle.long()].long()]
    torch.testing.assert_close(whole, (corners * atlas.barycentric[..., None]).sum(1))
    assert torch.equal(atlas.interpolate(values, chosen), whole[chosen])


def test_the_mirrored_texel_is_the_flipped_one(topology):
    size = 512
    atlas = uv_atlas(topology, size)
    texels, twin = atlas.texels.numpy(), atlas.texels.numpy()[atlas.mirror.numpy()]
    flipped = texels // size * size + size - 1 - texels % size
    assert (atlas.mirror >= 0).all()
    assert (twin == flipped).mean() > 0.9999  # on a chart's rim rounding may choose the neighbour


def test_a_layout_that_is_not_mirrored_finds_twins_through_the_mesh():
    topology = make_topology()  # its quads are all cut the same way, so few triangles mirror another
    atlas = uv_atlas(topology, 128)
    texels = atlas.texels.numpy()
    u, twin_u = texels % 128 + 0.5, texels[atlas.mirror.numpy()] % 128 + 0.5
    found = atlas.mirror.numpy() >= 0
    assert found.mean() > 0.85
    assert np.median(np.abs(u + twin_u - 128)[found]) <= 1


def test_colours_are_carried_outwards_from_the_nearest_texel(topology):
    size = 256
    atlas = uv_atlas(topology, size)
    covered = np.zeros(size * size, bool)
    covered[atlas.texels] = True
    distance = distance_transform_edt(~covered.reshape(size, size)).reshape(-1)
    source = atlas.texels.numpy()[atlas.source.numpy()]
    here = np.arange(size * size)
    reach = np.hypot(source // size - here // size, source % size - here % size)
    assert (reach[covered] == 0).all()
    assert (reach - distance).max() < 0.15 * distance.max()
    outside = np.setdiff1d(here, atlas.empty.numpy())
    assert distance[outside].max() <= gutter_texels(size) + 1
    assert (distance[atlas.empty.numpy()] > 4).all()


def test_an_atlas_is_drawn_once(topology):
    assert uv_atlas(topology, 64) is uv_atlas(topology, 64)


def test_sizes_that_make_no_texture_are_refused(topology):
    with pytest.raises(ValueError, match="too small"):
        uv_atlas(topology, 4)
