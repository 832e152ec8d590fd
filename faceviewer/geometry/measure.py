"""Distances and angles on a head, and the measures of the face that anthropometry has names for.

All lengths are as long as the head is taken to be: a photograph alone does not tell the scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.types import FaceMesh


def distance_mm(a_mm: np.ndarray, b_mm: np.ndarray) -> float:
    """Straight distance of two (3,) points."""
    return float(np.linalg.norm(np.asarray(b_mm, np.float64) - a_mm))


def angle_deg(a: np.ndarray, corner: np.ndarray, b: np.ndarray) -> float:
    """Angle at ``corner`` between the directions to ``a`` and ``b``, (3,) each, 0 to 180; NaN where two coincide."""
    to_a, to_b = np.asarray(a, np.float64) - corner, np.asarray(b, np.float64) - corner
    if not to_a.any() or not to_b.any():
        return float("nan")
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(to_a, to_b)), to_a @ to_b)))


@dataclass(frozen=True, eq=False)
class FaceMeasure:
    """One named straight distance."""

    name: str
    """A short identifier: "mouth_width"."""
    title: str
    value_mm: float
    from_mm: np.ndarray
    """(3,) float64, head frame."""
    to_mm: np.ndarray
    """(3,) float64, head frame."""
    explanation: str
    """The term of the field and the two points."""


@dataclass(frozen=True)
class _Definition:
    """A measure between two landmarks."""

    name: str
    title: str
    landmarks: str
    """Landmark set."""
    start: int
    end: int
    explanation: str


_DEFINITIONS = (
    _Definition("face_height", "Face height", "68", 27, 8, "Morphological face height, nasion to gnathion (n–gn)."),
    _Definition("lower_face_height", "Lower face height", "68", 33, 8, "Subnasale to gnathion (sn–gn)."),
    _Definition(
        "face_width", "Face width", "68", 1, 15,
        "About the bizygomatic breadth (zy–zy): between the face's outlines at the cheekbones.",
    ),
    _Definition(
        "jaw_width", "Jaw width", "68", 4, 12,
        "About the bigonial breadth (go–go): between the face's outlines at the angles of the jaw.",
    ),
    _Definition(
        "inner_canthal_distance", "Between the inner eye corners", "68", 39, 42,
        "Intercanthal width, right to left endocanthion (en–en).",
    ),
    _Definition(
        "outer_canthal_distance", "Between the outer eye corners", "68", 36, 45,
        "Biocular width, right to left exocanthion (ex–ex).",
    ),
    _Definition(
        "right_eye_width", "Width of the right eye", "68", 36, 39,
        "Right palpebral fissure length, exocanthion to endocanthion (ex–en).",
    ),
    _Definition(
        "left_eye_width", "Width of the left eye", "68", 45, 42,
        "Left palpebral fissure length, exocanthion to endocanthion (ex–en).",
    ),
    _Definition("nose_width", "Nose width", "106", 57, 63, "Alar width, right to left wing of the nose (al–al)."),
    _Definition("nose_height", "Nose height", "68", 27, 33, "Nasion to subnasale (n–sn)."),
    _Definition("nose_length", "Nose length", "68", 27, 30, "Bridge of the nose, nasion to tip, pronasale (n–prn)."),
    _Definition("nose_protrusion", "Nose protrusion", "68", 33, 30, "Subnasale to the tip, pronasale (sn–prn)."),
    _Definition("philtrum", "Philtrum length", "68", 33, 51, "Subnasale to the upper lip's edge (sn–ls)."),
    _Definition("mouth_width", "Mouth width", "68", 48, 54, "Labial width, right to left cheilion (ch–ch)."),
    _Definition("lip_height", "Height of the lips", "68", 51, 57, "Labiale superius to labiale inferius (ls–li)."),
)  # fmt: skip


def face_measures(mesh: FaceMesh) -> tuple[FaceMeasure, ...]:
    """The named measures, leaving out those whose landmarks or regions this mesh does not have."""
    found = [_between_landmarks(mesh, definition) for definition in _DEFINITIONS]
    return tuple(measure for measure in (_between_pupils(mesh), *found) if measure is not None)


def _between_landmarks(mesh: FaceMesh, definition: _Definition) -> FaceMeasure | None:
    if definition.landmarks not in mesh.topology.landmarks:
        return None
    corners, weights = mesh.topology.landmarks[definition.landmarks]
    pair = [definition.start, definition.end]
    if max(pair) >= len(corners):
        return None
    ends = np.einsum("lk,lkc->lc", np.asarray(weights[pair], np.float64), mesh.vertices[corners[pair]])
    return _measure(definition.name, definition.title, ends, definition.explanation)


def _between_pupils(mesh: FaceMesh) -> FaceMeasure | None:
    """Between the middles of the pupils, or of the eyeballs where the mesh knows only these."""
    regions = mesh.topology.regions
    for region, what in (("pupil", "middles of the pupils"), ("eyeball", "middles of the eyeballs")):
        pair = [regions[name] for side in ("right", "left") if (name := f"{region}_{side}") in regions]
        if len(pair) == 2:
            ends = np.stack([mesh.vertices[ids].mean(0, dtype=np.float64) for ids in pair])
            text = f"Interpupillary distance (IPD), between the {what}."
            return _measure("interpupillary_distance", "Between the pupils", ends, text)
    return None


def _measure(name: str, title: str, ends_mm: np.ndarray, explanation: str) -> FaceMeasure:
    ends_mm.setflags(write=False)
    return FaceMeasure(name, title, distance_mm(*ends_mm), ends_mm[0], ends_mm[1], explanation)
