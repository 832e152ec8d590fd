"""How many pictures there are by split, licence and country: as data, and as the text of the published script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from faceviewer.datasets.ffhq.attribution import plain

UNKNOWN, OTHER = "<Unknown>", "<Other>"
_RARE = 0.001
"""Countries below this share of all pictures are told together."""


@dataclass(frozen=True)
class Share:
    """One row: a value and how many pictures have it."""

    name: str
    images: int
    of_all: float
    """0 to 1."""
    of_known: float | None = None
    """0 to 1, of the pictures whose country is known; 0 for the unknown ones. None in other tables."""


@dataclass(frozen=True)
class Statistics:
    """The three tables, each with the largest first."""

    count: int
    categories: tuple[Share, ...]
    licences: tuple[Share, ...]
    countries: tuple[Share, ...]

    def text(self) -> str:
        """The tables as the published script prints them, to the letter; names lose what is not printable."""
        return _tables_text(
            [
                ("Category", self.categories, False),
                ("License", self.licences, False),
                ("Country", self.countries, True),
            ]
        )


def statistics(categories: Sequence[str], licences: Sequence[str], countries: Sequence[str]) -> Statistics:
    """Count columns of one text per picture; values as frequent as each other keep the order of their first picture."""
    total = len(categories)
    return Statistics(total, _shares(categories, total), _shares(licences, total), _country_shares(countries, total))


def _shares(values: Sequence[str], total: int) -> tuple[Share, ...]:
    return tuple(Share(name, images, images / total) for name, images in Counter(values).most_common())


def _country_shares(countries: Sequence[str], total: int) -> tuple[Share, ...]:
    counts = Counter(country or UNKNOWN for country in countries)
    known = total - counts[UNKNOWN]
    kept = [
        (name, images)
        for name, images in counts.most_common()
        if images and (name == UNKNOWN or images / total >= _RARE)
    ]
    other = total - sum(images for _, images in kept)
    if other:
        kept.append((OTHER, other))
    return tuple(
        Share(name, images, images / total, 0.0 if name == UNKNOWN else images / known) for name, images in kept
    )


def _tables_text(tables: Sequence[tuple[str, Sequence[Share], bool]]) -> str:
    """Columns are as wide as their widest cell in all tables, two blanks between them."""
    cells = [_cells(*table) for table in tables]
    widths = [0, 0, 0, 0]
    for row in (row for rows in cells for row in rows):
        for column, cell in enumerate(row):
            widths[column] = max(widths[column], len(cell))
    lines = ["", ""]
    for rows in cells:
        lines += ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) for row in rows]
        lines += ["", ""]
    return "\n".join(lines) + "\n"


def _cells(title: str, shares: Sequence[Share], with_known: bool) -> list[list[str]]:
    columns = 4 if with_known else 3
    rows = [[title, "Images", "% of all", "% of known"][:columns], ["---"] * columns]
    for share in shares:
        known = [f"{100 * (share.of_known or 0):.2f}"] if with_known else []
        rows.append([plain(share.name), str(share.images), f"{100 * share.of_all:.2f}", *known])
    return rows
