"""Triangles to pixels in plain torch: which triangle owns each pixel, where on it, and how far away.

Corners are snapped to 1/1024 px, so every edge crossing is exact in float64 and the fill rule is watertight: no holes
and no doubles along shared edges. Triangles are expanded to lines, lines to pixels (half-open spans), and the nearest
wins in an integer depth buffer, ties by triangle id: the same input gives the same output, bit for bit, on every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from faceviewer.raster.precision import to_double

SUBPIXELS = 1024.0
"""Corners are rounded to this fraction of a pixel; crossings are then exact for coordinates below 2**15 px."""
_FAR_PX = 2.0**22
"""Triangles reaching farther out than this (the camera plane, usually) are not drawn."""
_CHUNK_PIXELS = 1 << 20
"""Candidate pixels expanded at once: bounds the working memory to tens of MB, which also stays near the caches."""
_EMPTY = torch.iinfo(torch.int64).max
_DEPTH_STEPS = 0x7F800000
"""Bits of float32 infinity: inverse depths are subtracted from it so that nearer is smaller."""


@dataclass(frozen=True, eq=False)
class Fragments:
    """What each pixel sees."""

    triangle: Tensor
    """(B, H, W) int32, triangle id, -1 where empty."""
    barycentric: Tensor
    """(B, H, W, 3) float32, weights of the corners at the pixel's centre, summing to 1; 0 where empty."""
    depth: Tensor
    """(B, H, W) float32, same unit as the corners' depth; inf where empty."""

    @property
    def mask(self) -> Tensor:
        """(B, H, W) bool, True where a triangle was drawn."""
        return self.triangle >= 0


@dataclass(frozen=True, eq=False)
class _Setup:
    """Visible triangles of a batch, compacted, one row each; K of them."""

    triangle: Tensor
    """(K,) int32, triangle id."""
    first_line: Tensor
    """(K,) int64, first line of pixels, counted through the whole batch."""
    lines: Tensor
    """(K,) int64, number of lines inside the picture."""
    area_px: Tensor
    """(K,) int64, pixels of the bounding box, the most it can expand to."""
    edges: Tensor
    """(2 K, 8) float64, long edge and upper (row 2k) or lower (2k + 1) short edge: x - 0.5, y, dx, dy of each."""
    plane: Tensor
    """(K, 9) float64: x, y of corner 0; x- and y-slope of the inverse depth; its value at corner 0, least, greatest;
    y of the middle corner; the batch member's first line."""
    weights: Tensor
    """(K, 9) float32: x, y of corner 0; x- and y-slopes of weights 1 and 2; inverse depths of the corners."""


def rasterize(
    xy_px: Tensor, depth: Tensor, triangles: Tensor, size: tuple[int, int], *, cull: Literal["back"] | None = None
) -> Fragments:
    """Draw triangles seen through a pinhole camera into triangle ids, perspective-correct barycentrics and depth.

    xy_px: (B, V, 2) pixels, pixel centres at .5. depth: (B, V) camera-frame z, positive in front of the camera.
    triangles: (F, 3) integer. size: (width, height). Any device; results live on the inputs' device.
    cull="back" leaves out triangles whose corners run counter-clockwise on the picture seen with y down, which are the
    back sides of a mesh that is counter-clockwise from outside. Triangles with a corner at or behind the camera
    (depth <= 0) or not finite are left out whole. Weights are constants to autograd.
    Raises ValueError on shapes that do not fit together.
    """
    if xy_px.ndim != 3 or xy_px.shape[-1] != 2 or depth.shape != xy_px.shape[:2]:
        raise ValueError(f"xy_px {tuple(xy_px.shape)} and depth {tuple(depth.shape)} must be (B, V, 2) and (B, V)")
    depth = to_double(depth.detach())
    inverse = torch.where((depth > 0) & depth.isfinite(), 1.0 / depth, torch.nan)
    return _draw(xy_px.detach(), inverse, triangles, size, cull)


def rasterize_uv(uv: Tensor, uv_triangles: Tensor, size: tuple[int, int]) -> Fragments:
    """Draw a UV layout into texels: triangle ids and affine barycentrics; depth is 1 on the layout.

    uv: (T, 2), origin bottom-left, v up. uv_triangles: (F, 3) integer. size: (width, height) of the texture.
    Row 0 of the result is v = 1. Both windings are drawn; where triangles overlap the lower id wins.
    """
    width, height = size
    xy_px = torch.stack([uv[:, 0].double() * width, (1.0 - uv[:, 1].double()) * height], -1)[None]
    return _draw(xy_px, torch.ones_like(xy_px[..., 0]), uv_triangles, size, None)


def interpolate(attributes: Tensor, fragments: Fragments, triangles: Tensor | None) -> Tensor:
    """Spread corner attributes over the pixels: (B, H, W, C), 0 where empty; differentiable in the attributes.

    attributes: (B, V, C), or (V, C) for all members, with triangles (F, 3); or (F, 3, C), one value per corner of each
    triangle (texture coordinates, say), with triangles None.
    """
    pixels = fragments.mask.reshape(-1).nonzero()[:, 0]
    values = interpolate_pixels(attributes, fragments, triangles, pixels)
    picture = values.new_zeros((fragments.triangle.numel(), values.shape[-1]))
    return picture.index_copy(0, pixels, values).reshape(*fragments.triangle.shape, -1)


def interpolate_pixels(attributes: Tensor, fragments: Fragments, triangles: Tensor | None, pixels: Tensor) -> Tensor:
    """Corner attributes at chosen covered pixels only: (P, C). See ``interpolate``.

    pixels: (P,) int64 flat indices into (B, H, W), each of which must be covered.
    """
    _, height, width = fragments.triangle.shape
    triangle = fragments.triangle.reshape(-1).index_select(0, pixels).long()
    weights = fragments.barycentric.reshape(-1, 3).index_select(0, pixels).to(attributes.dtype)
    if triangles is None:
        corners = triangle[:, None] * 3 + torch.arange(3, device=triangle.device)
    else:
        corners = triangles.long().index_select(0, triangle)
        if attributes.ndim == 3:
            corners = corners + (pixels // (height * width) * attributes.shape[1])[:, None]
    table = attributes.reshape(-1, attributes.shape[-1])
    values = table.index_select(0, corners[:, 0]) * weights[:, :1]
    values = values + table.index_select(0, corners[:, 1]) * weights[:, 1:2]
    return values + table.index_select(0, corners[:, 2]) * weights[:, 2:]


def _draw(
    xy_px: Tensor, inverse_depth: Tensor, triangles: Tensor, size: tuple[int, int], cull: Literal["back"] | None
) -> Fragments:
    batch, (width, height), home = len(xy_px), size, xy_px.device
    if home.type == "mps":  # no float64 there: the same code on the processor is exact and quick enough
        xy_px, inverse_depth, triangles = xy_px.cpu(), inverse_depth.cpu(), triangles.cpu()
    setup = _set_up(xy_px.double(), inverse_depth, triangles.long(), size, cull)
    nearest = torch.full((batch * height * width,), _EMPTY, dtype=torch.int64, device=xy_px.device)
    for first, last in _chunks(setup.area_px):
        _paint(setup, first, last, width, height, nearest)
    fragments = _resolve(setup, nearest, (batch, height, width))
    if home.type == "mps":
        return Fragments(fragments.triangle.to(home), fragments.barycentric.to(home), fragments.depth.to(home))
    return fragments


def _set_up(xy_px: Tensor, inverse_depth: Tensor, triangles: Tensor, size: tuple[int, int], cull: str | None) -> _Setup:
    """Snap, cull and clip to the picture's box, then prepare edges and planes of what is left."""
    (width, height), n_triangles = size, len(triangles)
    snapped = torch.where(xy_px.abs() < _FAR_PX, (xy_px * SUBPIXELS).round() / SUBPIXELS, torch.nan)
    vertices = torch.cat([snapped, inverse_depth[..., None]], -1).transpose(1, 2)  # (B, 3, V); NaN: not drawable
    corners = vertices[:, :, triangles.T.reshape(-1)].reshape(len(xy_px), 3, 3, n_triangles)
    x, y, inverse = corners.unbind(1)  # (B, corner, F)
    doubled_area = (x[:, 1] - x[:, 0]) * (y[:, 2] - y[:, 0]) - (x[:, 2] - x[:, 0]) * (y[:, 1] - y[:, 0])
    facing = -doubled_area if cull == "back" else doubled_area.abs()
    left, right = _pixel_range(x, width)
    top, bottom = _pixel_range(y, height)
    kept = (facing > 0) & (right > left) & (bottom > top) & inverse.sum(1).isfinite()

    triangle = kept.reshape(-1).nonzero()[:, 0]
    member = triangle // n_triangles
    corner_rows = member * 3 * n_triangles + triangle % n_triangles

    def compact(corners: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        flat = corners.reshape(-1)
        a, b, c = (flat.index_select(0, corner_rows + k * n_triangles) for k in range(3))
        return a, b, c

    ((xa, xb, xc), (ya, yb, yc), (ia, ib, ic)) = compact(x), compact(y), compact(inverse)
    top, bottom, left, right = (v.reshape(-1).index_select(0, triangle) for v in (top, bottom, left, right))
    scale = 1 / doubled_area.reshape(-1).index_select(0, triangle)
    b_slope_x, b_slope_y = (yc - ya) * scale, (xa - xc) * scale
    c_slope_x, c_slope_y = (ya - yb) * scale, (xb - xa) * scale
    depth_slope_x = b_slope_x * (ib - ia) + c_slope_x * (ic - ia)
    depth_slope_y = b_slope_y * (ib - ia) + c_slope_y * (ic - ia)
    least, greatest = torch.minimum(torch.minimum(ia, ib), ic), torch.maximum(torch.maximum(ia, ib), ic)
    first_line = (member * height).double()
    edges, middle_y = _edges([(xa, ya), (xb, yb), (xc, yc)])
    return _Setup(
        triangle=(triangle - member * n_triangles).int(),
        first_line=(first_line + top).long(),
        lines=(bottom - top).long(),
        area_px=((bottom - top) * (right - left)).long(),
        edges=edges,
        plane=torch.stack([xa, ya, depth_slope_x, depth_slope_y, ia, least, greatest, middle_y, first_line], -1),
        weights=torch.stack([xa, ya, b_slope_x, b_slope_y, c_slope_x, c_slope_y, ia, ib, ic], -1).float(),
    )


def _pixel_range(corners: Tensor, length: int) -> tuple[Tensor, Tensor]:
    """Half-open range of pixels, (B, F) each, whose centres lie within the corners (B, 3, F) along one axis."""
    a, b, c = corners.unbind(1)
    least, greatest = torch.minimum(torch.minimum(a, b), c), torch.maximum(torch.maximum(a, b), c)
    return (least - 0.5).ceil().clamp(0, length), (greatest - 0.5).ceil().clamp(0, length)


def _edges(corners: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """((2 K, 8) edge table, (K,) y of the middle corner) of triangles given as three corners (x (K,), y (K,))."""
    for upper, lower in ((0, 1), (1, 2), (0, 1)):  # sort the corners from top to bottom
        (xu, yu), (xl, yl) = corners[upper], corners[lower]
        swap = yu > yl
        corners[upper] = torch.where(swap, xl, xu), torch.where(swap, yl, yu)
        corners[lower] = torch.where(swap, xu, xl), torch.where(swap, yu, yl)

    def edge(start: int, end: int) -> list[Tensor]:
        (xs, ys), (xe, ye) = corners[start], corners[end]
        return [xs - 0.5, ys, xe - xs, ye - ys]

    long = edge(0, 2)
    return torch.stack([*long, *edge(0, 1), *long, *edge(1, 2)], -1).reshape(-1, 8), corners[1][1]


def _chunks(area_px: Tensor) -> Iterator[tuple[int, int]]:
    """Ranges of triangles whose boxes together hold about ``_CHUNK_PIXELS``, at least one triangle each."""
    ends = area_px.cumsum(0)
    total = int(ends[-1]) if len(ends) else 0
    marks = torch.arange(1, total // _CHUNK_PIXELS + 1, device=ends.device) * _CHUNK_PIXELS
    first = 0
    for last in [*(torch.searchsorted(ends, marks, right=True)).tolist(), len(ends)]:
        if last > first:
            yield first, last
            first = last


def _paint(setup: _Setup, first: int, last: int, width: int, height: int, nearest: Tensor) -> None:
    """Lower ``nearest`` (B * H * W,) to the keys (depth above, compact triangle below) of triangles first..last."""
    lines = setup.lines[first:last]
    member = torch.repeat_interleave(lines)
    from_index = setup.first_line[first:last] - (lines.cumsum(0) - lines)
    line = torch.arange(len(member), device=lines.device) + from_index.index_select(0, member)
    member = member + first
    plane = setup.plane.index_select(0, member)
    y = line.double() + 0.5 - plane[:, 8]
    edges = setup.edges.index_select(0, member * 2 + (y >= plane[:, 7]))
    crossing_long = _crossing(edges[:, :4], y)
    crossing_short = _crossing(edges[:, 4:], y)
    start = torch.minimum(crossing_long, crossing_short).clamp_(0, width)
    end = torch.maximum(crossing_long, crossing_short).clamp_(0, width)
    spans = (end > start).nonzero()[:, 0]
    member, line, y, start, end, plane = (v.index_select(0, spans) for v in (member, line, y, start, end, plane))

    # Inverse depth at both ends of the span, kept within the corners' range against rounding on slivers.
    at_line = plane[:, 4] + plane[:, 3] * (y - plane[:, 1]) + plane[:, 2] * (0.5 - plane[:, 0])
    inverse_first = (at_line + plane[:, 2] * start).clamp(plane[:, 5], plane[:, 6])
    inverse_last = (at_line + plane[:, 2] * (end - 1)).clamp(plane[:, 5], plane[:, 6])
    step = (inverse_last - inverse_first) / (end - start - 1).clamp(min=1)

    counts = (end - start).long()
    span = torch.repeat_interleave(counts)
    index = torch.arange(len(span), device=span.device)
    index_in_span = index - (counts.cumsum(0) - counts).index_select(0, span)
    pixel = index_in_span + (line * width + start.long()).index_select(0, span)
    inverse = inverse_first.float().index_select(0, span)
    inverse = inverse.addcmul_(step.float().index_select(0, span), index_in_span.float())
    key = (member + (_DEPTH_STEPS << 32)).index_select(0, span) - (inverse.view(torch.int32).long() << 32)
    nearest.scatter_reduce_(0, pixel, key, "amin")


def _crossing(edge: Tensor, y: Tensor) -> Tensor:
    """First pixel whose centre is at or right of the edge on each line; exact, see ``SUBPIXELS``."""
    x0, y0, dx, dy = edge.unbind(-1)
    return ((y - y0) * dx + x0 * dy).div_(dy).ceil_()


def _resolve(setup: _Setup, nearest: Tensor, shape: tuple[int, int, int]) -> Fragments:
    """Turn the finished depth buffer into fragments; weights are computed for the winners only."""
    _, height, width = shape
    triangle = torch.full_like(nearest, -1, dtype=torch.int32)
    barycentric = torch.zeros((len(nearest), 3), device=nearest.device)
    depth = torch.full_like(nearest, torch.inf, dtype=torch.float32)
    for pixels in (nearest != _EMPTY).nonzero()[:, 0].split(_CHUNK_PIXELS // 4):
        winner = nearest.index_select(0, pixels) & 0xFFFFFFFF
        rows = setup.weights.index_select(0, winner)
        x = (pixels % width).float() + 0.5 - rows[:, 0]
        y = (pixels // width % height).float() + 0.5 - rows[:, 1]
        second = (rows[:, 2] * x + rows[:, 3] * y).clamp_(0, 1)
        third = torch.minimum((rows[:, 4] * x + rows[:, 5] * y).clamp_(min=0), 1 - second)
        inverses = (1 - second - third) * rows[:, 6], second * rows[:, 7], third * rows[:, 8]
        pixel_depth = 1 / (inverses[0] + inverses[1] + inverses[2])
        triangle.index_copy_(0, pixels, setup.triangle.index_select(0, winner))
        barycentric.index_copy_(0, pixels, torch.stack([inverse * pixel_depth for inverse in inverses], -1))
        depth.index_copy_(0, pixels, pixel_depth)
    return Fragments(triangle.reshape(shape), barycentric.reshape(*shape, 3), depth.reshape(shape))
