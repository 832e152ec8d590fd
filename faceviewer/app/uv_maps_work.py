"""Questions to the index of FFHQ-UV's maps that take a while. For a background thread."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from faceviewer.app.uv_maps_state import NO_LIMITS, Limits, UvMapChosen, UvMapsFound, UvMapsWish
from faceviewer.datasets.ffhq_uv.details import Details, details, project_of
from faceviewer.datasets.ffhq_uv.entry import UvMapEntry, UvMapQuery
from faceviewer.datasets.ffhq_uv.index import UvMapIndex
from faceviewer.datasets.ffhq_uv.maps import mode_notes, size_notes
from faceviewer.io.photo import load_photo
from faceviewer.types import CancelToken, FaceviewerError

_LARGE_PX = 512
_AT_ONCE = 5000


def find(index: UvMapIndex, wish: UvMapsWish | None, cancel: CancelToken) -> UvMapsFound:
    """The maps of a search. Raises Cancelled."""
    keys = index.keys(wish.query if wish is not None else UvMapQuery())
    if wish is not None and wish.baldness != NO_LIMITS:
        keys = _of_baldness(index, keys, wish.baldness, cancel)
    return UvMapsFound(keys, index.count(), wish)


def _of_baldness(index: UvMapIndex, keys: np.ndarray, limits: Limits, cancel: CancelToken) -> np.ndarray:
    """Those of ``keys`` within the limits; the index itself is not asked for baldness."""
    low, high = (-np.inf if limits[0] is None else limits[0]), (np.inf if limits[1] is None else limits[1])
    fitting = []
    for first in range(0, len(keys), _AT_ONCE):
        cancel.check()
        for entry in index.entries(keys[first : first + _AT_ONCE]):
            if entry.baldness is not None and low <= entry.baldness <= high:
                fitting.append(entry.key)
    return np.array(fitting, np.int32)


def describe(index: UvMapIndex, key: int) -> UvMapChosen | None:
    """All that is known of a map, with its picture; None when it has gone."""
    entries = index.entries([key])
    if not entries:
        return None
    entry = entries[0]
    known = details(index, entry)
    numbers = None if known.light is None else tuple(float(number) for number in known.light)
    try:
        rgb = load_photo(entry.path).rgb
    except FaceviewerError as error:
        return UvMapChosen(key, entry, tuple(_texts(entry, known, ())), numbers, trouble=str(error))
    height, width = rgb.shape[:2]
    notes = (*size_notes((width, height)), *mode_notes(entry.path))
    small = rgb[:: max(1, height // _LARGE_PX), :: max(1, width // _LARGE_PX)]
    return UvMapChosen(key, entry, tuple(_texts(entry, known, notes)), numbers, np.ascontiguousarray(small))


def light_for(index: UvMapIndex, entry: UvMapEntry) -> np.ndarray | None:
    """(9,) of a map's face; None when it is not known or cannot be read, which is no reason not to wear the map."""
    try:
        # by the map, not by its id: another part may have a map of that name, of another face
        project = project_of(index, entry)
        return project.light(entry.id) if project is not None else None
    except FaceviewerError:
        return None


def _texts(entry: UvMapEntry, known: Details, notes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield "Map", entry.id
    yield "Part", entry.part
    if entry.gender:
        yield "Gender", entry.gender
    if entry.age is not None:
        yield "Age", f"{entry.age:.0f} years"
    for name in ("beard", "baldness", "expression"):
        value = getattr(entry, name)
        if value is not None:
            yield ("Smile" if name == "expression" else name.capitalize()), f"{100 * value:.0f} %"
    if entry.glasses is not None:
        yield "Glasses", "yes" if entry.glasses else "no"
    for name in ("yaw", "pitch"):
        value = getattr(entry, name)
        if value is not None:
            yield name.capitalize(), f"{value:.1f}°"
    if known.light is not None:
        yield "Light", "known, nine numbers"
    if entry.has_latent:
        yield "Latent codes", "there"
    if entry.sources:
        yield "Told by", ", ".join(sorted(set(entry.sources.values())))
    if notes:
        yield "Unusual", ", ".join(notes)
    if known.problems:
        yield "Not read", "; ".join(known.problems)
    yield "File", str(entry.path)
