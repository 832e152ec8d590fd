"""What the commands about FFHQ-UV have in common: opening the index, and saying what is known."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from faceviewer.cli.errors import say

if TYPE_CHECKING:
    from faceviewer.datasets.ffhq_uv.entry import UvMapEntry
    from faceviewer.datasets.ffhq_uv.index import UvMapIndex

MAX_PROBLEMS_TOLD = 20
Project = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="The folder dataset_project; otherwise one in or beside DIR. It is remembered."),
]
SameIds = Annotated[
    bool | None,
    typer.Option(
        "--same-ids/--other-ids",
        help="Whether dataset_project counts the faces as the maps do, although they are numbered as published: true "
        "for maps made from these very files. It is remembered.",
    ),
]


def require_folder(place: Path) -> None:
    """Raises UsageError when there is no such folder."""
    from faceviewer.engines.options import UsageError

    if not os.path.isdir(place):
        raise UsageError(f"{place}: there is no such folder")


def opened(place: Path, project: Path | None, same_ids: bool | None) -> UvMapIndex:
    """The index of a folder, brought up to date."""
    from faceviewer.cli.tables import progress_shown
    from faceviewer.datasets.ffhq_uv.index import open_index
    from faceviewer.types import CancelToken

    require_folder(place)
    if project is not None:
        require_folder(project)
    with progress_shown() as progress:
        return open_index(place, progress, CancelToken(), project=project, same_ids=same_ids)


def tell_contents(index: UvMapIndex) -> None:
    """Which maps and which files about them there are."""
    from faceviewer.cli.tables import Row, tell_rows
    from faceviewer.datasets.ffhq_uv.entry import UvMapQuery
    from faceviewer.datasets.ffhq_uv.facts import NUMBERS_DIFFER, SOURCES

    say(f"{index.layout.root}:")
    rows = []
    for part in index.layout.parts:
        found = index.facets(UvMapQuery(part=part.name))
        known = found.total - found.gender.get("", 0)
        text = f"{found.total} maps, {known} with attributes, {found.light.get('yes', 0)} with light, "
        rows.append(Row("there", part.name, text + f"{found.latent.get('yes', 0)} with latent codes"))
        rows += [] if part.meta else [Row("missing", f"{part.name}/meta-info.json", "no meta-info")]
    project = index.project
    for source in SOURCES if project is not None else ():
        if project is not None and (name := project.name(source)):
            rows.append(Row("there", f"{project.folder.name}/{name}", "from the project"))
    tell_rows(rows)
    say(f"{len(index)} maps; index in {index.path}")
    if index.left_out:
        say(NUMBERS_DIFFER)


def tell_problems(index: UvMapIndex) -> None:
    """What is wrong, on stderr: damages first, of each kind a few."""
    problems = index.problems()
    for kind, count in index.problem_counts().items():
        some = [problem for problem in problems if problem.kind == kind][:MAX_PROBLEMS_TOLD]
        for problem in some:
            say(problem.sentence, error=True)
        if count > len(some):
            say(f"{count - len(some)} more of the kind {kind!r}; verify --report FILE lists them", error=True)


def entry_as_json(entry: UvMapEntry) -> dict[str, Any]:
    """An entry for programs."""
    from faceviewer.datasets.ffhq_uv.entry import ATTRIBUTES

    attributes = {
        name: getattr(entry, name) or None if name == "gender" else getattr(entry, name) for name in ATTRIBUTES
    }
    sources = {"light_source": entry.light_source, "latent_source": entry.latent_source, "sources": dict(entry.sources)}
    return {"id": entry.id, "part": entry.part, "path": str(entry.path), **attributes, **sources}


def face_as_json(index: UvMapIndex, entry: UvMapEntry) -> dict[str, Any]:
    """All that is known, for programs."""
    from faceviewer.datasets.ffhq_uv.details import details, latent_views

    known = details(index, entry)
    return {
        **entry_as_json(entry),
        "others": dict(known.others),
        "light": None if known.light is None else [round(float(number), 7) for number in known.light],
        "latents": latent_views(index, entry),
        "face_api": known.face_api,
        "problems": list(known.problems),
    }


def tell_face(index: UvMapIndex, entry: UvMapEntry) -> None:
    """All that is known, for people."""
    from faceviewer.datasets.ffhq_uv.details import details, latent_views
    from faceviewer.datasets.ffhq_uv.entry import ATTRIBUTES

    known = details(index, entry)
    say(f"{entry.part}/{entry.id}")
    say(f"  path: {entry.path}")
    for name in ATTRIBUTES:
        if (value := getattr(entry, name)) not in (None, ""):
            said = (
                ("yes" if value else "no") if isinstance(value, bool) else value if name == "gender" else f"{value:g}"
            )
            say(f"  {name}: {said} ({entry.sources.get(name, '')})")
    for name, text in known.others.items():
        say(f"  {name}: {text}")
    if known.light is not None:
        say(f"  light: {' '.join(f'{number:.5f}' for number in known.light)} ({entry.light_source})")
    for place, views in latent_views(index, entry).items():
        say(f"  latent codes: {', '.join(view or 'inverted' for view in views)} ({place})")
    for name, text in _leaves(known.face_api or {}, ""):
        say(f"  Face API {name}: {text}")
    for sentence in known.problems:
        say(sentence, error=True)


def number_text(number: float | None) -> str:
    """Short, "-" for unknown."""
    return "-" if number is None else f"{number:.4g}"


def _leaves(value: Mapping[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for name, item in value.items():
        if isinstance(item, Mapping):
            yield from _leaves(item, f"{above}{name}.")
        elif item is not None and item != []:
            yield f"{above}{name}", str(item)
