"""The data set as published: folders, sizes, licences, where it is offered and what it may be used for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["image", "thumbnail", "wild"]
KINDS: tuple[Kind, ...] = ("image", "thumbnail", "wild")
FOLDERS: dict[Kind, str] = {
    "image": "images1024x1024",
    "thumbnail": "thumbnails128x128",
    "wild": "in-the-wild-images",
}
TITLES: dict[Kind, str] = {"image": "aligned pictures", "thumbnail": "thumbnails", "wild": "original pictures"}

JSON_NAME = "ffhq-dataset-v2.json"
JSON_BYTES = 267_793_842
JSON_MD5 = "425ae20f06a4da1d4dc0f46d40ba5fd6"
LICENCE_NAME = "LICENSE.txt"
"""Goes with every copied part."""
COUNT = 70_000
TRAINING = 60_000
"""Pictures below this number are for training, the others for validation."""
FLICKR = "https://www.flickr.com/photos/"

TERMS = (
    "Flickr-Faces-HQ is offered by NVIDIA under CC BY-NC-SA 4.0: for non-commercial use, citing Karras, Laine, Aila, "
    '"A Style-Based Generator Architecture for Generative Adversarial Networks" (arXiv 1812.04948), saying what was '
    "changed, and sharing what is made of it under the same licence. Each photograph keeps its own licence and author.",
    "It is not intended for, and not to be used for, developing or improving facial recognition.",
    "People can have photographs of theirs removed. One that has gone may be such a case: do not publish it again.",
)
OFFERED = (
    ("the data set", "https://drive.google.com/open?id=1u2xu7bSrWxrbUxk-dT-UvEJq8IjdmNTP"),
    (JSON_NAME, "https://drive.google.com/open?id=16N0RV4fHI6joBuKbQAoG34V_cQk7vxSA"),
    (FOLDERS["image"], "https://drive.google.com/open?id=1tZUcXDBeOibC6jcMCtgRRz67pzrAHeHL"),
    (FOLDERS["thumbnail"], "https://drive.google.com/open?id=1tg-Ur7d4vk1T8Bn0pPpUSQPxlPGBlGfv"),
    (FOLDERS["wild"], "https://drive.google.com/open?id=1ZX7QOy6LZuTLTnsOtQk-kmKq2-69l5hu"),
)
"""What, and the address that its authors give for it; nothing here downloads."""


@dataclass(frozen=True)
class Licence:
    """One of the licences that the photographs have."""

    id: str
    """Short, for commands."""
    title: str
    place: str
    """What its address holds."""
    commercial: bool


LICENCES = (
    Licence("cc-by", "CC BY 2.0", "creativecommons.org/licenses/by/2.0", True),
    Licence("cc-by-nc", "CC BY-NC 2.0", "creativecommons.org/licenses/by-nc/2.0", False),
    Licence("pdm", "Public Domain Mark 1.0", "creativecommons.org/publicdomain/mark/1.0", True),
    Licence("cc0", "CC0 1.0", "creativecommons.org/publicdomain/zero/1.0", True),
    Licence("us-gov", "U.S. Government Works", "usa.gov/", True),
)


def licence_of(url: str) -> Licence | None:
    """The known licence at an address of the metadata, or None."""
    return next((licence for licence in LICENCES if licence.place in url.lower()), None)


def licences_named(term: str, there: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Those of the ``there`` (name, address) that ``term`` means: an id, a title or the metadata's own name."""
    wanted = term.strip().casefold()
    return tuple(name for name, url in there if wanted in {name.casefold(), *_other_names(url)})


def published_path(kind: Kind, number: int) -> str:
    """Where the published layout has a picture, from the data set's folder."""
    return f"{FOLDERS[kind]}/{number // 1000 * 1000:05d}/{number:05d}.png"


def split_of(number: int) -> str:
    """The split of a picture of which only the number is known."""
    return "training" if number < TRAINING else "validation"


def _other_names(url: str) -> set[str]:
    licence = licence_of(url)
    return set() if licence is None else {licence.id, licence.title.casefold()}
