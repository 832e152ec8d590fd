"""What the models dialog says of packs and files, as plain text and as HTML."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from faceviewer.app.models_state import FileState, ModelFile, ModelPack

if TYPE_CHECKING:
    from faceviewer.assets.packs import Origin

STATE_TITLES: dict[FileState, str] = {
    "whole": "Installed",
    "unchecked": "Installed, not checked yet",
    "missing": "Missing",
    "damaged": "Damaged",
    "unknown": "Unknown version",
}
STATE_ICONS: dict[FileState, str] = {
    "whole": "done",
    "unchecked": "unchecked",
    "missing": "missing",
    "damaged": "error",
    "unknown": "help",
}
_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "KB"))


def size_text(nbytes: int) -> str:
    """A size as file managers write it."""
    for unit, name in _UNITS:
        if nbytes >= unit:
            number = nbytes / unit
            return f"{number:.1f} {name}" if number < 10 else f"{number:.0f} {name}"
    return f"{nbytes} bytes"


def size_of(one: ModelFile) -> str:
    """How large the file is; how large it will be when it is missing."""
    return size_text(one.nbytes) if one.path is not None else f"at least {size_text(one.file.size_range[0])}"


def pack_summary(pack: ModelPack) -> str:
    """How much of a pack is there, in a few words."""
    there = sum(one.path is not None for one in pack.files)
    needed = [one for one in pack.files if one.file.needed]
    ready = sum(one.is_usable for one in needed)
    return f"{there} of {len(pack.files)} files, {ready} of {len(needed)} needed ones"


def pack_html(pack: ModelPack) -> str:
    """A pack: its terms, what works and what is still lacking, whose work it is."""
    works = [escape(capability.title) for capability in pack.works]
    lacking = [
        f"{escape(capability.title)} (lacks {escape(', '.join(names))})"
        for capability in pack.pack.capabilities
        if (names := pack.lacks(capability))
    ]
    origins = dict.fromkeys(origin for one in pack.files for origin in one.file.origins)
    return "".join(
        (
            f"<p><b>{escape(pack.pack.title)}</b>: {pack_summary(pack)}, in {escape(str(pack.folder))}</p>",
            f"<p><b>Terms:</b> {escape(pack.pack.terms)}</p>",
            _listed("Works now", works or ["nothing yet"]),
            _listed("Needs more files", lacking),
            _listed("Origins and licences", [_origin(origin) for origin in origins]),
        )
    )


def file_html(pack: ModelPack, one: ModelFile) -> str:
    """A file: its state, what it is for, what it unlocks, where it comes from."""
    needed = "Needed." if one.file.needed else "Optional."
    unlocks = []
    for capability in pack.pack.unlocks(one.file.name):
        others = [name for name in capability.needs if name not in (one.file.name, *one.file.stands_for)]
        unlocks.append(escape(capability.title + (f" (with {', '.join(others)})" if others else "")))
    where = f"<p><b>Lies at:</b> {escape(str(one.path))}, {size_text(one.nbytes)}</p>" if one.path is not None else ""
    return "".join(
        (
            f"<p><b>{escape(one.file.name)}</b> {escape(one.reason)}.</p>",
            f"<p>{escape(one.file.purpose)}. {needed}</p>",
            _listed("Unlocks", unlocks),
            _listed("Origin and licence", [_origin(origin) for origin in one.file.origins]),
            where,
        )
    )


def _origin(origin: Origin) -> str:
    page = escape(origin.page)
    return f'{escape(origin.title)}, {escape(origin.licence)}: <a href="{page}">{page}</a>'


def _listed(title: str, entries: Iterable[str]) -> str:
    lines = "".join(f"<br>&nbsp;•&nbsp;{entry}" for entry in entries)
    return f"<p><b>{title}:</b>{lines}</p>" if lines else ""
