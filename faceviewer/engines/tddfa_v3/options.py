"""What can be chosen for 3DDFA-V3 alone. No imports of torch: settings and command line are made from this table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from faceviewer.engines.options import EngineOption, settle

OPTIONS: tuple[EngineOption, ...] = (
    EngineOption(
        "backbone",
        "Network",
        (("auto", "ResNet-50, else MobileNet-V3"), ("resnet50", "ResNet-50"), ("mbnetv3", "MobileNet-V3, faster")),
        "Reads the head from the photo. Without a choice, ResNet-50 where its file is there.",
    ),
    EngineOption(
        "detector",
        "Face search",
        (("auto", "RetinaFace where its files are there"), ("retinaface", "RetinaFace"), ("builtin", "Built-in")),
        "RetinaFace and its 106 points give the published numbers; the built-in search is faster.",
    ),
    EngineOption(
        "input",
        "Input",
        (("photo", "Photos of any size"), ("crop", "Crops of 224 × 224 as they are")),
        "Crops must be cut as the published program does it; faces are neither searched nor aligned in them.",
    ),
    EngineOption(
        "texture",
        "Texture from",
        (("photo", "The photo's own pixels"), ("published", "The 224 × 224 crop, as published")),
        "The published way looks at a small crop, once per vertex, and is always 1024 × 1024.",
    ),
    EngineOption(
        "blend",
        "Join photo and model by",
        (("poisson", "Poisson's equation"), ("median", "A blurred edge")),
        "Poisson's equation hides the seam and lets colours drift, as published; the blurred edge keeps the photo's.",
    ),
    EngineOption(
        "colors",
        "Vertex colours",
        (("none", "None"), ("photo", "From the photo"), ("model", "From the face model")),
        "Written behind each vertex of the OBJ and into the PLY, as the published program does.",
    ),
    EngineOption(
        "published",
        "Published arrays",
        (("no", "No"), ("yes", "Keep")),
        "Also computes what the published program gives, in its own numbers, for a file ending in _published.npz.",
    ),
    EngineOption(
        "precision",
        "Precision",
        (("full", "Full"), ("half", "Half, on graphics cards")),
        "Half precision is faster on graphics cards and changes the numbers a little; processors always use full.",
    ),
)


@dataclass(frozen=True)
class TddfaV3Options:
    """The settled choices; the fields are the options' names."""

    backbone: str
    detector: str
    input: str
    texture: str
    blend: str
    colors: str
    published: str
    precision: str


def tddfa_v3_options(chosen: Mapping[str, str]) -> TddfaV3Options:
    """The choices with their defaults. Raises UsageError for unknown ones."""
    return TddfaV3Options(**settle(OPTIONS, chosen))
