"""The options that ``recreate`` and ``align`` share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from faceviewer.datasets.ffhq.options import AlignOptions

Output = Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="The folder for the aligned pictures.")]
NoRotation = Annotated[bool, typer.Option("--no-rotation", help="Keep the orientation of the picture.")]
NoPadding = Annotated[
    bool, typer.Option("--no-padding", help="Black beyond the picture, in place of its blurred continuation.")
]
RandomShift = Annotated[
    float, typer.Option(metavar="S", help="Shift the crop at random, by this standard deviation in units of its side.")
]
RetryCrops = Annotated[bool, typer.Option("--retry-crops", help="Shift again while the crop leaves the picture.")]
Size = Annotated[int, typer.Option(metavar="PX", help="Side of the aligned pictures.")]
Workers = Annotated[int, typer.Option(metavar="N", help="Pictures to work on at the same time.")]
Resume = Annotated[bool, typer.Option("--resume", help="Skip pictures that are there already.")]


def align_options(
    size: int, *, no_rotation: bool, no_padding: bool, random_shift: float, retry_crops: bool
) -> AlignOptions:
    """Raises UsageError for values out of range."""
    from faceviewer.datasets.ffhq.options import AlignOptions
    from faceviewer.engines.options import UsageError

    try:
        return AlignOptions(
            size=size,
            rotation=not no_rotation,
            padding=not no_padding,
            random_shift=random_shift,
            retry_crops=retry_crops,
        )
    except ValueError as error:
        raise UsageError(str(error)) from None


def parse_range(text: str) -> tuple[int, int | None]:
    """(first, stop) of "A:B", "A:" and ":B": from A up to B, without B. Raises UsageError for anything else."""
    from faceviewer.engines.options import UsageError

    first, colon, stop = text.partition(":")
    if not colon or not all(part == "" or (part.isascii() and part.isdigit()) for part in (first, stop)):
        raise UsageError(f"--range is A:B, from number A up to B without B, not {text!r}")
    return int(first or 0), int(stop) if stop else None
