"""Heads of others on this head's topology: ICT-FaceKit's shapes and the skin of an FFHQ-UV head (both MIT)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from faceviewer.engines.builtin.calibration.people import Carried
from faceviewer.geometry.closest import Surface
from faceviewer.geometry.normals import vertex_normals
from faceviewer.io.cv import cv2
from faceviewer.io.images import read_png
from faceviewer.io.obj import read_obj
from faceviewer.io.safe_load import load_npz
from faceviewer.models.build_head.assemble import Basis
from faceviewer.models.build_head.ict_source import MM_PER_UNIT, load_ict
from faceviewer.models.build_head.landmark_sets import anatomical_points, face_lines
from faceviewer.models.build_head.parts import fittable_skin
from faceviewer.models.build_head.registration import Registration, Target, register
from faceviewer.models.head_model import HeadModel
from faceviewer.raster.rasterize import rasterize_uv
from faceviewer.raster.sampling import sample_bilinear
from faceviewer.types import Texture

SKIN_SIZE = 512
SAME_SIDE_COS = 0.5
"""Where the surfaces are turned further apart, the nearest skin is a socket's or a nostril's; filled from around."""
PLAIN_COLOURS = {
    "eyeball_right": (225, 215, 210),
    "eyeball_left": (225, 215, 210),
    "iris_right": (80, 55, 40),
    "iris_left": (80, 55, 40),
    "pupil_right": (15, 12, 12),
    "pupil_left": (15, 12, 12),
    "teeth_upper": (215, 205, 190),
    "teeth_lower": (215, 205, 190),
    "tongue": (170, 80, 80),
    "mouth_interior": (80, 30, 30),
}
"""What a skin picture cannot cover, painted plainly, later names over earlier ones."""


def register_68(basis: Basis, target_mm: np.ndarray, triangles: np.ndarray, landmarks68_mm: np.ndarray) -> Registration:
    """Register the head to a target whose 68 landmarks are known."""
    numbers, points = anatomical_points(basis.mesh, face_lines(basis.mesh, basis.regions["lips"]))
    target = Target(
        np.asarray(target_mm, np.float64), triangles, np.asarray(landmarks68_mm, np.float64)[np.asarray(numbers)]
    )
    return register(basis, fittable_skin(basis.mesh, basis.regions), points.matrix(len(basis.mesh.vertices_mm)), target)


def carry_ict(basis: Basis, ict_path: Path, posed_head: Path) -> Carried:
    """ICT-FaceKit's identities and expressions as displacements of this head's vertices."""
    ict = load_ict(ict_path, posed_head)
    registration = register_68(basis, ict.neutral_mm, ict.triangles, ict.landmarks68_mm)
    fitted = basis.mesh.subdivision @ registration.control_mm
    there = Surface(registration.target_mm, ict.triangles).nearest(fitted)
    corners, weights = ict.triangles[there.triangle], there.weights.astype(np.float32)
    turn = (registration.place.scale * registration.place.R).astype(np.float32)

    def carry(shape: np.ndarray) -> np.ndarray:
        moved = np.einsum("vjc,vj->vc", shape[corners], weights) @ turn.T
        return moved * registration.valid[:, None]

    arrays = load_npz(ict_path)
    sided = {
        str(name).replace("_L", "Left").replace("_R", "Right"): carry(shape.astype(np.float32) * MM_PER_UNIT)
        for name, shape in zip(arrays["expression_names"], arrays["expression"], strict=True)
    }
    for name in ("browInnerUp", "cheekPuff"):
        sided.setdefault(name, sided[f"{name}Left"] + sided[f"{name}Right"])
    return Carried(registration.valid, np.stack([carry(shape) for shape in ict.identity_mm]), sided)


def carry_skin(basis: Basis, head: HeadModel, obj: Path, picture: Path, posed_head: Path) -> Texture:
    """The skin of a textured head (OBJ and PNG; ``posed_head``: the same mesh as "v", "f", "lm68") in this layout."""
    posed, source = load_npz(posed_head), read_obj(obj)
    triangles = posed["f"].astype(np.int64)
    registration = register_68(basis, posed["v"], triangles, posed["lm68"])
    fitted = torch.as_tensor(basis.mesh.subdivision @ registration.control_mm, dtype=torch.float32)
    topology = head.topology
    fragments = rasterize_uv(
        torch.tensor(topology.uv), torch.tensor(topology.uv_triangles.astype(np.int64)), (SKIN_SIZE, SKIN_SIZE)
    )
    owner = fragments.triangle[0].reshape(-1).numpy()
    texels = np.flatnonzero(owner >= 0)
    corner_weights = fragments.barycentric[0].reshape(-1, 3).numpy()[texels]
    corners = topology.triangles[owner[texels]]
    positions = np.einsum("tj,tjc->tc", corner_weights, fitted.numpy()[corners])
    there = Surface(registration.target_mm, triangles).nearest(positions)
    uv = np.einsum("tj,tjc->tc", there.weights, source.uv[source.uv_triangles[there.triangle]])
    pixels = torch.tensor(read_png(picture, "RGB"))
    height, width = pixels.shape[:2]
    at = torch.tensor(np.stack([uv[:, 0] * width, (1 - uv[:, 1]) * height], 1), dtype=torch.float32)
    rgb = np.full((SKIN_SIZE * SKIN_SIZE, 3), 128, np.uint8)
    rgb[texels] = sample_bilinear(pixels, at).round().clamp(0, 255).to(torch.uint8).numpy()
    normals = vertex_normals(fitted.numpy(), topology.triangles)[corners].mean(1)
    agree = (Surface(registration.target_mm, triangles).normals[there.triangle] * normals).sum(1) > SAME_SIDE_COS
    holes = np.full(SKIN_SIZE * SKIN_SIZE, 255, np.uint8)
    holes[texels[agree]] = 0
    square = (SKIN_SIZE, SKIN_SIZE)
    holes = cv2.dilate(holes.reshape(square), np.ones((5, 5), np.uint8))
    rgb = cv2.inpaint(rgb.reshape(*square, 3), holes, 5, cv2.INPAINT_TELEA).reshape(-1, 3)
    for region, colour in PLAIN_COLOURS.items():
        members = np.isin(corners, topology.regions[region]).all(1)
        rgb[texels[members]] = colour
    rgb = rgb.reshape(SKIN_SIZE, SKIN_SIZE, 3)
    return Texture(rgb, np.full(rgb.shape[:2], 3, np.uint8), "model")
