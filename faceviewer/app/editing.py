"""Verbs that change a head: shape and expression sliders, exaggeration. Every one can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from faceviewer.app.slider_titles import expression_title, shape_title
from faceviewer.app.state import FILE_ENGINE, NO_EDITS, Edits, HeadRef
from faceviewer.app.store import Store
from faceviewer.engines.registry import engine_ids, engine_spec
from faceviewer.types import FaceMesh, Reconstruction, Topology

if TYPE_CHECKING:  # scipy behind it would cost the start-up
    from faceviewer.models.slider_model import SliderModel

SHAPE_LIMIT_SD = 3.0
"""How far a shape slider goes, in standard deviations."""
EXAGGERATION_LIMITS = (0.0, 2.0)

_GROUPS = {
    "chin": "Chin", "cheek": "Cheeks", "eye": "Eyes", "eyebrows": "Eyebrows", "forehead": "Forehead", "mouth": "Mouth",
    "nose": "Nose", "ear": "Ears", "head": "Head", "asym": "Asymmetry",
}  # fmt: skip
_NUMBERS_A_GROUP = 20
_OF_FILES = "faceviewer.models.morphable.sliders:sliders_of"
"""As ``EngineSpec.head``, for meshes from files: heads of a model that is known and here."""
_EXPRESSION_GROUPS = ("brow", "eye", "cheek", "nose", "jaw", "mouth", "tongue")


@dataclass(frozen=True)
class EditableHead:
    """What can be changed on the heads of one engine."""

    model: SliderModel

    @property
    def shape_names(self) -> tuple[str, ...]:
        return self.model.named_direction_names

    @property
    def shape_sd(self) -> np.ndarray:
        """(N,) how far each named direction varies between people, in its units."""
        return self.model.named_direction_sd

    @property
    def expression_names(self) -> tuple[str, ...]:
        return self.model.expression_names

    @property
    def expression_limits(self) -> tuple[float, float]:
        return self.model.expression_limits

    def shape_groups(self) -> dict[str, tuple[str, ...]]:
        """Title of a group -> names of its shape directions, in the model's order."""
        return _grouped(self.shape_names, lambda name: _GROUPS.get(name.partition("-")[0], "General"))

    def expression_groups(self) -> dict[str, tuple[str, ...]]:
        """Title of a group -> names of its expressions."""
        return _grouped(self.expression_names, _expression_group)


def _grouped(names: tuple[str, ...], title_of: Callable[[str], str]) -> dict[str, tuple[str, ...]]:
    """The names by the title of their group; names that are but numbers by the score."""
    groups: dict[str, list[str]] = {}
    for name in names:
        kind, _, number = name.partition("-")
        first = (int(number) - 1) // _NUMBERS_A_GROUP * _NUMBERS_A_GROUP + 1 if number.isdigit() else 0
        title = f"{kind.capitalize()} {first} to {first + _NUMBERS_A_GROUP - 1}" if first else title_of(name)
        groups.setdefault(title, []).append(name)
    return {title: tuple(members) for title, members in groups.items()}


def _expression_group(name: str) -> str:
    start = next((start for start in _EXPRESSION_GROUPS if name.startswith(start)), "other")
    return f"{start.capitalize()} expression"


def editable_head(result: Reconstruction) -> EditableHead | None:
    """What can be changed on ``result``; None when its engine's heads cannot be, or it was made by another version."""
    head = _head_of(result.engine, result.mesh.topology)
    if head is None:
        return None
    model, coefficients = head.model, result.coefficients
    fits = (
        len(result.mesh.vertices) == model.vertex_count
        and len(coefficients.get("identity", ())) == model.identity_count
        and len(coefficients.get("expression", ())) == len(model.expression_names)
    )
    return head if fits else None


def _head_of(engine: str, topology: Topology) -> EditableHead | None:
    """What can be changed on that engine's heads of that topology; None when nothing can, or nobody knows it."""
    known = _OF_FILES if engine == FILE_ENGINE else engine_spec(engine).head if engine in engine_ids() else ""
    if not known:
        return None
    module, _, function = known.partition(":")
    model = getattr(import_module(module), function)(topology)
    return None if model is None else _editable(model)


@lru_cache(maxsize=16)
def _editable(model: SliderModel) -> EditableHead:
    """One object for all heads of a model: panels keep their sliders while it stays the same."""
    return EditableHead(model)


def edited_mesh(result: Reconstruction, edits: Edits) -> FaceMesh:
    """The head of ``result`` with the user's changes; the very same mesh when there are none."""
    head = editable_head(result) if edits != NO_EDITS else None
    if head is None:
        return result.mesh
    fitted_identity, fitted_expression = result.coefficients["identity"], result.coefficients["expression"]
    identity = (edits.exaggeration - 1.0) * fitted_identity
    expression = np.zeros_like(fitted_expression)
    for index, name in enumerate(head.expression_names):
        if name in edits.expression:
            expression[index] = edits.expression[name] - fitted_expression[index]
    named = np.array([edits.shape.get(name, 0.0) for name in head.shape_names]) * head.shape_sd
    if not (identity.any() or expression.any() or named.any()):
        return result.mesh  # bit for bit what the engine made, not what is left of it after rounding
    offsets = head.model.offsets_mm(identity, expression, named)
    return FaceMesh((result.mesh.vertices + offsets).astype(np.float32), result.mesh.topology, result.mesh.colors)


class Editing:
    """Changes of the head that is shown. Verbs do nothing when there is none that can be changed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def model(self, result: Reconstruction | None) -> EditableHead | None:
        """What can be changed on ``result``, or None."""
        return editable_head(result) if result is not None else None

    def set_shape(self, name: str, sd: float) -> None:
        """Move the shape along a named direction to ``sd`` standard deviations beside the fitted one."""
        edits = self._edits()
        self._edit(shape_title(name).lower(), replace(edits, shape={**edits.shape, name: sd}), f"shape {name}")

    def set_expression(self, name: str, weight: float) -> None:
        """Give one expression the weight ``weight``, 0 to 1."""
        edits = self._edits()
        changed = replace(edits, expression={**edits.expression, name: weight})
        self._edit(expression_title(name).lower(), changed, f"expression {name}")

    def set_exaggeration(self, factor: float) -> None:
        """Multiply what tells this person from the mean head; 1 is the fitted shape, 0 the mean."""
        self._edit("exaggeration", replace(self._edits(), exaggeration=factor), "exaggeration")

    def neutral(self) -> None:
        """Set every expression to 0."""
        head = self.model(self._store.state.shown.result)
        if head is not None:
            self._edit(
                "neutral expression", replace(self._edits(), expression=dict.fromkeys(head.expression_names, 0.0))
            )

    def reset(self) -> None:
        """Back to what the engine made."""
        if self._edits() != NO_EDITS:
            self._edit("reset of the shape", NO_EDITS)

    def finish(self) -> None:
        """A slider was let go: what comes next is another step of undo."""
        self._store.end_merge()

    def _edits(self) -> Edits:
        ref = self._store.state.shown.head
        return NO_EDITS if ref is None else self._store.state.work.edits.get(ref, NO_EDITS)

    def _edit(self, label: str, edits: Edits, merge_key: str = "") -> None:
        state = self._store.state
        ref = state.shown.head
        if ref is None or self.model(state.shown.result) is None:
            return
        all_edits: dict[HeadRef, Edits] = {**state.work.edits, ref: edits}
        if edits == NO_EDITS:
            del all_edits[ref]
        if merge_key:  # the same slider of another head is another step: one undo took back both
            merge_key = f"{merge_key} of {ref.document}/{ref.face_number}"
        self._store.edit(label, replace(state.work, edits=all_edits), merge_key=merge_key)
