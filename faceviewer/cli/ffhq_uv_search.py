"""``faceviewer dataset ffhq-uv search``: which maps, by what is known of their faces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from faceviewer.cli.errors import errors_told, say
from faceviewer.cli.ffhq_uv_shown import Project, SameIds, entry_as_json, number_text, opened

if TYPE_CHECKING:
    from faceviewer.datasets.ffhq_uv.entry import Gender, Order, Span, UvMapEntry

MAX_SHOWN = 50
_HEADINGS = ("id", "part", "gender", "age", "beard", "expression", "glasses", "pitch", "yaw", "light", "latent")


def search(
    place: Annotated[Path, typer.Argument(metavar="DIR", help="The data set's folder, or any folder of maps.")],
    name: Annotated[str, typer.Option("--id", metavar="TEXT", help="Part of the id.")] = "",
    part: Annotated[str, typer.Option(metavar="NAME", help="ffhq-uv or ffhq-uv-interpolate.")] = "",
    gender: Annotated[str, typer.Option(metavar="NAME", help="female or male.")] = "",
    age: Annotated[str, typer.Option(metavar="A:B", help="From A to B years; either may be left out.")] = "",
    beard: Annotated[str, typer.Option(metavar="A:B", help="From 0 to 1.")] = "",
    expression: Annotated[str, typer.Option(metavar="A:B", help="How much the face smiles, from 0 to 1.")] = "",
    yaw: Annotated[str, typer.Option(metavar="A:B", help="Degrees, of the face before it was turned.")] = "",
    pitch: Annotated[str, typer.Option(metavar="A:B", help="Degrees, of the face before it was turned.")] = "",
    glasses: Annotated[bool | None, typer.Option("--glasses/--no-glasses", help="With or without glasses.")] = None,
    light: Annotated[bool | None, typer.Option("--light/--no-light", help="With or without a light.")] = None,
    latent: Annotated[bool | None, typer.Option("--latent/--no-latent", help="With or without latent codes.")] = None,
    sort: Annotated[str, typer.Option(metavar="BY", help="id, age, beard, expression or random.")] = "id",
    descending: Annotated[bool, typer.Option("--descending", help="Greatest first.")] = False,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the random order.")] = 0,
    limit: Annotated[int, typer.Option(metavar="N", help="Most maps to show, 0 for all.")] = MAX_SHOWN,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON per map.")] = False,
    project: Project = None,
    same_ids: SameIds = None,
) -> None:
    """List maps. What is not asked for does not matter; ranges leave out maps that lack the attribute."""
    with errors_told():
        from faceviewer.datasets.ffhq_uv.entry import ORDERS, UvMapQuery
        from faceviewer.engines.options import UsageError

        if gender not in ("", "female", "male"):
            raise UsageError(f"--gender is female or male, not {gender!r}")
        if sort not in ORDERS or limit < 0:
            raise UsageError(f"--sort is one of {', '.join(ORDERS)}, and --limit a number from 0")
        query = UvMapQuery(
            id=name,
            part=part,
            gender=cast("Gender", gender),
            age=parse_span("--age", age),
            beard=parse_span("--beard", beard),
            expression=parse_span("--expression", expression),
            yaw=parse_span("--yaw", yaw),
            pitch=parse_span("--pitch", pitch),
            glasses=glasses,
            has_light=light,
            has_latent=latent,
            order=cast("Order", sort),
            descending=descending,
            seed=seed,
        )
        there = opened(place, project, same_ids)
        count = there.count(query)
        entries = there.page(query, 0, limit or count)
        if as_json:
            for entry in entries:
                say(json.dumps(entry_as_json(entry)))
            return
        _tell_table(entries)
        shown = f", {len(entries)} shown" if len(entries) < count else ""
        say(f"{count} of {len(there)} maps{shown}")


def parse_span(option: str, text: str) -> Span:
    """(from, to) of "A:B", "A:", ":B" or "A", which is A alone. Raises UsageError for anything else."""
    from faceviewer.engines.options import UsageError

    first, colon, last = text.partition(":")
    try:
        low = float(first) if first.strip() else None
        high = (float(last) if last.strip() else None) if colon else low
    except ValueError:
        raise UsageError(f"{option} is A:B, numbers from A to B, not {text!r}") from None
    if any(end is not None and end != end for end in (low, high)) or (
        low is not None and high is not None and low > high
    ):
        raise UsageError(f"{option} is A:B, A not above B, not {text!r}")
    return low, high


def _tell_table(entries: list[UvMapEntry]) -> None:
    if not entries:
        return
    rows = [_HEADINGS, *(_row(entry) for entry in entries)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _row(entry: UvMapEntry) -> tuple[str, ...]:
    glasses = "-" if entry.glasses is None else "yes" if entry.glasses else "no"
    numbers = (entry.age, entry.beard, entry.expression)
    angles = (entry.pitch, entry.yaw)
    there = ("yes" if entry.has_light else "-", "yes" if entry.has_latent else "-")
    return (
        entry.id,
        entry.part,
        entry.gender or "-",
        *map(number_text, numbers),
        glasses,
        *map(number_text, angles),
        *there,
    )
