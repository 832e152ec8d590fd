"""``faceviewer assets``: the files of published systems, which users bring themselves."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faceviewer.cli.convert import convert
from faceviewer.cli.errors import FAILED, errors_told, say

if TYPE_CHECKING:
    from faceviewer.assets.packs import AssetPack
    from faceviewer.assets.places import Place
    from faceviewer.assets.verify import Report

assets = typer.Typer(
    help="Files of published systems such as 3DDFA-V3: what they are, whether they are whole, what they unlock. "
    "faceviewer downloads none of them.",
    no_args_is_help=True,
)
_Folder = Annotated[
    Path | None,
    typer.Option(
        "--assets", metavar="DIR", help="The folder of the files; otherwise FACEVIEWER_ASSETS, or faceviewer's own."
    ),
]
_Pack = Annotated[str | None, typer.Argument(metavar="[PACK]", help="One system, such as 3ddfa-v3; otherwise all.")]


@assets.command(name="list")
def list_files(pack: _Pack = None, folder: _Folder = None) -> None:
    """List every file, what it is for, whether it is there, and what works with those that are."""
    with errors_told():
        from faceviewer.assets.places import locate
        from faceviewer.cli.tables import Row, tell_rows

        place = _place(folder)
        for one in _packs(pack):
            located = locate(one, place)
            say(f"{one.title}: {len(located.files)} of {len(one.files)} files in {located.folder}")
            tell_rows(
                Row(
                    "there" if file.name in located.files else "missing" if file.needed else "optional",
                    file.name,
                    file.purpose,
                )
                for file in one.files
            )
            _tell_capabilities([capability.title for capability in located.capabilities])
            say(f"Download: {one.page}")
            origins = {origin: None for file in one.files for origin in file.origins}
            say(f"Licences: {'; '.join(f'{origin.title}: {origin.licence}' for origin in origins)}. {one.terms}")


@assets.command()
def verify(pack: _Pack = None, folder: _Folder = None) -> None:
    """Open every file and check what is in it.

    Exit status: 0 the needed files are whole and no other is damaged; 1 otherwise; 2 wrong usage.
    """
    with errors_told():
        from faceviewer.assets.places import locate
        from faceviewer.assets.verify import verify as examine_all
        from faceviewer.cli.tables import progress_shown
        from faceviewer.types import CancelToken

        place, sound = _place(folder), True
        for one in _packs(pack):
            located = locate(one, place)
            if not located.files:
                say(f"{place.folder}: none of {one.title}'s files is in it; they are offered at {one.page}", error=True)
                sound = False
                continue
            with progress_shown() as progress:
                report = examine_all(located, progress, CancelToken())
            _tell_report(report)
            sound = sound and report.is_sound
        raise typer.Exit(0 if sound else FAILED)


@assets.command(name="import")
def import_files(
    source: Annotated[Path, typer.Argument(metavar="DIR|ZIP", help="A folder or zip with some of the files.")],
    folder: _Folder = None,
) -> None:
    """Copy the files that are known from a folder or zip to faceviewer's folder, each one checked first.

    Exit status: 0 all that were found are whole; 1 some were refused, each with a reason; 2 wrong usage.
    """
    with errors_told():
        from faceviewer.assets.importing import import_from
        from faceviewer.assets.places import asset_place
        from faceviewer.cli.tables import Row, progress_shown, tell_rows
        from faceviewer.engines.options import UsageError
        from faceviewer.types import CancelToken

        if not os.path.exists(source):
            raise UsageError(f"{source}: there is no such folder or zip")
        with progress_shown() as progress:
            results = import_from(source, asset_place(folder), progress, CancelToken())
        tell_rows(Row(result.state, result.file.name, result.reason) for result in results)
        refused = sum(result.state == "refused" for result in results)
        say(f"{len(results) - refused} imported" + (f", {refused} refused" if refused else ""))
        raise typer.Exit(FAILED if refused else 0)


@assets.command()
def where(folder: _Folder = None) -> None:
    """Say where the files are looked for, who chose that folder, and where converted copies are kept."""
    with errors_told():
        from faceviewer.assets.places import PACKS, locate
        from faceviewer.io.safe_load import converted_folder

        place = _place(folder)
        say(f"assets: {place.folder} ({place.why})")
        for pack in PACKS:
            located = locate(pack, place)
            found = f"{len(located.files)} of {len(pack.files)} files"
            say(f"{pack.id}: {located.folder} ({found if located.files else 'nothing there yet'})")
        say(f"converted copies: {converted_folder()} (may be deleted at any time)")


assets.command()(convert)


def _place(folder: Path | None) -> Place:
    from faceviewer.assets.places import asset_place
    from faceviewer.engines.options import UsageError
    from faceviewer.io.input_file import NO_FOLDER, folder_refusal

    if folder is not None and not os.path.isdir(folder):
        raise UsageError(f"--assets {folder}: there is no such folder")
    place = asset_place(folder)
    if (refusal := folder_refusal(place.folder)) not in (None, NO_FOLDER):
        say(f"note: {place.folder} ({place.why}): {refusal}", error=True)
    return place


def _packs(pack: str | None) -> tuple[AssetPack, ...]:
    from faceviewer.assets.places import PACKS, pack_of
    from faceviewer.engines.options import UsageError
    from faceviewer.types import FaceviewerError

    if pack is None:
        return PACKS
    try:
        return (pack_of(pack),)
    except FaceviewerError as error:
        raise UsageError(str(error)) from None


def _tell_report(report: Report) -> None:
    from faceviewer.cli.tables import Row, tell_rows

    say(f"{report.located.pack.title} in {report.located.folder}")
    tell_rows(
        Row(
            "optional" if finding.state == "missing" and not finding.file.needed else finding.state,
            finding.file.name,
            finding.reason,
        )
        for finding in report.findings
    )
    _tell_capabilities([capability.title for capability in report.capabilities])


def _tell_capabilities(titles: list[str]) -> None:
    say("Works with these files: " + ("; ".join(titles) if titles else "nothing yet"))
