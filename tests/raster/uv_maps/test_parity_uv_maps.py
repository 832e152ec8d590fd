"""Equality with FFHQ-UV's unwrapping: colour match, pyramids, soft masks, filling, Poisson, three photos as a map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from parity import Reference

from faceviewer.raster.uv_maps.color_match import match_colors
from faceviewer.raster.uv_maps.complete import finish
from faceviewer.raster.uv_maps.fill import Filled, fill_view, start
from faceviewer.raster.uv_maps.filters import box_mean
from faceviewer.raster.uv_maps.guides import VIEWS
from faceviewer.raster.uv_maps.pyramid import blend, laplacian_pyramid, mask_pyramid
from faceviewer.raster.uv_maps.rectangles import poisson_fill
from faceviewer.raster.uv_maps.soft_mask import hair_weight, view_weight
from faceviewer.raster.uv_maps.unwrap import PhotoView, unwrap_info
from faceviewer.raster.uv_maps.views import unwrap_views

SPARSE = np.s_[4::8, 4::8]
MASKS = 1e-3
"""The vectors' allowance: share of a mask's texels that may differ."""


def mask_of(vectors: dict[str, np.ndarray], name: str, *shape: int) -> np.ndarray:
    return np.unpackbits(vectors[name])[: int(np.prod(shape))].reshape(shape).astype(np.float32)


def test_texture_functions(ffhq_uv_reference: Reference) -> None:
    reference = ffhq_uv_reference
    vectors = reference.load("step4_texfunc.npz")
    template, shown = vectors["tmpl"], vectors["inp"]
    mask, reach, core = (mask_of(vectors, name, 96, 96) for name in ("mask", "minor", "major"))
    reference.close("match_color", match_colors(template, shown, mask), vectors["match_color"], 1e-2)
    plain = match_colors(template, shown, mask, flattening=1)
    reference.close("match_color_w1", plain, vectors["match_color_w1"], 1e-2)

    levels = laplacian_pyramid(shown)
    reference.close("lap_level0", levels[0][::4, ::4], vectors["lap_level0"], 1e-2)
    for number in range(1, 5):
        reference.close(f"lap_level{number}", levels[number], vectors[f"lap_level{number}"], 1e-2)
    masks = mask_pyramid(vectors["lap_mask"])
    for number in range(1, 5):
        reference.close(f"gauss_level{number}", masks[number], vectors[f"gauss_level{number}"], 1e-5)
    reference.close("lap_blend", blend(shown, template, vectors["lap_mask"]), vectors["lap_blend"], 1e-2)

    reference.close("blurmask_final", view_weight(mask, core, reach), vectors["blurmask_final"], 1e-5)
    reference.close("blurmask_minor", box_mean(mask * reach, 51) * 0.8, vectors["blurmask_minor"], 1e-5)


def test_filling_and_blending(ffhq_uv_reference: Reference) -> None:
    reference = ffhq_uv_reference
    vectors = reference.load("step4_texfunc.npz")
    template, shown = vectors["tmpl"], vectors["inp"]
    mask, reach, core = (mask_of(vectors, name, 96, 96) for name in ("mask", "minor", "major"))
    mouth, hair = np.zeros((2, 96, 96), np.float32)
    mouth[60:75, 35:65], hair[:26] = 1, 1
    filled = fill_view(start(template), shown * mask[..., None], mask, core, reach, mouth)
    reference.close("fill_tex", filled.rgb, vectors["fill_tex"], 1e-2)
    reference.share("fill_mask", filled.mask != mask_of(vectors, "fill_mask", 96, 96), 0)

    outside = match_colors(template, shown, mask)
    blended, share = blend(shown, outside, view_weight(mask, core, reach)), hair_weight(hair)[..., None]
    got = np.clip(blended + (template - blended) * share, 0, 255)
    reference.close("blend_template", got, vectors["blend_template"], 1e-2)

    inside = mask_of(vectors, "poisson_mask", 24, 30) > 0
    solved = poisson_fill(vectors["poisson_input"], vectors["poisson_template"], inside)
    reference.close("poisson_out", solved, vectors["poisson_out"], 1e-2)


def test_three_photos(ffhq_uv_reference: Reference, grid_info, vector_guides) -> None:
    reference = ffhq_uv_reference
    vectors = reference.load("step4_unwrap.npz")
    guides, grid = vector_guides(vectors), grid_info(1024, 16)
    reference.close("template", guides.template[::16, ::16], vectors["template_uint8"], 0)
    reference.close("v_idx", grid.vertices[:128, :128], vectors["v_idx"], 0)
    reference.close("bw", grid.weights[:128, :128] * 64, vectors["bw_num"], 1e-4)
    info = unwrap_info(grid.vertices, grid.weights, guides.layout, vertex_count=289)
    views = {
        name: PhotoView(
            rgb=vectors[f"{name}_img"],
            usable=mask_of(vectors, f"{name}_seg", 320, 360),
            xy_px=vectors[f"{name}_xy"] + 0.5,
            facing=vectors[f"{name}_norm"][:, 2],
        )
        for name in VIEWS
    }
    result = unwrap_views(views, info, guides)
    for name in VIEWS:
        seen, filled = result.remapped[name], result.filled[name]
        reference.close(f"{name} remap_tex", seen.rgb[SPARSE], vectors[f"{name}_remap_tex"], 1)
        wanted = mask_of(vectors, f"{name}_remap_mask", 1024, 1024)
        reference.share(f"{name} remap_mask", seen.mask != wanted, MASKS)
        reference.close(f"{name} fill_after", filled.rgb[SPARSE], vectors[f"fill_after_{name}"], 1)
    masks = {name: mask_of(vectors, f"fillmask_{name}", 1024, 1024) > 0 for name in VIEWS}
    reference.share("fillmask of all", result.filled["front"].mask != np.any(list(masks.values()), 0), MASKS)
    done = result.completed
    reference.close("rely_tex", done.before_blend[SPARSE], vectors["rely_tex"], 1)
    reference.share("solve_mask", done.solved != mask_of(vectors, "solve_mask", 1024, 1024), MASKS)
    reference.close("final_uv", done.rgb[SPARSE], vectors["final_uv"], 1)
    mean = np.abs(done.rgb[SPARSE] - vectors["final_uv"]).mean()
    reference.close("final_uv, mean difference", mean, 0, 0.05)
    reference.close("final_uv_uint8", done.texture().rgb[2::4, 2::4], vectors["final_uv_uint8_s4"], 1)
    reference.close("final mean", done.rgb.mean(dtype=np.float64), vectors["final_mean"], 0.05)


def test_finishing_alone(ffhq_uv_reference: Reference, vector_guides) -> None:
    """The last steps from the recorded masks: what they differ by is not hidden by the steps before."""
    reference = ffhq_uv_reference
    vectors = reference.load("step4_unwrap.npz")
    guides = vector_guides(vectors)
    mask = np.any([mask_of(vectors, f"fillmask_{name}", 1024, 1024) > 0 for name in VIEWS], axis=0)
    before = replace(start(guides.template), mask=mask)
    assert isinstance(before, Filled)
    reference.share("solve_mask", finish(before, guides).solved != mask_of(vectors, "solve_mask", 1024, 1024), 0)
