"""Which reconstruction engines there are, and building the chosen one.

Engines are declared, not imported: ``factory`` names a function that is imported when its engine is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from faceviewer.engines.devices import choose_device
from faceviewer.engines.options import ReconstructOptions, UsageError
from faceviewer.types import CancelToken, Face, Photo, ProgressCallback, Reconstruction

DEFAULT_ENGINE = "builtin"


class Engine(Protocol):
    """Turns faces that were found in photos into heads. One instance is used by one thread at a time."""

    def reconstruct(
        self,
        photo: Photo,
        faces: Sequence[Face],
        *,
        options: ReconstructOptions,
        progress: ProgressCallback,
        cancel: CancelToken,
    ) -> list[Reconstruction]:
        """One result per face of ``faces``, in their order.

        Raises FaceviewerError when a face cannot be reconstructed and Cancelled when ``cancel`` was set.
        """
        ...

    def reconstruct_person(
        self,
        shots: Sequence[tuple[Photo, Face]],
        *,
        options: ReconstructOptions,
        progress: ProgressCallback,
        cancel: CancelToken,
    ) -> list[Reconstruction]:
        """One result per shot of one person, in order: the same identity, each with its own pose and expression.

        Raises as ``reconstruct`` does.
        """
        ...


@dataclass(frozen=True)
class EngineSpec:
    """What is known of an engine before it is loaded."""

    id: str
    """How the command line names it."""
    title: str
    licence: str
    needs: tuple[str, ...]
    """Asset files that the user must provide."""
    outputs: frozenset[str]
    """"mesh", "texture", "landmarks", "parts", "blendshapes", "pose"; "expressions": a head that can be animated."""
    factory: str
    """``module:function``; the function takes the device ("cpu", "cuda" or "mps") and gives the ``Engine``."""
    head: str = ""
    """``module:function`` that gives the ``HeadModel`` of its heads, for editing them; "" when they cannot be."""


_ENGINES: dict[str, EngineSpec] = {}


def register(spec: EngineSpec) -> None:
    """Make an engine known under its id; an engine of that id is replaced."""
    _ENGINES[spec.id] = spec


def engine_ids() -> tuple[str, ...]:
    """The ids of all engines, in the order of their registration."""
    return tuple(_ENGINES)


def engine_spec(engine_id: str) -> EngineSpec:
    """The engine called ``engine_id``. Raises UsageError, naming those there are, when there is none."""
    if engine_id not in _ENGINES:
        raise UsageError(f"there is no engine {engine_id!r}: choose one of {', '.join(_ENGINES)}")
    return _ENGINES[engine_id]


def build_engine(engine: str | EngineSpec, device: str = "auto") -> Engine:
    """Load an engine, by id or spec, on ``device`` (see ``devices.choose_device``).

    Raises UsageError for an unknown engine or a missing device, FaceviewerError when its files cannot be read.
    """
    spec = engine_spec(engine) if isinstance(engine, str) else engine
    chosen = choose_device(device)
    module, _, function = spec.factory.partition(":")
    return getattr(import_module(module), function)(chosen)


register(
    EngineSpec(
        id="builtin",
        title="Built-in head",
        licence="MIT; head data CC0 (MakeHuman/MPFB), statistics MIT (ICT-FaceKit)",
        needs=(),
        outputs=frozenset({"mesh", "texture", "landmarks", "parts", "blendshapes", "pose", "expressions"}),
        factory="faceviewer.engines.builtin:build",
        head="faceviewer.models.head_model:load_head",
    )
)
