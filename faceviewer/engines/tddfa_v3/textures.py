"""The textures and vertex colours of one decoded face, as the options want them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch

from faceviewer.engines.options import ReconstructOptions
from faceviewer.engines.tddfa_v3.options import TddfaV3Options
from faceviewer.engines.tddfa_v3.regress import CroppedFace
from faceviewer.io.ply import sample_vertex_colors
from faceviewer.models.tddfa_v3.blend import UvLayers, poisson_blend
from faceviewer.models.tddfa_v3.convert import topology_of
from faceviewer.models.tddfa_v3.decode import Decoded
from faceviewer.models.tddfa_v3.face_model import FaceModel
from faceviewer.models.tddfa_v3.photo_texture import BLENDS, covered_by, model_texture, photo_texture, texel_layers
from faceviewer.models.tddfa_v3.texture import colors_from_uv, reference_grid, reference_layers, vertex_colors
from faceviewer.types import Camera, Texture


@dataclass(frozen=True, eq=False)
class SeenFace:
    """One decoded face with the camera that sees it, in a batch."""

    model: FaceModel
    decoded: Decoded
    index: int
    """Its row in ``decoded``."""
    visible: torch.Tensor
    """(B, N) bool."""
    source: CroppedFace
    camera: Camera

    @cached_property
    def published_layers(self) -> UvLayers:
        """What the published program blends."""
        crop = torch.tensor(self.source.rgb, device=self.decoded.v3d.device)
        return reference_layers(self.model, self.decoded, crop, self.visible, self.index)

    @cached_property
    def published_blend(self) -> np.ndarray:
        """(1024, 1024, 3) uint8: the published program's texture."""
        return poisson_blend(self.published_layers)

    @cached_property
    def published_colors(self) -> torch.Tensor:
        """(N, 3) RGB 0 to 1: what the published program calls extractTex."""
        picture = torch.tensor(self.published_blend, device=self.decoded.v3d.device) / 255
        return colors_from_uv(self.model, picture)


def textures_of(face: SeenFace, options: ReconstructOptions, choices: TddfaV3Options) -> dict[str, Texture]:
    """By name "photo", completed by the model's colours, and "model", these alone; empty where none is asked for.

    With the light taken out the first is of kind "albedo", and the second is the model's own skin.
    """
    if options.texture_size is None:
        return {}
    device = face.decoded.v3d.device
    if choices.texture == "published":
        layers = face.published_layers
        covered = reference_grid(face.model, device).covered.cpu().numpy()
    else:
        layers = texel_layers(
            face.model,
            face.decoded,
            face.source.photo,
            face.camera,
            face.visible,
            size=options.texture_size,
            face=face.index,
            delight=options.delight,
        )
        covered = covered_by(face.model, options.texture_size, device)
    kind = "albedo" if options.delight and choices.texture != "published" else "photo"
    known = choices.texture == "published" and choices.blend == "poisson"
    joined = face.published_blend if known else BLENDS[choices.blend](layers)
    texture = photo_texture(joined, layers, covered)
    return {"photo": replace(texture, kind=kind), "model": model_texture(layers, covered)}


def colors_of(face: SeenFace, textures: dict[str, Texture], choices: TddfaV3Options) -> np.ndarray | None:
    """(N, 3) uint8 colours of the vertices, or None where none are asked for."""
    if choices.colors == "none":
        return None
    if choices.colors == "model":
        return _to_bytes(face.decoded.texture[face.index])
    if choices.texture == "published":
        return _to_bytes(face.published_colors)
    if "photo" in textures:
        return sample_vertex_colors(textures["photo"], topology_of(face.model), face.decoded.v3d.shape[1])
    crop = torch.tensor(face.source.rgb, device=face.decoded.v3d.device)
    return _to_bytes(vertex_colors(face.decoded, crop, face.index))


def _to_bytes(rgb: torch.Tensor) -> np.ndarray:
    return (rgb.clamp(0, 1) * 255).round().to(torch.uint8).cpu().numpy()
