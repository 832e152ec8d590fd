"""What the album says in words."""

from __future__ import annotations

from faceviewer.app.ffhq_state import FfhqState
from faceviewer.gui.dialogs.parts import counted

NOTICE = (
    "Not for developing or improving facial recognition. The set is offered under CC BY-NC-SA 4.0, for non-commercial "
    "use; each photograph keeps its own licence and author."
)
NO_FOLDER = (
    "Choose the folder of a copy of Flickr-Faces-HQ that you have: the whole set, a part of it, or a folder of "
    "pictures that are named by their numbers. faceviewer downloads nothing."
)


def placeholder(album: FfhqState) -> str:
    """What stands in place of pictures when there are none."""
    if album.dataset is None:
        return "" if album.opening is not None else NO_FOLDER
    if album.found is None:
        return ""
    if album.found.matches:
        return f"{counted(album.found.matches, 'picture')} found, none with a file in this folder."
    return "No picture is found by this search."


def count_text(album: FfhqState, selected: int, trouble: str = "") -> str:
    """How many pictures were found, how many of them have no file, how many are chosen."""
    found, dataset = album.found, album.dataset
    if found is None or dataset is None:
        return ""
    total = len(dataset.indexed) or len(dataset.files.numbers())
    text = f"{found.matches:,} of {counted(max(total, found.matches), 'picture')}"
    if found.absent and dataset.files.folders:
        text += f", {found.absent:,} without a file here"
    text += f"; {selected:,} chosen" if selected > 1 else ""
    return f"{text}. {trouble}." if trouble else text
