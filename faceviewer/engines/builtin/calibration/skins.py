"""Random skins: many faces' worth of colour from the few skins whose licence lets us use them.

A refinement that reads the picture must not learn one face's moles and brows. Every skin drawn here mixes the given
ones, slides them over the head, evens out or deepens what is baked into them, and gives skin, lips, brows, hair, lids,
beard and irises colours and strengths of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from faceviewer.detection import FaceDetector
from faceviewer.engines.builtin.engine import BuiltinEngine
from faceviewer.engines.options import ReconstructOptions
from faceviewer.io.cv import cv2
from faceviewer.io.photo import load_photo
from faceviewer.models.head_model import HeadModel
from faceviewer.raster.rasterize import rasterize_uv
from faceviewer.types import CancelToken, FaceviewerError, Texture

SKIN_SIZE = 512
PLAIN_SKIN, PLAIN_LIPS, PLAIN_HAIR = (200, 155, 132), (165, 95, 92), (62, 46, 38)
TONE_ANGLE_DEG = (-45.0, 62.0)
"""Individual typology angle of the skins drawn, from very dark to very light."""
BEARD_MM = (-55.0, 14.0)
"""Where beards grow: heights over the middle of the lips, below the chin to the moustache."""


class Wardrobe:
    """Draws skins for a head from ``bases``, (512, 512, 3) uint8 textures in its layout, and a plainly painted one."""

    def __init__(self, head: HeadModel, bases: Sequence[np.ndarray]) -> None:
        self._masks = _masks(head)
        self._bases = [base.astype(np.float32) for base in bases]
        self._bases.append(self._painted())

    def draw(self, rng: np.random.Generator) -> Texture:
        """One skin; the same generator state gives the same one."""
        rgb = self._mixed(rng)
        rgb = _evened(rgb, rng.uniform(-0.2, 0.9), self._masks["skin"])
        rgb = _slid(rgb, rng)
        rgb = self._toned(rgb, rng)
        rgb = self._made_up(rgb, rng)
        rgb *= 1 + _cloud(rng, 12)[..., None] * rng.uniform(0, 0.12)
        rgb *= 1 + _cloud(rng, 128)[..., None] * rng.uniform(0, 0.06)
        if rng.random() < 0.25:
            rgb = _freckled(rgb, rng)
        rgb = rgb.clip(0, 255).astype(np.uint8)
        return Texture(rgb, np.full(rgb.shape[:2], 3, np.uint8), "model")

    def _painted(self) -> np.ndarray:
        """Skin of one colour with lips, brows and scalp; the eyes and the mouth's inside are the first base's."""
        masks, painted = self._masks, np.full((SKIN_SIZE, SKIN_SIZE, 3), PLAIN_SKIN, np.float32)
        for name, colour in {"lips": PLAIN_LIPS, "brows": PLAIN_HAIR, "scalp": PLAIN_HAIR}.items():
            painted += masks[name][..., None] * (np.array(colour, np.float32) - painted)
        painted *= 1 - 0.5 * masks["nostrils"][..., None]
        return np.where(masks["inside"][..., None] > 0.5, self._bases[0], painted)

    def _mixed(self, rng: np.random.Generator) -> np.ndarray:
        """Two bases that pass into each other in patches, or one alone."""
        one, two = rng.integers(len(self._bases), size=2)
        share = np.full((SKIN_SIZE, SKIN_SIZE, 1), rng.uniform(0, 1), np.float32)
        if rng.random() < 0.5:
            share = (share + 0.6 * _cloud(rng, 5)[..., None]).clip(0, 1)
        return self._bases[one] * share + self._bases[two] * (1 - share)

    def _toned(self, rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The skin's mean moved to a random tone on the scale of typology angles; hair gets a colour of its own."""
        lab = cv2.cvtColor((rgb.clip(0, 255) / 255).astype(np.float32), cv2.COLOR_RGB2Lab)
        skin = self._masks["skin"] > 0.5
        yellow = rng.uniform(9, 24)
        light = np.clip(50 + yellow * np.tan(np.radians(rng.uniform(*TONE_ANGLE_DEG))), 22, 82)
        target = np.array([light, rng.uniform(4, 18), yellow])
        moved = target + rng.uniform(0.5, 1.3) * (lab - lab[skin].mean(0))
        outside = self._masks["inside"][..., None]
        lab = lab * outside + moved.astype(np.float32) * (1 - outside)
        hair = np.array([rng.uniform(3, 60), rng.uniform(0, 14), rng.uniform(0, 26)], np.float32)
        share = self._masks["scalp"][..., None] * rng.uniform(0.3, 1)
        lab += share * (hair - lab)
        return cv2.cvtColor(lab, cv2.COLOR_Lab2RGB) * 255

    def _made_up(self, rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Lips, brows, lids, beard and irises by random colours and strengths; each may be absent."""
        masks, hair = self._masks, rng.uniform(5, 130) * rng.uniform([0.9, 0.6, 0.4], [1.1, 0.95, 0.9])
        streaks = (0.7 + 0.5 * _cloud(rng, 170)).clip(0, 1)
        layers = (
            ("lips", rng.uniform([60, 15, 20], [215, 120, 120]), 0.6, 0.8),
            ("brows", hair, 0.7, 1.0),
            ("lids", rng.uniform(0, 90, 3), 0.5, 0.6),
            ("beard", hair, 0.25, 0.7),
            ("irises", rng.uniform([10, 10, 10], [130, 130, 140]), 0.7, 1.0),
        )
        for name, colour, how_often, strongest in layers:
            if rng.random() > how_often:
                continue
            mask = _slid(masks[name][..., None], rng) if name in ("brows", "beard") else masks[name][..., None]
            if name in ("brows", "beard"):
                mask = mask * streaks[..., None]
            rgb = rgb + mask * rng.uniform(0, strongest) * (colour - rgb)
        return rgb.astype(np.float32)


def baked_skin(engine: BuiltinEngine, path: Path) -> np.ndarray:
    """(512, 512, 3) uint8: the skin of the first face in a photo, light taken out. Raises FaceviewerError for none."""
    photo = load_photo(path)
    faces = FaceDetector().detect(photo.rgb)[:1]
    if not faces:
        raise FaceviewerError(f"{path}: no face to take the skin from")
    options = ReconstructOptions(texture_size=SKIN_SIZE, delight=True)
    head = engine.reconstruct(
        [(photo, face) for face in faces], options=options, progress=lambda _: None, cancel=CancelToken()
    )[0]
    return head.textures["photo"].rgb


def _masks(head: HeadModel) -> dict[str, np.ndarray]:
    """Name -> (512, 512) float32 share of each texel, soft at the edges."""
    topology = head.topology
    square = (SKIN_SIZE, SKIN_SIZE)
    fragments = rasterize_uv(torch.tensor(topology.uv), torch.tensor(topology.uv_triangles.astype(np.int64)), square)
    owner, weights = fragments.triangle[0].numpy(), fragments.barycentric[0].numpy()
    corners = topology.triangles[owner.clip(0)]

    def mask(of_vertex: np.ndarray, blur_px: float) -> np.ndarray:
        share = ((of_vertex[corners] * weights).sum(-1) * (owner >= 0)).astype(np.float32)
        return cv2.GaussianBlur(share, (0, 0), blur_px)

    def members(*names: str) -> np.ndarray:
        chosen = np.zeros(len(head.subdivision.indptr) - 1, np.float32)
        chosen[np.concatenate([{**topology.regions, **topology.parts}[name] for name in names])] = 1
        return chosen

    sides = ("right", "left")
    balls = [f"{ball}_{side}" for ball in ("eyeball", "iris", "pupil") for side in sides]
    height = head.mean_vertices_mm()[:, 1]
    over_lips = height - height[topology.regions["lips"]].mean()
    grown = ((over_lips > BEARD_MM[0]) & (over_lips < BEARD_MM[1])).astype(np.float32)
    return {
        "skin": mask(members("face") * (1 - members("eyelids", "lips", "nostrils", "eye_socket")), 1.0),
        "lips": mask(members("up_lip", "down_lip"), 2.0),
        "brows": mask(members("right_eyebrow", "left_eyebrow"), 3.0),
        "scalp": mask(members("scalp"), 4.0),
        "lids": mask(members("eyelids"), 3.0),
        "nostrils": mask(members("nostrils"), 2.0),
        "beard": mask(members("face") * grown * (1 - members("lips", "nose", "mouth_interior")), 8.0),
        "irises": mask(members("iris_right", "iris_left"), 0.7),
        "inside": mask(members(*balls, "teeth_upper", "teeth_lower", "tongue", "mouth_interior"), 0.7).clip(0, 1),
    }


def _cloud(rng: np.random.Generator, cells: int) -> np.ndarray:
    """(512, 512) float32 smooth noise of deviation about 1, ``cells`` bumps across."""
    coarse = rng.normal(size=(cells, cells)).astype(np.float32)
    return cv2.resize(coarse, (SKIN_SIZE, SKIN_SIZE), interpolation=cv2.INTER_CUBIC)


def _evened(rgb: np.ndarray, amount: float, skin: np.ndarray) -> np.ndarray:
    """Broad light and shade of the skin taken out by ``amount`` (negative: deepened)."""
    weight = cv2.GaussianBlur(skin, (0, 0), 16) + 1e-3
    broad = cv2.GaussianBlur(rgb * skin[..., None], (0, 0), 16) / weight[..., None] + 1
    level = (rgb * skin[..., None]).sum((0, 1)) / skin.sum()
    gain = (level / broad).clip(0.3, 3) ** amount
    return rgb * (1 + skin[..., None] * (gain - 1))


def _slid(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Moved by some texels over the head, smoothly, mostly alike on both sides."""
    shift = sum(_cloud_pair(rng, cells) * texels for cells, texels in ((6, 2.5), (14, 1.2)))
    assert isinstance(shift, np.ndarray)
    twin = shift[:, ::-1] * np.array([-1, 1], np.float32)
    shift = shift + rng.uniform(0.3, 1) * (twin - shift) / 2
    y, x = np.mgrid[0:SKIN_SIZE, 0:SKIN_SIZE].astype(np.float32)
    moved = cv2.remap(
        np.ascontiguousarray(image, np.float32),
        x + shift[..., 0],
        y + shift[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return moved.reshape(image.shape)


def _cloud_pair(rng: np.random.Generator, cells: int) -> np.ndarray:
    return np.stack([_cloud(rng, cells), _cloud(rng, cells)], -1)


def _freckled(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    spots = np.zeros((SKIN_SIZE, SKIN_SIZE), np.float32)
    for x, y in rng.uniform(60, SKIN_SIZE - 60, (rng.integers(5, 250), 2)).astype(int):
        cv2.circle(spots, (int(x), int(y)), int(rng.integers(1, 4)), float(rng.uniform(0.2, 0.8)), -1)
    spots = cv2.GaussianBlur(spots, (0, 0), 0.8)[..., None]
    return rgb * (1 - spots * rng.uniform(0.1, 0.6, 3).astype(np.float32))
