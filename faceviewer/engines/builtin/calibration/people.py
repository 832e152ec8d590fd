"""Random people: the head's own statistics plus what those cannot say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from faceviewer.models.build_head.directions import other_side
from faceviewer.models.head_model import HeadModel

ASYMMETRIC_SHARE = 0.25
"""How often a two-sided expression is drawn on one side only."""
NEVER = ("tongueOut", "mouthClose")
"""Not drawn: never detected, and only meaningful together with an open jaw."""


@dataclass(frozen=True, eq=False)
class Carried:
    """Shapes of another head, carried to this one by a registration; zero where ``valid`` is False."""

    valid: np.ndarray
    """(V,) bool."""
    identity_mm: np.ndarray
    """(I, V, 3) float32 per standard deviation."""
    expression_mm: dict[str, np.ndarray]
    """Expression name -> (V, 3) float32."""


@dataclass(frozen=True, eq=False)
class Person:
    """One random head with one expression."""

    identity: np.ndarray
    """(K,) in standard deviations, of the model."""
    expression: np.ndarray
    """(E,) 0 to 1."""
    vertices_mm: np.ndarray
    """(V, 3) float32."""


class Crowd:
    """Draws people. They differ from what the model can express as real heads do: by the rest of ``carried``."""

    def __init__(self, head: HeadModel, carried: Carried) -> None:
        self._head, self._carried = head, carried
        self._rest_mm = _unexplained(head, carried)

    def draw(self, rng: np.random.Generator) -> Person:
        head = self._head
        identity = rng.normal(size=len(head.identity_control)) * rng.choice([0.6, 1.0, 1.0])
        expression = draw_expression(head.expression_names, rng)
        vertices = head.vertices_mm(identity, np.zeros_like(expression))
        if rng.random() < 0.8:
            vertices = vertices + np.tensordot(rng.normal(size=len(self._rest_mm)), self._rest_mm, 1)
        foreign = rng.random() < 0.6
        for e in np.flatnonzero(expression):
            own = head.subdivision @ head.expression_control[e]
            other = self._carried.expression_mm.get(head.expression_names[e])
            moved = np.where(self._carried.valid[:, None], other, own) if foreign and other is not None else own
            vertices = vertices + expression[e] * moved
        return Person(identity, expression, vertices.astype(np.float32))


def draw_expression(names: tuple[str, ...], rng: np.random.Generator) -> np.ndarray:
    """(E,) coefficients: a quarter of the faces are neutral, the rest mix a few shapes, mostly on both sides."""
    expression = np.zeros(len(names))
    if rng.random() < 0.25:
        return expression
    position = {name: k for k, name in enumerate(names)}
    for k in rng.integers(len(names), size=rng.integers(1, 8)):
        if names[k] in NEVER:
            continue
        value = rng.uniform(0, 0.9) * rng.uniform(0.3, 1)
        expression[k] = max(expression[k], value)
        twin = position.get(other_side(names[k]))
        if twin is not None and rng.random() > ASYMMETRIC_SHARE:
            expression[twin] = value * rng.uniform(0.7, 1)
    if rng.random() < 0.3:
        expression[position["jawOpen"]] = rng.uniform(0, 0.6)
    return expression


def _unexplained(head: HeadModel, carried: Carried) -> np.ndarray:
    """(I, V, 3) float32: the part of the carried identities beyond the model's axes and beyond a similarity."""
    rows = np.flatnonzero(carried.valid)
    lift = sp.csr_matrix(head.subdivision[rows])
    model = np.stack([lift @ axis.astype(np.float64) for axis in head.identity_control])
    points = lift @ head.mean_control_mm.astype(np.float64)
    gauge = np.concatenate(
        [
            np.tile(np.eye(3)[:, None], (1, len(points), 1)),
            np.stack([np.cross(axis, points) for axis in np.eye(3)]),
            points[None],
        ]
    )
    columns = np.concatenate([model, gauge]).reshape(len(model) + 7, -1)
    wanted = carried.identity_mm[:, rows].reshape(len(carried.identity_mm), -1).astype(np.float64)
    gram = columns @ columns.T
    weights = np.linalg.solve(gram + 1e-9 * np.trace(gram) * np.eye(len(gram)), columns @ wanted.T)
    rest = np.zeros((len(wanted), len(carried.valid), 3), np.float32)
    rest[:, rows] = (wanted - weights.T @ columns).reshape(len(wanted), -1, 3)
    return rest
