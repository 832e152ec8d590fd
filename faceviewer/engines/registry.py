"""Which reconstruction engines there are, and building the chosen one.

Engines are declared, not imported: ``factory`` names a function that is imported when its engine is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from faceviewer.engines.devices import choose_device
from faceviewer.engines.engine import Engine
from faceviewer.engines.options import EngineOption, UsageError
from faceviewer.engines.tddfa_v3.options import OPTIONS as TDDFA_V3_OPTIONS
from faceviewer.engines.trg.options import OPTIONS as TRG_OPTIONS

DEFAULT_ENGINE = "builtin"


@dataclass(frozen=True)
class EngineSpec:
    """What is known of an engine before it is loaded."""

    id: str
    """How the command line names it."""
    title: str
    licence: str
    needs: tuple[str, ...]
    """Capabilities of the asset pack called ``id``, of which the user's files must give one; empty: needs no files."""
    outputs: frozenset[str]
    """"mesh", "texture", "landmarks", "parts", "blendshapes", "pose"; "expressions": a head that can be animated;
    "focal": its camera follows the focal length that the photo or the user names."""
    factory: str
    """``module:function``; it takes the device ("cpu", "cuda" or "mps") and the folder of assets that the user chose
    (None: the usual one) and gives the ``Engine``."""
    head: str = ""
    """``module:function`` that takes the topology of a head and gives the ``SliderModel`` by which it can be edited, or
    None; "" when no head can be."""
    options: tuple[EngineOption, ...] = ()
    """What can be chosen for this engine alone."""
    finds_faces: bool = False
    """Whether it is a ``SearchingEngine``, whose own search finds the faces."""

    @property
    def follows_focal(self) -> bool:
        """Whether it can be told a focal length."""
        return "focal" in self.outputs


@dataclass(frozen=True)
class EngineChoice:
    """Which engine to use, and how to load it."""

    id: str = DEFAULT_ENGINE
    device: str = "auto"
    """One of ``devices.DEVICE_NAMES``."""
    assets: Path | None = None
    """The folder of assets that the user chose; None for the usual one."""


DEFAULT_CHOICE = EngineChoice()


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


def build_engine(engine: str | EngineSpec, device: str = "auto", assets: Path | None = None) -> Engine:
    """Load an engine, by id or spec, on ``device`` (see ``devices.choose_device``), with the files in ``assets``.

    Raises UsageError for an unknown engine or a missing device, FaceviewerError when its files cannot be read.
    """
    spec = engine_spec(engine) if isinstance(engine, str) else engine
    chosen = choose_device(device)
    module, _, function = spec.factory.partition(":")
    return getattr(import_module(module), function)(chosen, assets)


register(
    EngineSpec(
        id="builtin",
        title="Built-in head",
        licence="MIT; head data CC0 (MakeHuman/MPFB), statistics MIT (ICT-FaceKit)",
        needs=(),
        outputs=frozenset({"mesh", "texture", "landmarks", "parts", "blendshapes", "pose", "expressions", "focal"}),
        factory="faceviewer.engines.builtin:build",
        head="faceviewer.models.head_model:sliders_of",
    )
)
register(
    EngineSpec(
        id="3ddfa-v3",
        title="3DDFA-V3",
        licence="code MIT; needs files of its authors, whose face model has terms of its own",
        needs=("resnet50", "mbnetv3"),
        outputs=frozenset({"mesh", "texture", "landmarks", "parts", "pose"}),
        factory="faceviewer.engines.tddfa_v3.engine:build",
        head="faceviewer.models.morphable.sliders:sliders_of",
        options=TDDFA_V3_OPTIONS,
        finds_faces=True,
    )
)
register(
    EngineSpec(
        id="trg",
        title="TRG",
        licence="MIT; needs files of its authors, whose training data is for research only",
        needs=("trg", "trg-single"),
        outputs=frozenset({"mesh", "texture", "landmarks", "pose", "focal"}),
        factory="faceviewer.engines.trg.engine:build",
        options=TRG_OPTIONS,
    )
)
