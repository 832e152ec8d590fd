"""Photos to a texture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch

from faceviewer.raster.texture.bake import Bake, bake_texels
from faceviewer.raster.texture.complete import Completion, compose, plan_fill
from faceviewer.raster.texture.delight import even_light
from faceviewer.raster.texture.exclusion import classify
from faceviewer.raster.texture.eyes import paint_eyes
from faceviewer.raster.texture.merge import merge_bakes
from faceviewer.raster.texture.surface import surface_of
from faceviewer.raster.texture.trust import outline_trust
from faceviewer.raster.texture.uv_atlas import UvAtlas, uv_atlas
from faceviewer.raster.texture.view import View, view_head
from faceviewer.raster.texture.zones import zones_of
from faceviewer.types import Camera, CancelToken, FaceMesh, Origin, Photo, Texture

Shot = tuple[Photo, FaceMesh, Camera]


def build_texture(
    photo: Photo,
    mesh: FaceMesh,
    camera: Camera,
    *,
    size: int = 1024,
    delight: bool = False,
    device: str = "cpu",
    cancel: CancelToken | None = None,
) -> Texture:
    """Texture a head from one photo; see ``build_texture_from_shots``."""
    return build_texture_from_shots([(photo, mesh, camera)], size=size, delight=delight, device=device, cancel=cancel)


def build_texture_from_shots(
    shots: Sequence[Shot],
    *,
    size: int = 1024,
    delight: bool = False,
    device: str = "cpu",
    cancel: CancelToken | None = None,
) -> Texture:
    """Texture a head from photos of one person, each with the head as it was then and its camera.

    size: side in texels. delight: divide the light out (kind "albedo"). device: where the texels are worked on.
    Texels that no photo shows squarely and free of hair, hands and background are mirrored from the other side or
    filled by the model, in colours that continue the photo; ``Texture.origin`` says which. All meshes share one
    topology. Raises ValueError without shots, with mixed topologies or a size below 8, Cancelled when asked to stop.
    """
    if not shots:
        raise ValueError("a texture needs at least one photo")
    topology = shots[0][1].topology
    if any(mesh.topology is not topology for _, mesh, _ in shots):
        raise ValueError("the heads of one person must share one topology")
    cancel = cancel or CancelToken()
    if torch.device(device).type == "mps":
        device = "cpu"  # some of the operations are missing there, and the processor shares the memory
    n_vertices = len(shots[0][1].vertices)
    surface, zones = surface_of(topology, n_vertices), zones_of(topology, n_vertices)
    atlas = uv_atlas(topology, size, str(device))

    views: list[View] = []
    bakes: list[Bake] = []
    for photo, mesh, camera in shots:
        cancel.check()
        view = view_head(photo, mesh, camera, device)
        trust = outline_trust(view, zones)
        materials = classify(view, mesh, trust, zones)
        cancel.check()
        views.append(view)
        bakes.append(bake_texels(view, trust, materials, topology, atlas))
    cancel.check()
    bake, main = merge_bakes(bakes, atlas, surface)
    mesh, normals = shots[main][1], views[main].normals_head
    if delight:
        bake = even_light(bake, normals, atlas, zones)
    cancel.check()
    fill = plan_fill(bake, mesh, normals, surface, zones)
    cancel.check()
    done = paint_eyes(compose(bake, fill, mesh, atlas), bake, fill, mesh, atlas, zones)
    return replace(_texture(done, atlas), kind="albedo" if delight else "photo")


def _texture(done: Completion, atlas: UvAtlas) -> Texture:
    """Texels in their places, with every chart's colours carried on outside it."""
    packed = torch.cat([done.rgb, done.origin[:, None]], 1).view(torch.int32)[:, 0]
    texels = packed.index_select(0, atlas.source).view(torch.uint8).reshape(-1, 4)
    rgb, origin = texels[:, :3].contiguous(), texels[:, 3].clone()
    origin[atlas.empty] = int(Origin.EMPTY)
    shape = atlas.size, atlas.size
    return Texture(rgb.reshape(*shape, 3).cpu().numpy(), origin.reshape(shape).cpu().numpy())
