"""Which engine is used, how it is loaded and with which options, as the settings of the moment say."""

from __future__ import annotations

from faceviewer.app.models import chosen_folder
from faceviewer.app.settings import Settings
from faceviewer.engines.registry import EngineChoice, engine_ids, engine_spec


def engine_or_usual(settings: Settings, wished: str) -> str:
    """Id of the engine that is wished for; that of the settings when there is no such engine."""
    return wished if wished in engine_ids() else settings.text("reconstruct.engine")


def engine_choice(settings: Settings, engine: str) -> EngineChoice:
    """The engine with its device and its files."""
    return EngineChoice(engine, settings.text("reconstruct.device"), chosen_folder(settings))


def option_choices(settings: Settings, engine: str) -> dict[str, str]:
    """What is chosen for this engine alone: name of the option -> value."""
    return {option.name: settings.text(f"{engine}.{option.name}") for option in engine_spec(engine).options}


def missing_files(settings: Settings, engine: str) -> str | None:
    """One sentence on the files that an engine lacks; None when it has all it needs. Looks at the disk."""
    from faceviewer.engines.needs import missing_for  # looks at files, which the start-up must not

    return missing_for(engine_spec(engine), chosen_folder(settings))
