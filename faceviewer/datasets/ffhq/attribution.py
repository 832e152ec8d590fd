"""Who made a picture and on which terms: plain text that can stand anywhere."""

from __future__ import annotations

from faceviewer.datasets.ffhq.entry import FfhqEntry, safe_link
from faceviewer.datasets.ffhq.facts import Kind, licence_of

CHANGES = "cropped and aligned from the original"


def attribution(entry: FfhqEntry, kind: Kind = "image") -> str:
    """Title, author, licence with its address, the Flickr page, and what was changed, in one line."""
    licence = plain(entry.licence) or "licence unknown"
    if known := licence_of(entry.licence_url):
        licence = f"{licence}, {known.title}"
    parts = [f'"{plain(entry.title) or "Untitled"}" by {plain(entry.author) or "an unknown author"}', licence]
    parts += [link for link in (safe_link(entry.licence_url), safe_link(entry.photo_url)) if link]
    return "; ".join([*parts, *([CHANGES] if kind != "wild" else [])])


def plain(text: str) -> str:
    """One line without control characters and characters that turn the direction of reading."""
    spaced = " ".join(text.split())
    return "".join(character for character in spaced if character.isprintable())
