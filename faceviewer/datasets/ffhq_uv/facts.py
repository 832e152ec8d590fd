"""The data set as published: its folders and files, and what it may be used for."""

from __future__ import annotations

from typing import Literal

PARTS = ("ffhq-uv", "ffhq-uv-interpolate")
DATASET, MAPS, LATENTS, META = "dataset", "uv-maps", "face-latents", "meta-info.json"
PROJECT = "dataset_project"
"""The folder of what was found out about the inverted photographs."""
SIDE = 1024
"""Pixels on a side of a published map."""
SUFFIXES = (".png", ".jpg", ".jpeg")

Source = Literal["attributes", "attributes_ms_api", "lights", "latents", "edit"]
SOURCES: dict[Source, str] = {
    "attributes": ".json",
    "attributes_ms_api": ".pkl",
    "lights": ".npy",
    "latents": ".pt",
    "edit": ".pt",
}
"""What a project has, as zips or folders of these names, with the suffix of its files."""

TERMS = (
    "FFHQ-UV's attributes come from the Microsoft Face API, run on synthetic faces; they are for research only.",
    "Faces are named by their numbers in the data set. Its authors shuffled it and ask not to look for the faces of "
    "FFHQ that belong to them; what their files say about that is left out here.",
)
NUMBERS_DIFFER = (
    "dataset_project counts the faces in another order than the published maps: nothing of it was joined to them. For "
    "maps made from these very files, --same-ids joins by number."
)
