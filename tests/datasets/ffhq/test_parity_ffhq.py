"""Equality with the official alignment and statistics of FFHQ."""

from __future__ import annotations

import hashlib
import json
from itertools import product
from typing import Any

import numpy as np
import pytest
from parity import Array, Reference
from PIL import Image

from faceviewer.datasets.ffhq.cut import CutPlan, cut_square, plan_cut
from faceviewer.datasets.ffhq.options import PUBLISHED, AlignOptions
from faceviewer.datasets.ffhq.quad import QuadFrame, corners, face_quad, face_squares
from faceviewer.datasets.ffhq.shifts import published_generator, shifts
from faceviewer.datasets.ffhq.statistics import statistics
from faceviewer.datasets.ffhq.units import bytes_unit, time_text
from faceviewer.io.images import read_png

RUNS = [
    f"256_{rotation}_{padding}_{shift}"
    for rotation, padding, shift in product(["rot", "norot"], ["pad", "nopad"], ["noshift", "shift", "shiftretry"])
] + [f"128_{rotation}_{padding}_noshift" for rotation, padding in product(["rot", "norot"], ["pad", "nopad"])]


@pytest.fixture
def entries(ffhq: Reference) -> list[dict[str, Any]]:
    return list(json.loads((ffhq.folder / "dataset" / "ffhq-dataset-v2.json").read_text("utf-8")).values())


def landmarks_of(entries: list[dict[str, Any]]) -> Array:
    return np.array([entry["in_the_wild"]["face_landmarks"] for entry in entries])


def sizes_of(entries: list[dict[str, Any]]) -> Array:
    return np.array([entry["in_the_wild"]["pixel_size"] for entry in entries])


def original(ffhq: Reference, entry: dict[str, Any]) -> Array:
    return read_png(ffhq.folder / "dataset" / entry["in_the_wild"]["file_path"])


def options_of(ffhq: Reference, run: str) -> AlignOptions:
    call = json.loads((ffhq.folder / "align_calls.json").read_text("utf-8"))[run]
    return AlignOptions(
        size=call["output_size"],
        transform_size=call["transform_size"],
        rotation=call["rotate_level"],
        padding=call["enable_padding"],
        random_shift=call.get("random_shift", 0.0),
        retry_crops=call.get("retry_crops", False),
    )


def quads_of(entries: list[dict[str, Any]], options: AlignOptions) -> Array:
    squares = face_squares(landmarks_of(entries), rotation=options.rotation)
    positions = np.arange(len(entries))
    moved = shifts(published_generator(len(entries)), squares, sizes_of(entries), positions, options)
    return corners(squares[0] + moved, squares[1])


def plan_of(quad: Array, entry: dict[str, Any], options: AlignOptions) -> CutPlan:
    width, height = entry["in_the_wild"]["pixel_size"]
    return plan_cut(quad, (width, height), options)


@pytest.mark.parametrize("run", RUNS)
def test_aligned_pictures(ffhq: Reference, entries: list[dict[str, Any]], run: str) -> None:
    options = options_of(ffhq, run)
    for j, (entry, quad) in enumerate(zip(entries, quads_of(entries, options), strict=True)):
        picture = cut_square(original(ffhq, entry), plan_of(quad, entry, options), options)
        ffhq.close(f"{run}_{j} (levels)", picture, read_png(ffhq.folder / "aligned" / f"{run}_{j}.png"), 0)


@pytest.mark.parametrize("j", range(3))
def test_published_alignment(ffhq: Reference, entries: list[dict[str, Any]], j: int) -> None:
    quad = face_quad(landmarks_of(entries)[j])
    picture = cut_square(original(ffhq, entries[j]), plan_of(quad, entries[j], PUBLISHED), PUBLISHED)
    wanted = read_png(ffhq.folder / "dataset" / entries[j]["image"]["file_path"])
    ffhq.close(f"1024_{j} (levels)", picture, wanted, 0)
    md5 = hashlib.md5(picture.tobytes()).hexdigest()
    ffhq.share(f"1024_{j} pixel md5", [md5 != entries[j]["image"]["pixel_md5"]], 0)


@pytest.mark.parametrize("j", range(3))
@pytest.mark.parametrize("size", [1024, 256, 128])
@pytest.mark.parametrize("rotation", ["rot", "norot"])
def test_intermediates(ffhq: Reference, entries: list[dict[str, Any]], j: int, size: int, rotation: str) -> None:
    name = f"{j}_{size}_{rotation}"
    every = ffhq.load("align_intermediates.npz")
    wanted = {key.removeprefix(f"{name}_"): value for key, value in every.items() if key.startswith(f"{name}_")}
    quad = face_quad(landmarks_of(entries)[j], rotation=rotation == "rot")
    ffhq.close_each(f"{name} quad", quad, wanted["quad"], 1e-9)
    ffhq.close_each(f"{name} side", np.hypot(*(quad[3] - quad[0])), wanted["qsize"], 1e-9)
    plan = plan_of(quad, entries[j], AlignOptions(size=size))
    ffhq.close_each(f"{name} final quad", plan.quad, wanted["quad_final"], 1e-9)
    numbers = [plan.shrink, plan.border, *plan.crop, *plan.pad_needed, plan.pad is not None, *(plan.pad or ())]
    keys = ("shrink", "border", "crop", "pad_needed", "pads", *(["pad"] if "pad" in wanted else []))
    ffhq.close(
        f"{name} shrink, border, crop, pad", numbers, np.concatenate([np.atleast_1d(wanted[k]) for k in keys]), 0
    )


def test_points_between_the_frames(ffhq: Reference, entries: list[dict[str, Any]]) -> None:
    for j, (entry, points) in enumerate(zip(entries, landmarks_of(entries), strict=True)):
        aligned = QuadFrame(face_quad(points), 1024).to_aligned(points)
        ffhq.close(f"{j} aligned landmarks (px, two decimals)", aligned, entry["image"]["face_landmarks"], 0.0051)


def test_rejected(ffhq: Reference, entries: list[dict[str, Any]]) -> None:
    squares = face_squares(landmarks_of(entries[:1]) * 6)
    options = AlignOptions(random_shift=0.2, retry_crops=True)
    moved = shifts(published_generator(1), squares, sizes_of(entries[:1]), np.zeros(1, int), options)
    ffhq.share("rejected pictures kept", np.isfinite(moved), 0)


def test_statistics(ffhq: Reference, entries: list[dict[str, Any]]) -> None:
    vectors = json.loads((ffhq.folder / "stats.json").read_text("utf-8"))
    text = statistics(vectors["category"], vectors["license"], vectors["country"]).text()
    ffhq.share("2500 entries: characters", [a != b for a, b in zip(text, vectors["stdout"], strict=True)], 0)
    about = [entry["metadata"] for entry in entries]
    columns = [[one[key] for one in about] for key in ("license", "country")]
    text = statistics([entry["category"] for entry in entries], *columns).text()
    ffhq.share("3 entries: characters", [a != b for a, b in zip(text, vectors["stdout_tiny_dataset"], strict=True)], 0)


def test_units_and_times(ffhq: Reference) -> None:
    vectors = json.loads((ffhq.folder / "stats.json").read_text("utf-8"))
    wrong = [bytes_unit(nbytes) != (unit, divisor) for nbytes, unit, divisor in vectors["bytes_unit"]]
    ffhq.share("units of sizes", wrong, 0)
    ffhq.share("times", [time_text(seconds) != text for seconds, text in vectors["format_time"]], 0)


def test_thumbnails_are_pillows_lanczos(ffhq: Reference, entries: list[dict[str, Any]]) -> None:
    folder = ffhq.folder / "dataset"
    for j, entry in enumerate(entries):
        with Image.open(folder / entry["image"]["file_path"]) as picture:
            small = np.asarray(picture.resize((128, 128), Image.Resampling.LANCZOS))
        ffhq.close(f"{j} thumbnail (levels)", small, read_png(folder / entry["thumbnail"]["file_path"]), 0)
