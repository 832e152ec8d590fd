"""What the commands about data sets have in common: opening the index, and saying what is there and on which terms."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from faceviewer.cli.errors import say

if TYPE_CHECKING:
    from faceviewer.datasets.ffhq.files import FfhqFiles
    from faceviewer.datasets.ffhq.index import FfhqIndex

MAX_PROBLEMS_TOLD = 20


def check_there(place: Path) -> None:
    """Raises UsageError when there is nothing of that name."""
    from faceviewer.engines.options import UsageError

    if not os.path.exists(place):
        raise UsageError(f"{place}: there is no such file or folder")


def opened(place: Path) -> FfhqIndex:
    """The index of the metadata in or at ``place``, made first if need be."""
    from faceviewer.cli.tables import progress_shown
    from faceviewer.datasets.ffhq.index import find_json, open_index
    from faceviewer.types import CancelToken, FaceviewerError

    try:
        source = find_json(place)
    except FaceviewerError:
        tell_offers()
        raise
    with progress_shown() as progress:
        return open_index(source, progress, CancelToken())


def tell_contents(files: FfhqFiles) -> None:
    """Which pictures a folder has."""
    from faceviewer.cli.tables import Row, tell_rows
    from faceviewer.datasets.ffhq.facts import FOLDERS, KINDS, TITLES

    rows = []
    for kind in KINDS:
        folders = [folder for folder in files.folders if folder.kind == kind]
        for folder in folders:
            first, last = int(folder.numbers[0]), int(folder.numbers[-1])
            text = f"{len(folder.numbers)} {TITLES[kind]}, {first:05d} to {last:05d}"
            if not folder.has_published_size and folder.size is not None:
                text += f", copies of {folder.size[0]} x {folder.size[1]} pixels"
            rows.append(Row("there", folder.folder.name, text))
        if not folders:
            rows.append(Row("missing", FOLDERS[kind], f"no {TITLES[kind]}"))
    say(f"{files.root}:")
    tell_rows(rows)


def tell_problems(index: FfhqIndex) -> None:
    """The entries that were left out, on stderr."""
    if index.about.end_problem:
        say(f"the metadata are cut off or damaged: {index.about.end_problem}", error=True)
    problems = index.problems()
    for problem in problems[:MAX_PROBLEMS_TOLD]:
        say(f"entry {problem.key[:60]!r} (position {problem.position}) left out: {problem.reason}", error=True)
    if index.about.problem_count > MAX_PROBLEMS_TOLD:
        say(f"{index.about.problem_count - MAX_PROBLEMS_TOLD} more entries left out", error=True)


def tell_terms() -> None:
    """What the data set may be used for."""
    from faceviewer.datasets.ffhq.facts import TERMS

    for sentence in TERMS:
        say(sentence)


def tell_offers() -> None:
    """Where the files come from."""
    from faceviewer.datasets.ffhq.facts import OFFERED

    say("faceviewer downloads nothing; the authors offer:", error=True)
    for name, address in OFFERED:
        say(f"  {name}: {address}", error=True)


def counted(number: int, thing: str) -> str:
    """Such as "1 picture" and "2 pictures"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
