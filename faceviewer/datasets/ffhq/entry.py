"""One picture of the data set, and questions about many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from faceviewer.datasets.ffhq.facts import FLICKR, Kind

Order = Literal["number", "date", "author", "title", "account"]
ORDERS: tuple[Order, ...] = ("number", "date", "author", "title", "account")
MAX_NUMBER = 9_999_999


@dataclass(frozen=True)
class PictureFile:
    """What the metadata say of one file."""

    path: str
    """From the data set's folder, forward slashes; checked to stay inside it."""
    nbytes: int
    md5: str
    """Hex digest of the file."""
    size: tuple[int, int]
    """(width, height) in pixels."""
    pixel_md5: str
    """Hex digest of the decoded pixels: uint8, row by row, RGB."""
    url: str = ""


@dataclass(frozen=True, eq=False)
class FfhqEntry:
    """One picture: author and licence, its three files, and the landmarks of its face.

    Texts are what somebody typed at Flickr. Landmarks count from the centre of the top-left pixel, as those of dlib do.
    """

    number: int
    """Its key in the JSON."""
    position: int
    """Its place in the JSON, from 0."""
    split: str
    """"training" or "validation"."""
    title: str
    author: str
    country: str
    licence: str
    licence_url: str
    photo_url: str
    uploaded: str
    """YYYY-MM-DD, or empty."""
    crawled: str
    files: Mapping[Kind, PictureFile]
    wild_landmarks: np.ndarray
    """(68, 2) float64, iBUG's order, pixels of the original: what the alignment starts from."""
    image_landmarks: np.ndarray | None = None
    """(68, 2) float32, pixels of the aligned picture."""
    face_box: tuple[float, float, float, float] | None = None
    """Left, top, right, bottom in the original, as the detector found it."""
    face_quad: np.ndarray | None = None
    """(4, 2) float64: the crop's corners in the original, top-left, bottom-left, bottom-right, top-right."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", MappingProxyType(dict(self.files)))
        for name in ("wild_landmarks", "image_landmarks", "face_quad"):
            if (array := getattr(self, name)) is not None:
                view = np.ascontiguousarray(array).view()
                view.setflags(write=False)
                object.__setattr__(self, name, view)

    @property
    def account(self) -> str:
        """The Flickr account that the photo belongs to, or ""."""
        return account_of(self.photo_url)


@dataclass(frozen=True)
class FfhqQuery:
    """Which entries, in which order. Texts are found anywhere, in upper and lower case alike; empty ones in all."""

    title: str = ""
    author: str = ""
    country: str = ""
    licences: tuple[str, ...] = ()
    """Names as the metadata have them; none for all."""
    split: str = ""
    uploaded_from: str = ""
    """YYYY-MM-DD; entries without a date are then left out."""
    uploaded_to: str = ""
    """The last day that counts."""
    person: str = ""
    """As the project's own privacy search: equals the Flickr account, or is part of the author's name."""
    order: Order = "number"
    descending: bool = False


def account_of(photo_url: str) -> str:
    """The part of a Flickr address after ``/photos/``, or ""."""
    _, found, rest = photo_url.partition("/photos/")
    return rest.partition("/")[0] if found else ""


def safe_link(url: str) -> str:
    """The address, or "" when it does not begin with http or https or holds anything that is not printable."""
    is_safe = url.lower().startswith(("https://", "http://")) and url.isprintable() and not set(url) & set(" \"'<>\\`")
    return url if is_safe else ""


def flickr_link(account: str) -> str:
    """The page of a Flickr account, or "" when that is no name of one."""
    return safe_link(f"{FLICKR}{account}/") if account and not set(account) & set("/?#%&") else ""
