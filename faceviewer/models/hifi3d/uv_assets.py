"""The template, its masks and the layout of FFHQ-UV's maps, from the user's files."""

from __future__ import annotations

from faceviewer.assets import ffhq_uv_names as names
from faceviewer.assets.loading import load_asset
from faceviewer.assets.places import Located
from faceviewer.io.images import read_png
from faceviewer.raster.uv_maps.guides import SIDE, UvGuides, load_guides
from faceviewer.raster.uv_maps.unwrap import UnwrapInfo, unwrap_info, unwrap_info_of
from faceviewer.types import FaceviewerError, Topology

_LAYOUT_MASK = "topo_assets/unwrap_1024_info_mask.png"


def guides_in(located: Located, side: int = SIDE) -> UvGuides:
    """The guides in a pack's folder. Raises FaceviewerError, naming the file that is missing or damaged."""
    return load_guides({name.rpartition("/")[2]: located.path(name) for name in names.GUIDES}, side)


def unwrap_info_in(located: Located, topology: Topology) -> UnwrapInfo:
    """The published layout of maps of 1024, or that of ``topology`` drawn anew where its file is not there.

    The published mask is applied where it is there, in both cases. Raises FaceviewerError for damaged files.
    """
    mask = None
    if _LAYOUT_MASK in located.files:
        mask = read_png(located.path(_LAYOUT_MASK), "L") / 255
    if names.UNWRAP_INFO in located.files:
        arrays = load_asset(located, names.UNWRAP_INFO)
        if not isinstance(arrays, dict):
            raise FaceviewerError(f"{located.path(names.UNWRAP_INFO)}: holds no arrays by name")
        ids, weights = arrays["uv_idx_v_idx"], arrays["uv_idx_bw"]
        return unwrap_info(ids, weights, mask, vertex_count=names.VERTICES)
    drawn = unwrap_info_of(topology, names.SIDE)
    return drawn if mask is None else unwrap_info(drawn.vertices, drawn.weights, mask)
