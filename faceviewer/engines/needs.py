"""Whether the files that an engine needs are there, and if not, what to bring from where."""

from __future__ import annotations

from pathlib import Path

from faceviewer.assets.places import Located, asset_place, locate, pack_of
from faceviewer.engines.registry import EngineSpec
from faceviewer.io.input_file import folder_named


def missing_for(spec: EngineSpec, assets: Path | None = None) -> str | None:
    """One sentence, without its full stop, on the files that ``spec`` lacks; None when it can work.

    assets: the folder that the user chose, None for the usual one. Files are looked for, not opened.
    """
    if not spec.needs:
        return None
    located = files_of(spec, assets)
    if {capability.id for capability in located.capabilities} & set(spec.needs):
        return None
    given = located.pack.given(list(located.files))
    ways = [set(one.needs) - given for one in located.pack.capabilities if one.id in spec.needs]
    if not all(ways):
        return (
            f"the files of {located.pack.title} in {located.folder} are not whole: "
            f"faceviewer assets verify {located.pack.id} says what is wrong with them"
        )
    folder = located.folder if located.files else asset_place(assets).folder
    return (
        f"the engine {spec.id} lacks {_named(located, ways)} in {folder_named(folder)}; "
        f"such files are offered at {located.pack.page}"
    )


def files_of(spec: EngineSpec, assets: Path | None = None) -> Located:
    """The files of an engine that needs some, those of them that are there."""
    return locate(pack_of(spec.id), asset_place(assets))


def _named(located: Located, ways: list[set[str]]) -> str:
    """What all ways need, and one of what they need each: "a, b and c or d"."""
    common = set.intersection(*ways)
    order = list(located.pack.by_name)
    always = sorted(common, key=order.index)
    each = [" with ".join(sorted(way - common, key=order.index)) for way in ways]
    choice = " or ".join(dict.fromkeys(each)) if all(each) else ""
    *first, last = [*always, *([choice] if choice else [])]
    return f"{', '.join(first)} and {last}" if first else last
