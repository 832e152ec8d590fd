"""``--engine``, ``--option NAME=VALUE`` and ``--assets``: which engine a command uses, and what it needs to run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from faceviewer.cli.errors import say
from faceviewer.engines.needs import missing_for
from faceviewer.engines.options import EngineOption, UsageError, settle
from faceviewer.engines.registry import EngineSpec, engine_spec


def engine_or_help(engine: str, texts: Iterable[str]) -> EngineSpec:
    """The engine called so. Ends the command after a table of its options when ``--option help`` asks for that.

    Raises UsageError, naming those there are, when there is none.
    """
    spec = engine_spec(engine)
    if "help" in texts:
        tell_options(spec)
        raise typer.Exit
    return spec


def check_files(spec: EngineSpec, assets: Path | None) -> None:
    """See that the engine's files are there before anything else is read. Raises UsageError when they are not."""
    if assets is not None and not os.path.isdir(assets):
        raise UsageError(f"--assets {assets}: there is no such folder")
    if missing := missing_for(spec, assets):
        raise UsageError(missing)
    if assets is not None and not spec.needs:
        say(f"note: the engine {spec.id} needs no assets, --assets has no effect", error=True)


def parse_choices(spec: EngineSpec, texts: Iterable[str]) -> dict[str, str]:
    """Option name -> value; of one that is given twice the last. Raises UsageError, naming those that there are."""
    choices = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            there = ", ".join(option.name for option in spec.options) or "none"
            raise UsageError(f"--option takes NAME=VALUE, not {text!r}; names for the engine {spec.id}: {there}")
        choices[name.strip()] = value.strip()
    settle(spec.options, choices)
    return choices


def tell_options(spec: EngineSpec) -> None:
    """Print a table of the engine's options: names, values, defaults, explanations."""
    if not spec.options:
        say(f"The engine {spec.id} has no options of its own.")
    elif sys.stdout.isatty():
        Console().print(_table(spec.options))
    else:
        for option in spec.options:
            say(f"{option.name}: {option.label}. {option.explanation}")
            for value, label in option.choices:
                say(f"  {option.name}={value}  {label}{_mark(option, value)}")


def _table(options: Iterable[EngineOption]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("option", "values", "what it does"):
        table.add_column(title, overflow="fold")
    for option in options:
        values = "\n".join(f"{value}{_mark(option, value)}: {label}" for value, label in option.choices) + "\n"
        table.add_row(Text(option.name, "bold"), Text(values), Text(f"{option.label}. {option.explanation}\n"))
    return table


def _mark(option: EngineOption, value: str) -> str:
    return " (default)" if value == option.default else ""
