"""The template map and the masks that say which parts of a view, and of the map, are to be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np
from PIL import Image

from faceviewer.io.images import read_png
from faceviewer.types import FaceviewerError

VIEWS = ("left", "right", "front")
"""In the order in which they are filled into the map: later ones lie on top. "left" shows the subject's right side."""
SIDE = 1024

TEMPLATE_FILE = "template_base_uv.png"
MASK_FILES: Mapping[str, str] = MappingProxyType(
    {
        "center": "center_face_mask.png",
        "hair": "hair_mask.png",
        "mouth": "mouth_constract_mask.png",
        "nose_base": "nosal_base_mask.png",
        "nostrils": "nostril_mask.png",
        "layout": "unwrap_1024_info_mask.png",
        **{f"core_{view}": f"major_valid_{view}_mask.png" for view in VIEWS},
        **{f"reach_{view}": f"minor_valid_{view}_mask.png" for view in VIEWS},
    }
)
"""What ``UvGuides`` calls a mask -> the name of its published file."""


@dataclass(frozen=True, eq=False)
class UvGuides:
    """All of one side S; masks are (S, S) float32, 0 to 1."""

    template: np.ndarray
    """(S, S, 3) float32 RGB, 0 to 255: colours for what no photo shows."""
    center: np.ndarray
    """Eyes, nose and mouth: holes in here are solved from the template's gradients."""
    hair: np.ndarray
    """The scalp, which keeps the template."""
    mouth: np.ndarray
    """Where what is seen loses a narrower rim."""
    nose_base: np.ndarray
    """The underside of the nose, where dark texels are not believed."""
    nostrils: np.ndarray
    """Never believed."""
    layout: np.ndarray
    """Where the layout may be used at all."""
    core: Mapping[str, np.ndarray]
    """View -> its trusted part."""
    reach: Mapping[str, np.ndarray]
    """View -> its usable part, which contains the core."""

    @property
    def side(self) -> int:
        """S."""
        return len(self.template)

    @cached_property
    def whole_core(self) -> np.ndarray:
        """The cores of all views."""
        return _union(self.core)

    @cached_property
    def whole_reach(self) -> np.ndarray:
        """The reaches of all views."""
        return _union(self.reach)


def load_guides(files: Mapping[str, Path], side: int = SIDE) -> UvGuides:
    """The guides in the published PNG files; files: name of the file, without folders -> path.

    Pictures of another side are resized. Raises FaceviewerError, naming the file that is missing, damaged or not
    square.
    """
    missing = [name for name in (TEMPLATE_FILE, *MASK_FILES.values()) if name not in files]
    if missing:
        raise FaceviewerError(f"{missing[0]}: missing, and needed for completing UV maps")
    masks = {name: _picture(files[file], side)[..., 0] / np.float32(255) for name, file in MASK_FILES.items()}
    core, reach = ({view: masks.pop(f"{kind}_{view}") for view in VIEWS} for kind in ("core", "reach"))
    template = _picture(files[TEMPLATE_FILE], side)
    return UvGuides(template=template, core=MappingProxyType(core), reach=MappingProxyType(reach), **masks)


def _picture(path: Path, side: int) -> np.ndarray:
    """(side, side, 3) float32, 0 to 255."""
    rgb = read_png(path)
    if rgb.shape[0] != rgb.shape[1]:
        raise FaceviewerError(f"{path}: {rgb.shape[1]} x {rgb.shape[0]} pixels; UV maps and their masks are square")
    if len(rgb) != side:
        rgb = np.array(Image.fromarray(rgb).resize((side, side)))  # as published: whatever Pillow does by default
    return rgb.astype(np.float32)


def _union(masks: Mapping[str, np.ndarray]) -> np.ndarray:
    return (np.sum(list(masks.values()), axis=0) > 0.5).astype(np.float32)
