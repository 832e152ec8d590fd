"""``faceviewer dataset ffhq search``: which pictures of the data set, by what the metadata say."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from faceviewer.cli.dataset_shown import check_there, opened
from faceviewer.cli.errors import errors_told, say

if TYPE_CHECKING:
    from faceviewer.datasets.ffhq.entry import FfhqEntry, Order
    from faceviewer.datasets.ffhq.index import FfhqIndex

MAX_SHOWN, MAX_PERSON = 50, 3000
"""Most pictures that are shown, and most of one person."""


def search(
    place: Annotated[Path, typer.Argument(metavar="DIR", help="The data set's folder, or its ffhq-dataset-v2.json.")],
    title: Annotated[str, typer.Option(metavar="TEXT", help="Part of the title.")] = "",
    author: Annotated[str, typer.Option(metavar="TEXT", help="Part of the author's name.")] = "",
    country: Annotated[str, typer.Option(metavar="TEXT", help="Part of the country's name.")] = "",
    licence: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="cc-by, cc-by-nc, pdm, cc0, us-gov or a full name; repeatable."),
    ] = None,
    split: Annotated[str, typer.Option(metavar="NAME", help="training or validation.")] = "",
    since: Annotated[str, typer.Option("--from", metavar="DATE", help="Uploaded on this day or later.")] = "",
    until: Annotated[str, typer.Option("--to", metavar="DATE", help="Uploaded on this day or before.")] = "",
    privacy: Annotated[
        str,
        typer.Option(metavar="NAME", help="All pictures of a Flickr account, or of an author with this in the name."),
    ] = "",
    sort: Annotated[str, typer.Option(metavar="BY", help="number, date, author, title or account.")] = "number",
    limit: Annotated[
        int | None, typer.Option(metavar="N", help="Most pictures to show, 0 for all; otherwise 50, 3000 of a person.")
    ] = None,
) -> None:
    """List pictures. Upper and lower case are alike; what is not asked for does not matter.

    ``--privacy`` does what the project's own search page does, without sending anything.
    """
    with errors_told():
        from faceviewer.datasets.ffhq.entry import ORDERS, FfhqQuery
        from faceviewer.engines.options import UsageError

        check_there(place)
        if split not in ("", "training", "validation"):
            raise UsageError(f"--split is training or validation, not {split!r}")
        if sort not in ORDERS or (limit is not None and limit < 0):
            raise UsageError(f"--sort is one of {', '.join(ORDERS)}, and --limit a number from 0")
        _check_days(since, until)
        there = opened(place)
        query = FfhqQuery(
            title=title,
            author=author,
            country=country,
            licences=_licences(there, licence or []),
            split=split,
            uploaded_from=since,
            uploaded_to=until,
            person=privacy,
            order="account" if privacy.strip() else cast("Order", sort),
        )
        numbers = there.numbers(query)
        usual = MAX_PERSON if privacy.strip() else MAX_SHOWN
        most = usual if limit is None else limit or len(numbers)
        for entry in there.entries(numbers[:most]):
            say(_person_line(entry) if privacy.strip() else _line(entry))
        shown = min(most, len(numbers))
        say(f"{len(numbers)} of {len(there)} pictures" + (f", {shown} shown" if shown < len(numbers) else ""))


def _check_days(*days: str) -> None:
    from faceviewer.engines.options import UsageError

    for day in filter(None, days):
        try:
            is_day = date.fromisoformat(day).isoformat() == day
        except ValueError:
            is_day = False
        if not is_day:
            raise UsageError(f"a day is written as 2010-12-31, not {day!r}")


def _licences(index: FfhqIndex, terms: list[str]) -> tuple[str, ...]:
    """The metadata's own names of the licences that were asked for."""
    from faceviewer.datasets.ffhq.facts import LICENCES, licences_named
    from faceviewer.engines.options import UsageError

    names: list[str] = []
    for term in terms:
        found = licences_named(term, index.licences())
        if not found and term.casefold() not in {licence.id for licence in LICENCES}:
            there = ", ".join(dict.fromkeys(name for name, _ in index.licences()))
            raise UsageError(f"--licence {term}: the metadata have {there}")
        names += found or [term]  # a licence that is known and not there finds nothing
    return tuple(dict.fromkeys(names))


def _line(entry: FfhqEntry) -> str:
    parts = (entry.title or "Untitled", entry.author, entry.country, entry.licence, entry.uploaded, entry.split)
    return f"{entry.number:05d}  " + "  ".join(part or "-" for part in parts)


def _person_line(entry: FfhqEntry) -> str:
    from faceviewer.datasets.ffhq.entry import flickr_link, safe_link

    account = flickr_link(entry.account) or entry.account or "-"
    photo = safe_link(entry.photo_url) or "no link"
    return f"{entry.number:05d}  {entry.title or 'Untitled'} ({photo})  {entry.author or '-'}  {account}"
