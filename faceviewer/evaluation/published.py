"""Figures that authors have published on these data sets, to stand beside ours.

Source: the tables of TRG (Chun and Chang, ECCV 2024), which gather those of the others. A star: trained on several data
sets. A dagger: trained again by TRG's authors. The MAE_r of 3DDFA is not the mean of its three angles there either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SOURCE = "Chun and Chang, 6DoF Head Pose Estimation through Explicit Bidirectional Interaction with Face Geometry, 2024"


@dataclass(frozen=True)
class PublishedTable:
    """What was published on one data set."""

    title: str
    measured_on: str
    """Title of the data set, and of the part of it, as its reader has it."""
    columns: Mapping[str, str]
    """Heading -> id of our figure that measures the same."""
    rows: Mapping[str, tuple[float | None, ...]]
    """Method -> its figures; None where none was published."""


def _row(text: str) -> tuple[float | None, ...]:
    """ "-" stands for none."""
    return tuple(None if word == "-" else float(word) for word in text.split())


_ARKITFACE = PublishedTable(
    title="ARKitFace, test part; degrees and millimetres",
    measured_on="ARKitFace, test",
    columns={
        "MAE_r": "mae_r",
        "GE": "published_geodesic",
        "MAE_t": "mae_t",
        "ADD": "add",
        "3D median": "vertex_error_median",
        "3D mean": "vertex_error_mean",
    },
    rows={
        "img2pose": _row("5.55 - 7.02 20.54 - -"),
        "Direct 6DoF Regress": _row("1.87 - 9.06 21.39 - -"),
        "Refined Pix2Pose": _row("2.35 - 14.00 36.44 - -"),
        "PRNet": _row("- - - - 1.97 2.05"),
        "3DDFA-v2": _row("- - - - 2.35 2.31"),
        "Deng et al.": _row("- - - - 2.46 2.55"),
        "JMLR † *": _row("1.16 2.39 4.86 11.87 1.86 1.94"),
        "PerspNet": _row("0.99 1.81 4.18 10.01 1.72 1.76"),
        "TRG": _row("0.92 1.80 3.64 8.74 1.55 1.61"),
        "TRG *": _row("0.91 1.84 3.62 8.68 1.55 1.58"),
    },
)

_BIWI = PublishedTable(
    title="BIWI, not used for training; degrees and millimetres",
    measured_on="BIWI Kinect Head Pose",
    columns={
        "yaw": "yaw_mae",
        "pitch": "pitch_mae",
        "roll": "roll_mae",
        "MAE_r": "mae_r",
        "GE": "published_geodesic",
        "tx": "tx_mae",
        "ty": "ty_mae",
        "tz": "tz_mae",
        "MAE_t": "mae_t",
        "ADD": "add",
    },
    rows={
        "Dlib": _row("11.86 13.00 19.56 14.81 - - - - - -"),
        "3DDFA": _row("5.50 41.90 13.22 19.07 - - - - - -"),
        "EVA-GCN": _row("4.01 4.78 2.98 3.92 - - - - - -"),
        "HopeNet": _row("4.81 6.61 3.27 4.89 9.53 - - - - -"),
        "QuatNet": _row("4.01 5.49 2.94 4.15 - - - - - -"),
        "Liu et al.": _row("4.12 5.61 3.15 4.29 - - - - - -"),
        "FSA-Net": _row("4.27 4.96 2.76 4.00 7.64 - - - - -"),
        "HPE": _row("4.57 5.18 3.12 4.29 - - - - - -"),
        "WHENet-V": _row("3.60 4.10 2.73 3.48 - - - - - -"),
        "RetinaFace *": _row("4.07 6.42 2.97 4.49 - - - - - -"),
        "FDN": _row("4.52 4.70 2.56 3.93 - - - - - -"),
        "MNN": _row("3.98 4.61 2.39 3.66 - - - - - -"),
        "TriNet": _row("3.05 4.76 4.11 3.97 - - - - - -"),
        "6DRepNet": _row("3.24 4.48 2.68 3.47 - - - - - -"),
        "Cao et al.": _row("4.21 3.52 3.10 3.61 - - - - - -"),
        "TokenHPE": _row("3.95 4.51 2.71 3.72 - - - - - -"),
        "Cobo et al.": _row("4.58 4.65 2.71 3.98 7.30 - - - - -"),
        "img2pose *": _row("4.57 3.55 3.24 3.79 7.10 - - - - -"),
        "Direct 6DoF Regress": _row("16.49 14.03 5.81 12.11 - 62.36 85.01 366.52 171.30 562.38"),
        "Refined Pix2Pose": _row("5.75 5.06 11.23 7.35 - 16.82 21.30 255.36 97.83 356.32"),
        "MICA * (with BIWI intrinsics)": _row("5.40 7.17 3.80 5.46 - 9.32 13.66 60.13 27.70 68.03"),
        "JMLR † *": _row("6.31 6.17 3.72 5.40 8.61 8.66 7.27 32.63 16.19 39.71"),
        "PerspNet": _row("3.10 3.37 2.38 2.95 5.61 4.15 6.43 46.69 19.09 100.09"),
        "TRG": _row("3.28 3.52 1.87 2.89 5.68 8.41 7.38 27.13 14.31 32.10"),
        "TRG *": _row("3.04 3.44 1.78 2.75 5.35 7.83 6.99 24.07 12.97 29.46"),
    },
)

PUBLISHED: Mapping[str, PublishedTable] = {"arkitface": _ARKITFACE, "biwi": _BIWI}
"""By the id of the data set."""
