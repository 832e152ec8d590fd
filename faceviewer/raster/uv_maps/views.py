"""One to three photos of a person, from the front and from both sides, as one map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from faceviewer.raster.uv_maps.complete import Completed, finish
from faceviewer.raster.uv_maps.fill import Filled, fill_view, start
from faceviewer.raster.uv_maps.guides import VIEWS, UvGuides
from faceviewer.raster.uv_maps.unwrap import PhotoView, Remapped, UnwrapInfo, remap
from faceviewer.types import CancelToken, FaceviewerError


@dataclass(frozen=True, eq=False)
class Unwrapped:
    """The finished map, and the views that went into it."""

    completed: Completed
    remapped: Mapping[str, Remapped]
    """View -> it on the layout."""
    filled: Mapping[str, Filled]
    """View -> the map once it was in, in the order of filling."""

    @property
    def coverage(self) -> np.ndarray:
        """(S, S) bool: texels that at least one photo shows."""
        return np.any([one.mask > 0.5 for one in self.remapped.values()], axis=0)


def unwrap_views(
    views: Mapping[str, PhotoView], info: UnwrapInfo, guides: UvGuides, cancel: CancelToken | None = None
) -> Unwrapped:
    """The map of the photos; views: any of "front", "left" and "right".

    Raises FaceviewerError for no or unknown views and for guides of another side than the layout, and Cancelled.
    """
    unknown = sorted(set(views) - set(VIEWS))
    if unknown or not views:
        raise FaceviewerError(f"views are any of {', '.join(VIEWS)}, not {', '.join(unknown) or 'none'}")
    if info.side != guides.side:
        raise FaceviewerError(f"the layout has a side of {info.side} texels, the template one of {guides.side}")
    state, remapped, filled = start(guides.template), {}, {}
    for name in (name for name in VIEWS if name in views):
        if cancel is not None:
            cancel.check()
        seen = remapped[name] = remap(views[name], info)
        state = fill_view(state, seen.rgb, seen.mask, guides.core[name], guides.reach[name], guides.mouth)
        filled[name] = state
    if cancel is not None:
        cancel.check()
    return Unwrapped(finish(state, guides), remapped, filled)
