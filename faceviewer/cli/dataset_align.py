"""``faceviewer dataset ffhq recreate`` and ``align``: aligned pictures from originals, and from any photo."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faceviewer.cli.dataset_options import (
    NoPadding,
    NoRotation,
    Output,
    RandomShift,
    Resume,
    RetryCrops,
    Size,
    Workers,
    align_options,
    parse_range,
)
from faceviewer.cli.dataset_shown import counted, opened
from faceviewer.cli.errors import FAILED, INTERRUPTED, errors_told, say

if TYPE_CHECKING:
    from faceviewer.datasets.ffhq.index import FfhqIndex
    from faceviewer.datasets.ffhq.recreate_plan import RecreatePlan, RecreateRequest


def recreate(
    place: Annotated[Path, typer.Argument(metavar="DIR", help="The data set's folder, with the originals.")],
    output: Output,
    no_rotation: NoRotation = False,
    no_padding: NoPadding = False,
    random_shift: RandomShift = 0.0,
    retry_crops: RetryCrops = False,
    size: Size = 1024,
    numbers: Annotated[str, typer.Option("--range", metavar="A:B", help="From number A up to B, without B.")] = ":",
    by_position: Annotated[
        bool, typer.Option("--by-position", help="Name pictures by their place in the JSON, not by their number.")
    ] = False,
    workers: Workers = 1,
    resume: Resume = False,
) -> None:
    """Make the aligned pictures again, from the originals in the folder in-the-wild-images.

    Without options their pixels are compared with the published ones. Exit status: 0 all done; 1 some failed or differ,
    each with a line on stderr; 2 wrong usage; 130 Ctrl-C.
    """
    with errors_told():
        from faceviewer.datasets.ffhq.files import scan_files
        from faceviewer.datasets.ffhq.recreate_plan import RecreateRequest, plan_recreation
        from faceviewer.datasets.ffhq.units import bytes_text
        from faceviewer.engines.options import UsageError
        from faceviewer.types import CancelToken

        if not os.path.isdir(place):
            raise UsageError(f"{place}: there is no such folder")
        options = align_options(
            size,
            no_rotation=no_rotation,
            no_padding=no_padding,
            random_shift=random_shift,
            retry_crops=retry_crops,
        )
        try:
            request = RecreateRequest(output, options, *parse_range(numbers), workers, resume, by_position)
        except ValueError as error:
            raise UsageError(str(error)) from None
        index = opened(place)
        plan = plan_recreation(index, scan_files(place, CancelToken()), request)
        say(f"{counted(len(plan.tasks), 'picture')}, about {bytes_text(plan.nbytes)}")
        raise typer.Exit(_recreate(plan, index, request))


def align(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO|DIR...", help="Photos, folders of them, videos.")],
    output: Output,
    no_rotation: NoRotation = False,
    no_padding: NoPadding = False,
    random_shift: RandomShift = 0.0,
    retry_crops: RetryCrops = False,
    size: Size = 1024,
    workers: Workers = 1,
    resume: Resume = False,
) -> None:
    """Align the faces in any photos in the data set's manner: face k of a photo S becomes S_face{k}.png.

    Exit status: 0 all done; 1 some photos failed, each with a line on stderr; 2 wrong usage; 130 Ctrl-C.
    """
    with errors_told():
        from faceviewer.cli.dataset_align_photos import align_photos
        from faceviewer.engines.options import UsageError

        if workers < 1:
            raise UsageError("--workers takes a number from 1")
        options = align_options(
            size,
            no_rotation=no_rotation,
            no_padding=no_padding,
            random_shift=random_shift,
            retry_crops=retry_crops,
        )
        raise typer.Exit(align_photos(photos, output, options, workers=workers, resume=resume))


def _recreate(plan: RecreatePlan, index: FfhqIndex, request: RecreateRequest) -> int:
    """Make the pictures, tell what failed as it happens; returns the exit status."""
    from faceviewer.cli.tables import progress_shown
    from faceviewer.datasets.ffhq.recreate import recreate as make
    from faceviewer.datasets.ffhq.units import time_text
    from faceviewer.types import CancelToken, Progress

    counts: Counter[str] = Counter()
    began = time.perf_counter()
    interrupted = False
    with progress_shown() as progress:
        try:
            for count, one in enumerate(make(plan, index, CancelToken()), 1):
                counts[one.status] += 1
                if one.reason:
                    say(one.reason, error=True)
                left = (time.perf_counter() - began) / count * (len(plan.tasks) - count)
                progress(Progress(f"Aligned {one.number:05d}, {time_text(left)} left", count / len(plan.tasks)))
        except KeyboardInterrupt:
            interrupted = True
    parts = [f"{counted(counts['done'] + counts['differs'], 'picture')} made"]
    parts += [f"{counts['there']} already there"] if counts["there"] else []
    parts += [f"{counts['differs']} with other pixels than published"] if counts["differs"] else []
    parts += [f"{counts['rejected'] + counts['failed']} failed"] if counts["rejected"] + counts["failed"] else []
    say(f"{', '.join(parts)} in {time_text(time.perf_counter() - began)}; in {request.output}")
    if interrupted:
        say("interrupted: what was written is complete; --resume goes on from there", error=True)
        return INTERRUPTED
    return FAILED if counts["differs"] + counts["rejected"] + counts["failed"] else 0
